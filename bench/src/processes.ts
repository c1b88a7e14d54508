import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Process ids by name of the process. */
export type Pids = Readonly<Record<string, number>>;
type Processes = ReadonlyMap<number, { readonly parent: number; readonly ticks: number }>;

/** True if /proc exists, as on Linux. */
export const procIsTold = existsSync('/proc/self/stat');

/** Parent and CPU ticks of every process of the machine, by pid. See proc_pid_stat(5). */
export function readProcesses(): Processes {
  const processes = new Map<number, { parent: number; ticks: number }>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const text = readOf(`/proc/${pid}/stat`);
    if (text === undefined) continue;
    const [, parent, , , , , , , , , , ...times] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = times.slice(0, 4).reduce((sum, time) => sum + Number(time), 0);
    processes.set(Number(pid), { parent: Number(parent), ticks });
  }
  return processes;
}

/** The pids of a process and its descendants. */
export function treeOf(processes: Processes, pid: number): readonly number[] {
  const below = [...processes].filter(([, { parent }]) => parent === pid);
  return [pid, ...below.flatMap(([child]) => treeOf(processes, child))];
}

/** The thread ids of a process; empty if the process has ended. */
export const threadsOf = (pid: number) => unlessGone(() => readdirSync(`/proc/${pid}/task`)) ?? [];

/** The number after `name:` in a file of /proc; 0 if the process has ended. */
export const numberIn = (path: string, name: string) =>
  Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readOf(path) ?? '')?.[1] ?? 0);

const readOf = (path: string) => unlessGone(() => readFileSync(path, 'utf8'));

function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ESRCH') throw error;
    return undefined;
  }
}
