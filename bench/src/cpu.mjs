import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const TICKS_PER_SECOND = 100; // USER_HZ, the same on every Linux that Node runs on

/** Whether this machine tells CPU times: Linux does. */
export const cpuIsTold = existsSync('/proc/self/stat');

/**
 * CPU seconds since their start by name: of each process with all below it, those that have ended included; and of the
 * whole machine as `machine`. See proc_pid_stat(5).
 *
 * @param {Record<string, number>} pids
 */
export function cpuSeconds(pids) {
  const processes = new Map();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const stat = readStat(pid);
    if (stat) processes.set(Number(pid), stat);
  }
  const below = (pid) => [...processes].filter(([, { parent }]) => parent === pid).map(([child]) => child);
  const ticksOf = (pid) =>
    below(pid).reduce((sum, child) => sum + ticksOf(child), processes.get(pid)?.ticks ?? 0);
  const named = Object.entries(pids).map(([name, pid]) => [name, ticksOf(pid) / TICKS_PER_SECOND]);
  return { ...Object.fromEntries(named), machine: machineTicks() / TICKS_PER_SECOND };
}

/** CPU seconds by process between two readings; what is left of the machine's went to `others`. */
export function spent({ machine: machineBefore, ...before }, { machine, ...after }, more = {}) {
  const byName = Object.fromEntries(Object.keys(after).map((name) => [name, after[name] - before[name]]));
  const known = Object.values({ ...byName, ...more }).reduce((sum, seconds) => sum + seconds, 0);
  return { ...byName, ...more, others: machine - machineBefore - known };
}

/** CPU seconds a second, by process, while nothing is asked of them. */
export async function idleCpu(pids, seconds) {
  if (!cpuIsTold) return undefined;
  const before = cpuSeconds(pids);
  await delay(seconds * 1_000);
  const { others: _, ...found } = spent(before, cpuSeconds(pids));
  return Object.fromEntries(Object.entries(found).map(([name, all]) => [name, all / seconds]));
}

function readStat(pid) {
  let text;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'ESRCH') throw error;
    return undefined; // it has ended meanwhile
  }
  const [, parent, , , , , , , , , , ...times] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { parent: Number(parent), ticks: sum(times.slice(0, 4)) };
}

function machineTicks() {
  const [, user, nice, system, , , irq, softirq] = readFileSync('/proc/stat', 'utf8').split(/\s+/, 9);
  return sum([user, nice, system, irq, softirq]);
}

const sum = (numbers) => numbers.reduce((total, number) => total + Number(number), 0);
