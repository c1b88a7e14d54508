import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Whether /proc exists (Linux). */
export const procIsTold = existsSync('/proc/self/stat');

/** Parent and CPU ticks of every process, by pid. See proc_pid_stat(5). */
export function readProcesses() {
  const processes = new Map();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const text = readOf(`/proc/${pid}/stat`);
    if (text === undefined) continue;
    const [, parent, , , , , , , , , , ...times] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = times.slice(0, 4).reduce((sum, time) => sum + Number(time), 0);
    processes.set(Number(pid), { parent: Number(parent), ticks });
  }
  return processes;
}

/** A process and its descendants. */
export function treeOf(processes, pid) {
  const below = [...processes].filter(([, { parent }]) => parent === pid);
  return [pid, ...below.flatMap(([child]) => treeOf(processes, child))];
}

/** The threads of a process. */
export const threadsOf = (pid) => unlessGone(() => readdirSync(`/proc/${pid}/task`)) ?? [];

/** A file of /proc; undefined if the process has ended. */
export const readOf = (path) => unlessGone(() => readFileSync(path, 'utf8'));

function unlessGone(read) {
  try {
    return read();
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'ESRCH') throw error;
    return undefined;
  }
}
