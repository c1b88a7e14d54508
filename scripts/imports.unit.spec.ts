import { expect, it } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const MODULES = ['{apps,libs}/*/src/**/*.ts', '{e2e,bench}/src/**/*.ts', '{scripts,deploy}/**/*.{ts,mjs}'];

/** The cyclic imports, type imports included, among modules given as `path: text`. */
function circlesIn(modules: Readonly<Record<string, string>>): readonly string[] {
  const moduleAt = (path: string) =>
    [path.replace(/\.js$/, '.ts'), path].find((one) => Object.hasOwn(modules, one));
  const moduleOf = (from: string, name: string): string | undefined => {
    if (name.startsWith('.')) return moduleAt(join(dirname(from), name));
    const [, owner, path] = /^@wbiz\/([^/]+)\/(.+)$/.exec(name) ?? [];
    return moduleAt(`libs/${owner}/src/${path}.js`) ?? moduleAt(`apps/${owner}/src/${path}.js`);
  };
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]) => {
    const begin = trail.indexOf(path);
    if (begin >= 0) circles.push([...trail.slice(begin), path].join(' → '));
    if (begin >= 0 || done.has(path)) return;
    for (const { fileName } of ts.preProcessFile(modules[path]!).importedFiles) {
      const imported = moduleOf(path, fileName);
      if (imported) visit(imported, [...trail, path]);
    }
    done.add(path);
  };
  for (const path of Object.keys(modules)) visit(path, []);
  return circles;
}

it('the repository has no circular imports', () => {
  const paths = globSync(MODULES, { cwd: root });
  expect(paths.length).toBeGreaterThan(400);
  expect(
    circlesIn(Object.fromEntries(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]))),
  ).toEqual([]);
});

it.each([
  ["import { b } from '@wbiz/two/b';"],
  ["import type { B } from '@wbiz/two/b';"],
  ["export * from '@wbiz/two/b';"],
  ["const b = await import('@wbiz/two/b');"],
  ["type B = import('@wbiz/two/b').B;"],
])('names a circle that is closed by %s', (code) => {
  const modules = {
    'libs/one/src/start.ts': "import './a.js';",
    'libs/one/src/a.ts': code,
    'apps/two/src/b.ts': "export type { A } from '../../../libs/one/src/a.js';",
  };
  expect(circlesIn(modules)).toEqual(['libs/one/src/a.ts → apps/two/src/b.ts → libs/one/src/a.ts']);
  expect(circlesIn({ ...modules, 'apps/two/src/b.ts': "import { Kafka } from 'kafkajs';" })).toEqual([]);
});
