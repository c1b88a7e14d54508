import { readFileSync } from 'node:fs';
import { grown, mapValues, sumOf, total, type Amounts } from './amounts.ts';
import { readProcesses, treeOf, type Pids } from './processes.ts';

const TICKS_PER_SECOND = 100; // USER_HZ, the same on every Linux that Node runs on

/** CPU seconds since start: of each process with its descendants, ended ones included, and of the whole machine. */
export type CpuTimes = { readonly byName: Amounts; readonly machine: number };

export function cpuTimes(pids: Pids): CpuTimes {
  const processes = readProcesses();
  const secondsOf = (pid: number) =>
    total(treeOf(processes, pid).map((one) => processes.get(one)?.ticks ?? 0)) / TICKS_PER_SECOND;
  return { byName: mapValues(pids, secondsOf), machine: machineTicks() / TICKS_PER_SECOND };
}

/** CPU seconds between two readings, by process and with `more`. `others`: the rest of the machine's. */
export function spent(before: CpuTimes, after: CpuTimes, more: Amounts = {}) {
  const cpu = { ...grown(before.byName, after.byName), ...more };
  return { cpu, others: after.machine - before.machine - sumOf(cpu) };
}

function machineTicks(): number {
  const [, user, nice, system, , , irq, softirq] = readFileSync('/proc/stat', 'utf8').split(/\s+/, 9);
  return total([user, nice, system, irq, softirq].map(Number));
}
