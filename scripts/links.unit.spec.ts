import { expect, it } from '@jest/globals';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const PAGES = ['*.md', 'bench/*.md', 'docs/**/*.md'].flatMap((pattern) => globSync(pattern, { cwd: ROOT }));

/** The anchors that GitHub makes of a Markdown file's headings. */
const anchorsOf = (file: string) =>
  [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );

function isBroken(page: string, link: string): boolean {
  const [path, anchor] = link.split('#');
  const file = path ? join(ROOT, dirname(page), path) : join(ROOT, page);
  return !existsSync(file) || (anchor !== undefined && !anchorsOf(file).includes(anchor));
}

it.each(PAGES)('%s links to files and headings that there are', (page) => {
  const links = [...readFileSync(join(ROOT, page), 'utf8').matchAll(/\]\((?!\w+:)([^)\s]+)\)/g)];
  expect(links.map(([, link]) => link!).filter((link) => isBroken(page, link))).toEqual([]);
});
