import { execFileSync, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, openSync, closeSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SetupError } from '../say.mjs';

/** Below those that systems give to connections going out (Linux from 32768 on, others from 49152), which could take one meanwhile. */
const [LOWEST_PORT, PORTS_END] = [10_000, 32_000];
/** Test workers side by side choose from stretches of their own: what one has chosen it listens on seconds later. */
const STRETCHES = 3;
const STRETCH = Math.floor((PORTS_END - LOWEST_PORT) / STRETCHES);
const FROM = LOWEST_PORT + STRETCH * (Number(process.env.JEST_WORKER_ID ?? 0) % STRETCHES);
const given = new Set();

/** A TCP port of 127.0.0.1 that nobody listens on at this moment, another one with each call. */
export async function freePort() {
  for (;;) {
    const port = randomInt(FROM, FROM + STRETCH);
    if (given.has(port)) continue;
    const server = createServer().listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch (error) {
      if (error.code === 'EADDRINUSE') continue;
      throw error;
    }
    server.close();
    await once(server, 'close');
    given.add(port);
    return port;
  }
}

/**
 * Starts a program whose life ends with ours: stopped by stop(), or by the reaper should we be killed, or
 * by the next launch with the same pidFile should the reaper be killed as well.
 *
 * @param {object} program
 * @param {string} program.command
 * @param {string[]} program.args one of them must hold `marker`, by which a left-over process is recognised
 * @param {string} program.marker
 * @param {string} program.pidFile
 * @param {string} [program.logFile] takes stdout and stderr; without it they are pipes on `child`
 * @param {NodeJS.ProcessEnv} [program.env]
 * @param {string} [program.cwd]
 * @param {{ uid: number, gid: number }} [program.as]
 * @param {NodeJS.Signals} [program.stopSignal] what asks it to end in order
 * @returns {Promise<{ pid: number, child: import('node:child_process').ChildProcess,
 *   exited: Promise<string>, stop: (withinMs?: number) => Promise<void> }>} `exited` resolves with a few words on how it ended
 */
export async function launch({ stopSignal = 'SIGTERM', ...program }) {
  const { command, args, marker, pidFile, logFile, env, cwd, as } = program;
  mkdirSync(dirname(pidFile), { recursive: true });
  await endLeftOver(pidFile);

  const log = logFile && (mkdirSync(dirname(logFile), { recursive: true }), openSync(logFile, 'a', 0o600));
  const child = spawn(command, args, {
    ...as,
    env,
    cwd,
    stdio: ['ignore', log ?? 'pipe', log ?? 'pipe'],
    // Its own process group: a Ctrl-C reaches only us, and we end things in order.
    detached: true,
  });
  if (log !== undefined) closeSync(log);
  const exited = new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ? `by ${signal}` : `with exit code ${code}`));
  });
  if (!child.pid) throw new SetupError(`${command} did not start: ${await exited}.`);

  writeFileSync(pidFile, JSON.stringify({ pid: child.pid, parent: process.pid, marker, stopSignal }));
  reaper.add(child.pid, stopSignal);
  const ended = exited.then((how) => {
    reaper.remove(child.pid);
    rmSync(pidFile, { force: true });
    return how;
  });

  /** Asks it to end and kills it if it has not after `withinMs`. */
  const stop = async (withinMs = 6_000) => {
    child.kill(stopSignal);
    const late = setTimeout(() => child.kill('SIGKILL'), withinMs);
    await ended;
    clearTimeout(late);
  };
  return { pid: child.pid, child, exited: ended, stop };
}

/** The last lines of a log file, for an error message. */
export function tail(logFile, lines = 15) {
  return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
}

/** Polls until `ready` answers true; throws at once when the process ends first, or after `timeoutMs`. */
export async function whenReady({ name, exited, logFile, ready, timeoutMs = 120_000, everyMs = 50 }) {
  const failed = (what) => new SetupError(`${name} ${what}. The end of ${logFile}:\n${tail(logFile)}`);
  let ended;
  void exited.then((how) => (ended = how));
  for (const giveUp = Date.now() + timeoutMs; Date.now() < giveUp; await delay(everyMs)) {
    if (ended) throw failed(`ended ${ended} while starting`);
    // An attempt may hang on a connection that came too early.
    if (await Promise.race([ready(), delay(5_000, false, { ref: false })])) return;
  }
  throw failed(`did not answer within ${timeoutMs / 1000} s`);
}

/** Ends what an earlier run, killed together with its reaper, has left running; refuses while that run lives. */
export async function endLeftOver(pidFile) {
  const left = readPid(pidFile);
  if (!left || !commandLine(left.pid).includes(left.marker)) return;
  if (left.parent !== process.pid && commandLine(left.parent))
    throw new SetupError(
      `Already running: process ${left.parent} keeps ${left.marker} as process ${left.pid}. To stop it: kill ${left.parent}`,
    );
  signal(left.pid, left.stopSignal);
  for (const kill = Date.now() + 8_000; commandLine(left.pid); await delay(100))
    if (Date.now() > kill) signal(left.pid, 'SIGKILL');
}

/** Whether there is a process of that pid. */
export function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error; // it ended just now
  }
}

function readPid(pidFile) {
  try {
    return JSON.parse(readFileSync(pidFile, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The command line of a running process; '' when there is none of that pid. */
function commandLine(pid) {
  try {
    const line = execFileSync('ps', ['-ww', '-o', 'stat=,args=', '-p', String(pid)], { encoding: 'utf8' });
    return line.startsWith('Z') ? '' : line;
  } catch {
    return ''; // ps exits with 1 when no process has that pid
  }
}

/** A shell of a megabyte that waits for our end of the pipe to close and then ends what we left running. */
const reaper = {
  kept: new Map(),
  shell: undefined,
  add(pid, signal) {
    this.kept.set(pid, signal.replace('SIG', ''));
    this.tell();
  },
  remove(pid) {
    this.kept.delete(pid);
    this.tell();
  },
  tell() {
    this.shell ??= startReaper();
    this.shell.stdin.write([...this.kept].map(([pid, signal]) => `${pid}:${signal}`).join(' ') + '\n');
  },
};

function startReaper() {
  const shell = spawn(
    'sh',
    [
      '-c',
      `trap '' INT TERM HUP
      while read -r line; do kept=$line; done
      for one in $kept; do kill -s "\${one#*:}" "\${one%:*}" 2>/dev/null; done
      for round in 1 2 3 4 5 6 7 8; do
        alive=; for one in $kept; do kill -0 "\${one%:*}" 2>/dev/null && alive="$alive $one"; done
        kept=$alive; [ -z "$kept" ] && exit; sleep 1
      done
      for one in $kept; do kill -s KILL "\${one%:*}" 2>/dev/null; done`,
    ],
    { stdio: ['pipe', 'ignore', 'ignore'], detached: true },
  );
  shell.on('error', () => undefined).stdin.on('error', () => undefined);
  shell.unref();
  shell.stdin.unref();
  return shell;
}
