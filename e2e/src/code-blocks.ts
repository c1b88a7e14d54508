import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** The code of a Markdown file of this repository, as it is printed there, block by block. */
export async function codeBlocks(file: string, language: string): Promise<readonly string[]> {
  const text = await readFile(join(ROOT, file), 'utf8');
  return [...text.matchAll(/^( *)```(\w+)\n([^]*?)^\1```$/gm)]
    .filter(([, , marked]) => marked === language)
    .map(([, indent, , code]) => code!.replaceAll(new RegExp(`^${indent}`, 'gm'), ''));
}
