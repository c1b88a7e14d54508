import { timings, type Timings } from './timings.ts';

/** The result of a load. `beganAt`: ms since the epoch. `cpuSeconds`: CPU time of the load generator. */
export type Loaded = Timings & {
  readonly statuses: Readonly<Record<string, number>>;
  readonly errors: number;
  readonly beganAt: number;
  readonly cpuSeconds: number;
};

/** Starts counting the answers to a load and this process's CPU time. */
export function countAnswers() {
  const took: number[] = [];
  const statuses: Record<string, number> = {};
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  return {
    began,
    add(status: number, ms: number) {
      took.push(ms);
      statuses[status] = (statuses[status] ?? 0) + 1;
    },
    loaded(lastedMs: number, errors: number): Loaded {
      const { user, system } = process.cpuUsage(cpuBefore);
      return {
        ...timings(took, lastedMs),
        statuses,
        errors,
        beganAt: performance.timeOrigin + began,
        cpuSeconds: (user + system) / 1e6,
      };
    },
  };
}
