import { expect, it } from '@jest/globals';
import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SERVICES } from '../libs/contracts/src/topics.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
type Setting = { description: string; fallback?: string; read: (value?: string) => unknown };
type Tables = Record<string, Record<string, Setting>>;
const tablesOf = async (file: string) => Object.values((await import(`${root}${file}`)) as Tables);

const files = ['libs/service-kit/src/settings.ts', ...globSync('apps/*/src/*.settings.ts', { cwd: root })];

it.each(files)('%s describes every setting, and every default is one that would be read', async (file) => {
  const tables = (await tablesOf(file)).filter((value) => typeof value === 'object');
  expect(tables).not.toEqual([]);
  for (const [name, setting] of tables.flatMap((table) => Object.entries(table))) {
    expect(`${name}: ${setting.description}`).toMatch(/: [A-Z].+\.$/s);
    if ('fallback' in setting) expect([name, setting.read(setting.fallback)]).not.toEqual([name, undefined]);
  }
});

it('no setting has the name of another one after the name of a service', async () => {
  const tables = await Promise.all(files.map(tablesOf));
  const names = tables.flat().flatMap((table) => Object.keys(table));
  const ofOne = SERVICES.flatMap((service) => names.map((name) => `${service.toUpperCase()}_${name}`));
  expect(ofOne.filter((name) => names.includes(name))).toEqual([]);
});
