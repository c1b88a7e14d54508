import { mapValues, total } from './amounts.ts';
import { numberIn, readProcesses, threadsOf, treeOf, type Pids } from './processes.ts';

/** By name and thread. */
export type Sleeps = Readonly<Record<string, ReadonlyMap<string, number>>>;

/** Voluntary context switches (one per wake-up) of each thread. See proc_pid_status(5). */
export function sleeps(pids: Pids): Sleeps {
  const processes = readProcesses();
  return mapValues(pids, (pid) => new Map(treeOf(processes, pid).flatMap(sleepsOf)));
}

/** Wake-ups by name between two readings, without threads that have ended. */
export const wakeUps = (before: Sleeps, after: Sleeps) =>
  mapValues(after, (threads, name) =>
    total([...threads].map(([thread, count]) => count - (before[name]?.get(thread) ?? 0))),
  );

const sleepsOf = (pid: number) =>
  threadsOf(pid).map(
    (thread) => [thread, numberIn(`/proc/${pid}/task/${thread}/status`, 'voluntary_ctxt_switches')] as const,
  );
