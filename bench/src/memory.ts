import { mapValues, total } from './amounts.ts';
import { numberIn, readProcesses, treeOf, type Pids } from './processes.ts';

/** Memory in MiB of each process with its descendants, as PSS: a page that several processes share is divided among them. */
export function memoryMiB(pids: Pids) {
  const processes = readProcesses();
  const kB = (pid: number) => numberIn(`/proc/${pid}/smaps_rollup`, 'Pss');
  return mapValues(pids, (pid) => total(treeOf(processes, pid).map(kB)) / 1024);
}
