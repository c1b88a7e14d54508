// npm run check: every check that needs no database, in under a minute.
import { chartTools } from './chart-tools.ts';
import { jest, jestEnv, run } from './run.ts';
import { say } from './say.mjs';

await chartTools();

type Check = { name: string; words: [string, ...string[]]; env?: NodeJS.ProcessEnv };

const checks: readonly Check[] = [
  { name: 'lint', words: ['eslint', '--max-warnings=0', '.'] },
  {
    name: 'types',
    words: ['tsc', '-p', 'tsconfig.json', '--incremental', '--tsBuildInfoFile', '.cache/types.tsbuildinfo'],
  },
  {
    name: 'types of the pages',
    words: ['tsc', '-p', 'libs/pages', '--incremental', '--tsBuildInfoFile', '.cache/pages.tsbuildinfo'],
  },
  { name: 'unit tests', words: jest('unit', '--silent', '--passWithNoTests'), env: jestEnv },
  {
    name: 'format',
    words: [
      'prettier',
      '--check',
      '--log-level=warn',
      '--cache',
      '--cache-strategy=content',
      '--cache-location=.cache/prettier',
      '.',
    ],
  },
  { name: 'boundaries', words: ['turbo', 'boundaries', '--no-color'] },
  {
    name: 'unused code',
    words: [
      'knip',
      '--tsConfig=tsconfig.knip.json',
      '--no-progress',
      '--cache',
      '--cache-location=.cache/knip',
    ],
    env: { NODE_OPTIONS: '--experimental-vm-modules' },
  },
  { name: 'lock file', words: ['node', 'scripts/lock-platforms.ts', '--check'] },
  { name: 'specs', words: ['npm', 'run', '--silent', 'specs:check'] },
];

const began = performance.now();
const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
const queue = [...checks];
const failed: string[] = [];

async function worker() {
  for (let check: Check | undefined; (check = queue.shift());) {
    const since = performance.now();
    const { ok, output } = await run(check.words, { env: check.env });
    if (ok) {
      say.done(`${check.name} (${seconds(since)})`);
      continue;
    }
    failed.push(check.name);
    say.failed(`${check.name} (${seconds(since)})\n${output}`);
  }
}
await Promise.all([worker(), worker()]);

if (failed.length) say.failed(`Failed: ${failed.join(', ')} (${seconds(began)})`);
else say.done(`All checks passed (${seconds(began)})`);
process.exit(failed.length ? 1 : 0);
