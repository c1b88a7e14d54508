// Code that violates, or must not violate, our lint rules. Run as a script, it prints as JSON which rules fired on each probe.
import { ESLint } from 'eslint';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const decider = 'apps/contacts/src/probe.decider.ts';
const anywhere = 'apps/contacts/src/probe.ts';
const spec = 'apps/contacts/src/probe.int.spec.ts';
const library = 'libs/service-kit/src/probe.ts';
const scripts = ['scripts/probe.ts', 'bench/src/probe.ts', 'deploy/probe.ts'];
const foundation = 'libs/eventing/src/probe.ts';

const IMPORTS = '@typescript-eslint/no-restricted-imports';
type Probe = { readonly file: string; readonly code: string; readonly rule: string | null };
const inDecider = (code: string, rule: string | null): Probe => ({ file: decider, code, rule });

/** Code that `rule` must catch, or that all rules must let pass (`rule: null`). */
export const probes: readonly Probe[] = [
  {
    file: anywhere,
    code: 'export const f = () => { Promise.resolve(1); };',
    rule: '@typescript-eslint/no-floating-promises',
  },
  {
    file: anywhere,
    code: 'export const f = () => [1].forEach(async () => { await Promise.resolve(); });',
    rule: '@typescript-eslint/no-misused-promises',
  },
  {
    file: anywhere,
    code: 'export const f = async () => { await 1; };',
    rule: '@typescript-eslint/await-thenable',
  },
  {
    file: anywhere,
    code: "export function f(x: 'a' | 'b') { switch (x) { case 'a': return 1; } return 2; }",
    rule: '@typescript-eslint/switch-exhaustiveness-check',
  },
  {
    file: anywhere,
    code: "import { Socket } from 'node:net'; export type S = Socket;",
    rule: '@typescript-eslint/consistent-type-imports',
  },
  { file: anywhere, code: 'const unused = 1; export {};', rule: '@typescript-eslint/no-unused-vars' },
  {
    file: anywhere,
    code: "export const f = () => { throw 'text'; };",
    rule: '@typescript-eslint/only-throw-error',
  },
  { file: anywhere, code: 'export const f = (x: any) => x;', rule: '@typescript-eslint/no-explicit-any' },
  { file: anywhere, code: 'export const f = (x: number) => x == 1;', rule: 'eqeqeq' },
  {
    file: anywhere,
    code: 'export const f = () => { try { return 1; } catch {} return 2; };',
    rule: 'no-empty',
  },
  { file: anywhere, code: "export * from '@wbiz/messaging/x';", rule: 'no-restricted-imports' },
  { file: anywhere, code: "export * from '../../messaging/src/x.js';", rule: 'no-restricted-imports' },
  { file: anywhere, code: "export * from '@wbiz/contracts/message';", rule: null },
  ...['@wbiz/testing/stack', '@wbiz/service-testing/peers', './x.harness.js', '../x/x.samples.js'].flatMap(
    (from) => [
      { file: anywhere, code: `export * from '${from}';`, rule: 'no-restricted-imports' },
      { file: library, code: `export * from '${from}';`, rule: 'no-restricted-imports' },
      { file: spec, code: `export * from '${from}';`, rule: null },
    ],
  ),
  { file: spec, code: "export * from '@wbiz/simulator/simulator';", rule: null },
  {
    file: spec,
    code: "import { EventStore } from '@wbiz/eventing/x'; export const s = new EventStore();",
    rule: 'no-restricted-syntax',
  },
  { file: foundation, code: "export * from '@wbiz/service-kit/x';", rule: 'no-restricted-imports' },
  { file: foundation, code: "export * from './x.samples.js';", rule: 'no-restricted-imports' },
  { file: foundation, code: "export * from './message.js';", rule: null },
  ...scripts.flatMap((file) => [
    ...[
      'export enum Size { Small }',
      'export const enum Size { Small }',
      'export namespace Sizes { export const small = 1; }',
      'export class Box { constructor(readonly size: number) {} }',
      "import fs = require('node:fs'); export const f = () => fs;",
      'export const f = (x: unknown) => <string>x;',
      'export class Box { @String size = 1; }',
    ].map((code) => ({ file, code, rule: 'no-restricted-syntax' })),
    {
      file,
      code: 'declare namespace Sizes { const small: 1; } export const f = (x: unknown) => x as typeof Sizes.small;',
      rule: null,
    },
  ]),
  ...[
    'node:crypto',
    'kafkajs',
    'pg',
    '@nestjs/common',
    '@wbiz/eventing/postgres/x',
    '@wbiz/service-kit/x',
  ].map((from) => inDecider(`export * from '${from}';`, IMPORTS)),
  ...[
    'Date.now()',
    'crypto',
    "fetch('x')",
    'process.env',
    'setTimeout(String)',
    'performance.now()',
    'globalThis',
  ].map((code) => inDecider(`export const f = () => ${code};`, 'no-restricted-globals')),
  inDecider('export const f = () => Math.random();', 'no-restricted-properties'),
  inDecider('export const f = async () => 1;', 'no-restricted-syntax'),
  inDecider('export class Contact {}', 'no-restricted-syntax'),
  inDecider("export const f = () => import('./x.js');", 'no-restricted-syntax'),
  inDecider("export * from '@wbiz/contracts/message'; export * from '@wbiz/eventing/rejection';", null),
];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // Linted in a small temporary tree: with types, linting a single file of this tree takes as long as compiling all of it.
  const cwd = mkdtempSync(join(tmpdir(), 'wbiz-guard-rails-'));
  const compilerOptions = { strict: true, target: 'ES2024', module: 'NodeNext', types: [] };
  writeFileSync(join(cwd, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['**/*.ts'] }));
  const fired: string[][] = probes.map(() => []);
  const files = Map.groupBy(probes, ({ file }) => file);
  for (const [file, lines] of files) {
    mkdirSync(join(cwd, dirname(file)), { recursive: true });
    writeFileSync(join(cwd, file), lines.map(({ code }) => code).join('\n'));
  }
  const eslint = new ESLint({ cwd, overrideConfigFile: join(root, 'eslint.config.mjs') });
  for (const { filePath, messages } of await eslint.lintFiles([...files.keys()]))
    for (const { ruleId, message, line } of messages) {
      const violation = files.get(relative(cwd, filePath))![line - 1]!;
      fired[probes.indexOf(violation)]!.push(ruleId ?? message);
    }
  rmSync(cwd, { recursive: true });
  console.log(JSON.stringify(fired));
}
