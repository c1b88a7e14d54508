import { readOf, readProcesses, treeOf } from './processes.mjs';

/** Memory in MiB of each process with its descendants, as PSS (shared pages by share). */
export function memoryMiB(pids) {
  const processes = readProcesses();
  const kB = (pid) => Number(/^Pss:\s+(\d+) kB/m.exec(readOf(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);
  return Object.fromEntries(
    Object.entries(pids).map(([name, pid]) => [
      name,
      treeOf(processes, pid).reduce((sum, one) => sum + kB(one), 0) / 1024,
    ]),
  );
}
