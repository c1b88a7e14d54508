import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { launch, type Program } from './embedded/launch.ts';
import { createSupervisor } from './supervisor.ts';

const WAITS = 'setInterval(() => undefined, 1000)';
let dir: string;
let program: Program & { logFile: string };

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'wbiz-supervisor-'));
  const marker = join(dir, 'program.mjs');
  writeFileSync(marker, WAITS);
  program = {
    command: process.execPath,
    args: [marker],
    marker,
    pidFile: join(dir, 'pid'),
    logFile: join(dir, 'log'),
  };
});
afterEach(() => rmSync(dir, { recursive: true }));

const runs = (pid: number) => {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z');
  } catch {
    return false;
  }
};
const gone = async (pid: number) => {
  for (const giveUp = Date.now() + 9_000; runs(pid); await delay(50))
    if (Date.now() > giveUp) throw new Error(`Process ${pid} still runs.`);
};

describe('a launched program', () => {
  it('ends when its launcher is killed', async () => {
    const url = new URL('./embedded/launch.ts', import.meta.url).href;
    const script = `import { launch } from '${url}';
      console.log((await launch(${JSON.stringify(program)})).pid); ${WAITS}`;
    const launcher = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = Number(String((await once(launcher.stdout, 'data'))[0]));
    expect(runs(pid)).toBe(true);
    launcher.kill('SIGKILL');
    await gone(pid);
  });

  it('replaces the process that a killed run has left', async () => {
    const left = spawn(program.command, program.args);
    const dead = spawn(process.execPath, ['-e', '0']);
    await once(dead, 'exit');
    const note = { pid: left.pid, parent: dead.pid, marker: program.marker, stopSignal: 'SIGTERM' };
    writeFileSync(program.pidFile, JSON.stringify(note));
    const { stop } = await launch(program);
    expect(runs(left.pid!)).toBe(false);
    await stop();
  });

  it('is refused while another run keeps it', async () => {
    const kept = spawn(program.command, program.args);
    const note = { pid: kept.pid, parent: process.ppid, marker: program.marker, stopSignal: 'SIGTERM' };
    writeFileSync(program.pidFile, JSON.stringify(note));
    await expect(launch(program)).rejects.toThrow('Already running');
    expect(runs(kept.pid!)).toBe(true);
    kept.kill();
    await gone(kept.pid!);
  });

  it('is killed when it does not end in time', async () => {
    writeFileSync(program.marker, `process.on('SIGTERM', () => undefined); console.log('up'); ${WAITS}`);
    const { child, exited, stop } = await launch({ ...program, logFile: undefined });
    await once(child.stdout!, 'data');
    await stop(200);
    expect(await exited).toBe('by SIGKILL');
  });
});

describe('the supervisor', () => {
  it('starts a process again that dies, reports that, and does not after a stop', async () => {
    const told: (number | undefined)[] = [];
    const supervisor = createSupervisor((pids) => told.push(pids['app']));
    const first = await supervisor.keep('app', () => launch(program));
    process.kill(first.pid, 'SIGKILL');
    for (const giveUp = Date.now() + 9_000; told.length < 3; await delay(20))
      if (Date.now() > giveUp) throw new Error(`Not started again: ${told}`);
    const [, , second] = told;
    expect(told).toEqual([first.pid, undefined, second]);
    expect(second).not.toBe(first.pid);
    expect(supervisor.ended('app')).toBe(1);

    await supervisor.stop([{ names: ['app'], byMs: 5_000 }]);
    await gone(second!);
    await delay(400); // longer than the 200 ms before a restart
    expect(told).toEqual([first.pid, undefined, second, undefined]);
  });
});
