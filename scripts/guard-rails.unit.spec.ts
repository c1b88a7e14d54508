import { beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { probes } from './guard-rails.samples.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));

describe('lint', () => {
  let fired: string[][];

  beforeAll(async () => {
    // Runs in a process of its own: ESLint cannot load its configuration inside Jest.
    const script = join(root, 'scripts/guard-rails.samples.ts');
    fired = JSON.parse(
      (await run(process.execPath, [script], { env: { ...process.env, NODE_OPTIONS: '' } })).stdout,
    );
  }, 60_000);

  it.each(
    probes.map(({ code, rule }, at) => [rule ? `catches by ${rule}` : 'lets pass', code, rule, at] as const),
  )('%s: %s', (_title, _code, rule, at) =>
    expect(fired[at]).toEqual(rule ? expect.arrayContaining([rule]) : []),
  );
});

it('the build leaves out files for tests only', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'wbiz-build-'));
  try {
    for (const name of ['x', 'x.int.spec', 'x.samples', 'x.harness'])
      writeFileSync(join(dir, `${name}.ts`), 'export {};');
    const swc = ['.', '-d', 'dist', '--config-file', join(root, '.swcrc')];
    await run(join(root, 'node_modules/.bin/swc'), swc, { cwd: dir });
    expect(globSync('dist/**/*.js', { cwd: dir })).toEqual(['dist/x.js']);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

describe('boundaries', () => {
  const packages: Record<string, { name: string; tags: string[] }> = {
    'apps/one': { name: '@wbiz/one', tags: ['app'] },
    'apps/other': { name: '@wbiz/other', tags: ['app'] },
    'libs/eventing': { name: '@wbiz/eventing', tags: ['foundation'] },
    'libs/service-kit': { name: '@wbiz/service-kit', tags: ['library'] },
    'libs/service-testing': { name: '@wbiz/service-testing', tags: ['service-testing'] },
  };

  /** What `turbo boundaries` says of a repository with these packages in which `importer` imports `imported`. */
  async function verdict(importer: string, imported: string): Promise<string> {
    const dir = mkdtempSync(join(tmpdir(), 'wbiz-boundaries-'));
    const write = (path: string, content: object) => writeFileSync(join(dir, path), JSON.stringify(content));
    try {
      write('package.json', {
        name: 'probe',
        packageManager: 'npm@11.19.1',
        workspaces: ['apps/*', 'libs/*'],
      });
      write('package-lock.json', { name: 'probe', lockfileVersion: 3, packages: {} });
      cpSync(join(root, 'turbo.json'), join(dir, 'turbo.json'));
      for (const [path, { name, tags }] of Object.entries(packages)) {
        mkdirSync(join(dir, path, 'src'), { recursive: true });
        const dependencies =
          path === importer && packages[imported] ? { [packages[imported].name]: '*' } : {};
        write(`${path}/package.json`, { name, version: '1.0.0', dependencies });
        write(`${path}/turbo.json`, { extends: ['//'], tags });
        const from = packages[imported]?.name ?? imported;
        writeFileSync(join(dir, path, 'src/x.ts'), path === importer ? `import '${from}';` : 'export {};');
      }
      const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1' };
      const turbo = run(join(root, 'node_modules/.bin/turbo'), ['boundaries', '--no-color'], {
        cwd: dir,
        env,
      });
      return await turbo.then(
        () => 'allowed',
        ({ stdout, stderr }) => (stdout + stderr).replace(/[\s|]+/g, ' '),
      );
    } finally {
      rmSync(dir, { recursive: true });
    }
  }

  it.each([
    ['apps/one', 'apps/other', 'denylist'],
    ['libs/eventing', 'libs/service-kit', 'allowlist'],
    ['libs/service-kit', 'libs/service-testing', 'allowlist'],
    ['libs/service-testing', 'apps/one', 'allowlist'],
    ['apps/one', 'left-out-of-package.json', 'not a dependency'],
    ['apps/one', '../../other/src/x.js', 'leave'],
  ])('keep %s from importing %s', async (importer, imported, reason) => {
    expect(await verdict(importer, imported)).toContain(reason);
  });

  it.each(['libs/eventing', 'libs/service-testing'])('let an app import %s', async (library) => {
    expect(await verdict('apps/one', library)).toBe('allowed');
  });
});
