import { spawn } from 'node:child_process';
import { root, toolEnv } from './bootstrap.mjs';

/** Runs a tool of this repository to its end. With `shown`, the output is printed and not returned. */
export async function run(
  [command, ...args]: readonly [string, ...string[]],
  {
    env = {},
    shown = false,
    timeoutMs,
  }: { env?: NodeJS.ProcessEnv; shown?: boolean; timeoutMs?: number } = {},
): Promise<{ ok: boolean; output: string }> {
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...toolEnv(), ...env },
    stdio: shown ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
  });
  const end = () => child.kill();
  process.once('exit', end);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const how = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal ?? code));
  });
  process.off('exit', end);
  return { ok: how === 0, output };
}

// Kinds of tests, each a project of Jest's. The timeouts are here, since Jest ignores a project's testTimeout.
export type Stage = 'unit' | 'int' | 'e2e' | 'full';
const TEST_TIMEOUT_MS: Record<Stage, number> = { unit: 5_000, int: 30_000, e2e: 180_000, full: 1_800_000 };

/** Jest workers on two cores; integration tests have three, since they wait more than they compute. */
const WORKERS: Record<Stage, number> = { unit: 2, int: 3, e2e: 2, full: 2 };

export const jest = (project: Stage, ...more: string[]): [string, ...string[]] => [
  'jest',
  '-c',
  'jest.config.mjs',
  '--selectProjects',
  project,
  `--testTimeout=${TEST_TIMEOUT_MS[project]}`,
  `--maxWorkers=${WORKERS[project]}`,
  ...more,
];
/** Jest needs `--experimental-vm-modules` for ES modules; the other flags hide warnings, of that flag and of kafkajs. */
export const jestEnv = {
  NODE_OPTIONS:
    '--experimental-vm-modules --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning',
};
