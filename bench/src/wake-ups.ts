import { mapValues, total } from './amounts.ts';
import { numberIn, readProcesses, threadsOf, treeOf, type Pids } from './processes.ts';

/** Counts of context switches by process name and thread id. */
export type Sleeps = Readonly<Record<string, ReadonlyMap<string, number>>>;

/** The voluntary context switches of each thread, one per wake-up. See proc_pid_status(5). */
export function sleeps(pids: Pids): Sleeps {
  const processes = readProcesses();
  return mapValues(pids, (pid) => new Map(treeOf(processes, pid).flatMap(sleepsOf)));
}

/** Wake-ups by process name between two readings; threads that ended in between are not counted. */
export const wakeUps = (before: Sleeps, after: Sleeps) =>
  mapValues(after, (threads, name) =>
    total([...threads].map(([thread, count]) => count - (before[name]?.get(thread) ?? 0))),
  );

const sleepsOf = (pid: number) =>
  threadsOf(pid).map(
    (thread) => [thread, numberIn(`/proc/${pid}/task/${thread}/status`, 'voluntary_ctxt_switches')] as const,
  );
