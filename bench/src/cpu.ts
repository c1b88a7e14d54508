import { readFileSync } from 'node:fs';
import { grown, mapValues, sumOf, total, type Amounts } from './amounts.ts';
import { readProcesses, treeOf, type Pids } from './processes.ts';

const TICKS_PER_SECOND = 100; // Linux's USER_HZ, which is 100 wherever Node runs

/** CPU seconds of each process, with its descendants (ended ones too), since it started, and of the machine since it booted. */
export type CpuTimes = { readonly byName: Amounts; readonly machine: number };

export function cpuTimes(pids: Pids): CpuTimes {
  const processes = readProcesses();
  const secondsOf = (pid: number) =>
    total(treeOf(processes, pid).map((one) => processes.get(one)?.ticks ?? 0)) / TICKS_PER_SECOND;
  return { byName: mapValues(pids, secondsOf), machine: machineTicks() / TICKS_PER_SECOND };
}

/** CPU seconds between two readings: `cpu` by process, `more` included; `others` of all other processes of the machine. */
export function spent(before: CpuTimes, after: CpuTimes, more: Amounts = {}) {
  const cpu = { ...grown(before.byName, after.byName), ...more };
  return { cpu, others: after.machine - before.machine - sumOf(cpu) };
}

function machineTicks(): number {
  const [, user, nice, system, , , irq, softirq] = readFileSync('/proc/stat', 'utf8').split(/\s+/, 9);
  return total([user, nice, system, irq, softirq].map(Number));
}
