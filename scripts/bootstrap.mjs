// Runs on Node 20 and newer, before any package is installed: it may import Node's own modules only.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError, step } from './say.mjs';

export const root = fileURLToPath(new URL('..', import.meta.url));
const bin = join(root, 'node_modules', '.bin');
/** When this command's first process began, which may have installed packages first; ms since the epoch. */
export const began = Number(process.env.WBIZ_BEGAN ?? performance.timeOrigin);
const QUIET = '--disable-warning=TimeoutNegativeWarning'; // a bug of kafkajs: https://github.com/tulios/kafkajs/issues/1751

/**
 * Installs packages of package-lock.json that are missing. Returns if this process runs on the Node of the dev dependencies.
 * If not, runs `script` in a process on that Node, which gets 'disconnect' if this process is killed, and exits with its code.
 *
 * @param {string} script
 */
export async function prepare(script) {
  await installed();
  if (process.execPath === realpathSync(join(bin, 'node')) && process.execArgv.includes(QUIET)) return;
  const child = spawn(join(bin, 'node'), [QUIET, script, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...toolEnv(), WBIZ_BEGAN: String(performance.timeOrigin) },
  });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => child.kill(signal));
  const { ppid } = process;
  const orphaned = setInterval(() => {
    // npm outlives the script that it runs unless npm is killed; this process then gets another parent.
    if (!process.env.npm_lifecycle_event || process.ppid === ppid) return;
    clearInterval(orphaned);
    child.kill('SIGTERM');
  }, 500);
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal ? 1 : code));
  });
  process.exit(code);
}

/** Compiles the packages that have changed since the last build. */
export const build = () =>
  step('Build', () =>
    quietly(join(bin, 'turbo'), ['run', 'build', '--output-logs=errors-only', '--no-color']),
  );

async function installed() {
  const missing = firstMissing();
  if (!missing) return;
  await step('Dependencies', async (note) => {
    note(existsSync(bin) ? `npm ci, since ${missing} is not as the lock file says` : 'npm ci');
    await quietly('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  });
  const still =
    firstMissing() ?? (existsSync(join(bin, 'node')) ? undefined : 'node (its install script did not run)');
  if (still)
    throw new SetupError(
      `npm ci has left out ${still}: see "npm config get ignore-scripts" and "npm config get omit".`,
    );
}

/** The first package of package-lock.json that node_modules does not have, or has in another version. */
function firstMissing() {
  const wanted = lock(join(root, 'package-lock.json'));
  const found = lock(join(root, 'node_modules', '.package-lock.json'));
  /** @param {string} path */
  const here = (path) =>
    found[path] && existsSync(join(root, path)) && found[path].version === wanted[path]?.version;
  return Object.keys(wanted).find(
    (path) => path.startsWith('node_modules/') && !wanted[path]?.optional && !here(path),
  );
}

/** @type {(file: string) => Record<string, { version: string, optional?: boolean }>} */
const lock = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {});

/** The environment of the repository's tools: the right Node, and no telemetry. */
export const toolEnv = () => ({
  PATH: [bin, process.env.PATH].join(delimiter),
  TURBO_TELEMETRY_DISABLED: '1',
  SCARF_ANALYTICS: 'false',
});

/**
 * Runs a tool and shows what it printed only if it fails.
 *
 * @param {string} command
 * @param {readonly string[]} args
 */
async function quietly(command, args) {
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...toolEnv() },
  });
  const end = () => child.kill();
  process.once('exit', end);
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (printed += text));
  const how = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal ?? code));
  });
  process.off('exit', end);
  if (how !== 0) throw new SetupError(`${[command, ...args].join(' ')} failed (${how}):\n${printed}`);
}
