import { readOf, readProcesses, threadsOf, treeOf } from './processes.mjs';

/** Voluntary context switches (one per wake-up) of each thread, by name and thread. See proc_pid_status(5). */
export function sleeps(pids) {
  const processes = readProcesses();
  return Object.fromEntries(
    Object.entries(pids).map(([name, pid]) => [name, new Map(treeOf(processes, pid).flatMap(sleepsOf))]),
  );
}

/** Wake-ups by name between two readings, without threads that have ended. */
export function wakeUps(before, after) {
  const grown = ([thread, count], known) => count - (known?.get(thread) ?? 0);
  return Object.fromEntries(
    Object.entries(after).map(([name, threads]) => [
      name,
      [...threads].reduce((sum, thread) => sum + grown(thread, before[name]), 0),
    ]),
  );
}

const SLEEPS = /^voluntary_ctxt_switches:\s+(\d+)/m;

const sleepsOf = (pid) =>
  threadsOf(pid).map((thread) => [
    thread,
    Number(SLEEPS.exec(readOf(`/proc/${pid}/task/${thread}/status`))?.[1] ?? 0),
  ]);
