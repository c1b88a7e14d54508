import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** Words after a code block's language. `stays`: each line is a command that runs until Ctrl-C. `elsewhere`: not tested. */
const MARKS = ['stays', 'elsewhere'] as const;

export type CodeBlock = {
  readonly file: string;
  readonly language: string;
  readonly mark: (typeof MARKS)[number] | undefined;
  readonly code: string;
};

/** The code blocks of a Markdown file of this repository. Each line of a block marked `stays` counts as a block. */
export async function codeBlocks(file: string): Promise<readonly CodeBlock[]> {
  const text = await readFile(join(ROOT, file), 'utf8');
  return [...text.matchAll(/^( *)```(\w*)(?: (\w+))?\n([^]*?)^\1```$/gm)].flatMap(
    ([, indent = '', language = '', word, printed = '']) => {
      const mark = MARKS.find((known) => known === word);
      if (word && !mark) throw new Error(`${file}: "${word}" is no word for a block of code`);
      const code = printed.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
      const commands = mark === 'stays' ? code.trim().split('\n') : [code];
      return commands.map((command) => ({ file, language, mark, code: command }));
    },
  );
}
