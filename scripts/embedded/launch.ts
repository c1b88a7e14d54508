import { execFileSync, spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, openSync, closeSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { dirname } from 'node:path';
import type { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { SetupError } from '../say.mjs';

/** Ports to choose from: below those of outgoing connections (from 32768 on Linux, 49152 elsewhere), which could occupy one. */
const [LOWEST_PORT, PORTS_END] = [10_000, 32_000];
/** Jest's parallel workers choose from separate parts of the range, since a worker uses a port only seconds after the choice. */
const STRETCHES = 3;
const STRETCH = Math.floor((PORTS_END - LOWEST_PORT) / STRETCHES);
const FROM = LOWEST_PORT + STRETCH * (Number(process.env.JEST_WORKER_ID ?? 0) % STRETCHES);
const given = new Set<number>();

/** A TCP port of 127.0.0.1 that no process listens on now; each call returns another port. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FROM, FROM + STRETCH);
    if (given.has(port)) continue;
    const server = createServer().listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch (error) {
      if (codeOf(error) === 'EADDRINUSE') continue;
      throw error;
    }
    server.close();
    await once(server, 'close');
    given.add(port);
    return port;
  }
}

export type Program = {
  readonly command: string;
  /** One of the arguments must contain `marker`. */
  readonly args: readonly string[];
  /** A text in the program's command line that identifies a process which an earlier run has left. */
  readonly marker: string;
  readonly pidFile: string;
  /** The file that stdout and stderr are appended to; if absent, they are pipes on `child`. */
  readonly logFile?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly cwd?: string | undefined;
  readonly as?: { readonly uid: number; readonly gid: number } | undefined;
  /** The signal at which the program ends in order; default: SIGTERM. */
  readonly stopSignal?: NodeJS.Signals;
};

export type Running = {
  readonly pid: number;
  /** Resolves with how the program ended: `with exit code 1`, `by SIGKILL`. */
  readonly exited: Promise<string>;
  readonly stop: (withinMs?: number) => Promise<void>;
};

export type Launched = Running & { readonly child: ChildProcess };

/**
 * Starts a program that does not outlive this process. What ends the program: stop(); the reaper, if this process is killed;
 * the next launch with the same pidFile, if the reaper is killed too.
 */
export async function launch({ stopSignal = 'SIGTERM', ...program }: Program): Promise<Launched> {
  const { command, args, marker, pidFile, logFile, env, cwd, as } = program;
  mkdirSync(dirname(pidFile), { recursive: true });
  await endLeftOver(pidFile);

  if (logFile !== undefined) mkdirSync(dirname(logFile), { recursive: true });
  const log = logFile === undefined ? undefined : openSync(logFile, 'a', 0o600);
  const child = spawn(command, args, {
    ...as,
    env,
    cwd,
    stdio: ['ignore', log ?? 'pipe', log ?? 'pipe'],
    // A process group of its own: Ctrl-C reaches only this process, which then stops its programs in order.
    detached: true,
  });
  if (log !== undefined) closeSync(log);
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ? `by ${signal}` : `with exit code ${code}`));
  });
  const { pid } = child;
  if (!pid) throw new SetupError(`${command} did not start: ${await exited}.`);

  writeFileSync(pidFile, JSON.stringify({ pid, parent: process.pid, marker, stopSignal }));
  reaper.add(pid, stopSignal);
  const ended = exited.then((how) => {
    reaper.remove(pid);
    rmSync(pidFile, { force: true });
    return how;
  });

  /** Sends the stop signal; kills the program if it still runs after `withinMs`. */
  const stop = async (withinMs = 6_000) => {
    child.kill(stopSignal);
    const late = setTimeout(() => child.kill('SIGKILL'), withinMs);
    await ended;
    clearTimeout(late);
  };
  return { pid, child, exited: ended, stop };
}

/** The last lines of a log file, for an error message. */
export function tail(logFile: string, lines = 15) {
  return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

/** Polls until `ready` resolves to true; throws if the process ends before, or after `timeoutMs`. */
export async function whenReady({
  name,
  exited,
  logFile,
  ready,
  timeoutMs = 120_000,
  everyMs = 50,
}: {
  name: string;
  exited: Promise<string>;
  logFile: string;
  ready: () => Promise<boolean>;
  timeoutMs?: number;
  everyMs?: number;
}): Promise<void> {
  const failed = (what: string) =>
    new SetupError(`${name} ${what}. The end of ${logFile}:\n${tail(logFile)}`);
  let ended: string | undefined;
  void exited.then((how) => (ended = how));
  for (const giveUp = Date.now() + timeoutMs; Date.now() < giveUp; await delay(everyMs)) {
    if (ended) throw failed(`ended ${ended} while starting`);
    // A connection made too early may never be answered: 5 s without an answer count as not ready.
    if (await Promise.race([ready(), delay(5_000, false, { ref: false })])) return;
  }
  throw failed(`did not answer within ${timeoutMs / 1000} s`);
}

/** Ends the process that an earlier run has left (if run and reaper were killed); throws if that run still runs. */
export async function endLeftOver(pidFile: string): Promise<void> {
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

/** True if a process with this pid exists. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error; // ESRCH: the process has just ended
  }
}

type LeftOver = { pid: number; parent: number; marker: string; stopSignal: NodeJS.Signals };

function readPid(pidFile: string): LeftOver | undefined {
  try {
    return JSON.parse(readFileSync(pidFile, 'utf8')) as LeftOver;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The command line of the process with this pid; '' if it does not run. */
function commandLine(pid: number): string {
  try {
    const line = execFileSync('ps', ['-ww', '-o', 'stat=,args=', '-p', String(pid)], { encoding: 'utf8' });
    return line.startsWith('Z') ? '' : line;
  } catch {
    return ''; // ps exits with 1 if no process has the pid
  }
}

/** A shell (1 MB) that ends the launched programs once its standard input closes, which happens when this process ends. */
const reaper = {
  kept: new Map<number, string>(),
  shell: undefined as ChildProcessByStdio<Writable, null, null> | undefined,
  add(pid: number, signal: NodeJS.Signals) {
    this.kept.set(pid, signal.replace('SIG', ''));
    this.tell();
  },
  remove(pid: number) {
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
  (shell.stdin as Socket).unref();
  return shell;
}
