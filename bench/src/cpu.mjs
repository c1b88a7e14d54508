import { readFileSync } from 'node:fs';
import { readProcesses, treeOf } from './processes.mjs';

const TICKS_PER_SECOND = 100; // USER_HZ, the same on every Linux that Node runs on

/**
 * CPU seconds since start by name: each process with its descendants, ended ones included, and the whole machine as
 * `machine`.
 *
 * @param {Record<string, number>} pids
 */
export function cpuSeconds(pids) {
  const processes = readProcesses();
  const secondsOf = (pid) =>
    sum(treeOf(processes, pid).map((one) => processes.get(one)?.ticks ?? 0)) / TICKS_PER_SECOND;
  const named = Object.entries(pids).map(([name, pid]) => [name, secondsOf(pid)]);
  return { ...Object.fromEntries(named), machine: machineTicks() / TICKS_PER_SECOND };
}

/** CPU seconds by process between two readings. `others`: the rest of the machine's. */
export function spent({ machine: machineBefore, ...before }, { machine, ...after }, more = {}) {
  const byName = Object.fromEntries(Object.keys(after).map((name) => [name, after[name] - before[name]]));
  const known = sum(Object.values({ ...byName, ...more }));
  return { ...byName, ...more, others: machine - machineBefore - known };
}

function machineTicks() {
  const [, user, nice, system, , , irq, softirq] = readFileSync('/proc/stat', 'utf8').split(/\s+/, 9);
  return sum([user, nice, system, irq, softirq].map(Number));
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
