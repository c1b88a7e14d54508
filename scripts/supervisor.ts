import { setTimeout as delay } from 'node:timers/promises';
import type { Running } from './embedded/launch.ts';
import { say } from './say.mjs';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
const STEADY_AFTER_MS = 30_000;

/** Processes that are stopped at the same time, and killed if they still run `byMs` after the stop of all waves began. */
export type Wave = { readonly names: readonly string[]; readonly byMs: number };

/**
 * Starts processes again when they end, after a pause that doubles from 0.2 s to 5 s as long as the process ends within 30 s
 * of its start. Calls `changed` with the pids by name after each start and each end.
 */
export function createSupervisor(changed: (pids: Record<string, number>) => void = () => undefined) {
  const running = new Map<string, Running>();
  const ends = new Map<string, number>();
  const stopping = new AbortController();
  const tell = () => changed(Object.fromEntries([...running].map(([name, { pid }]) => [name, pid])));

  /** Starts a process, and starts it again whenever it ends. Resolves once the first start is done; throws if that fails. */
  async function keep<Kept extends Running>(name: string, start: () => Promise<Kept>): Promise<Kept> {
    const first = await start();
    void watch(name, start, first);
    return first;
  }

  async function watch(name: string, start: () => Promise<Running>, first: Running): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    for (let current: Running = first; ;) {
      const since = Date.now();
      running.set(name, current);
      tell();
      const how = await current.exited;
      running.delete(name);
      tell();
      if (stopping.signal.aborted) return;
      ends.set(name, ended(name) + 1);
      if (Date.now() - since > STEADY_AFTER_MS) pause = FIRST_PAUSE_MS;
      let what = `ended ${how}`;
      let next: Running | void = undefined;
      while (!next) {
        say.warn(`${name}: ${what}; starting it again in ${pause / 1000} s`);
        await delay(pause, undefined, { signal: stopping.signal }).catch(() => undefined);
        if (stopping.signal.aborted) return;
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
        next = await start().catch((error: Error) => {
          say.failed(`${name}: ${error.message}`);
          what = 'did not start';
        });
      }
      current = next;
      if (stopping.signal.aborted) return current.stop();
      say.done(`${name}: started again as process ${current.pid}`);
    }
  }

  /** How often a process has ended by itself. */
  const ended = (name: string) => ends.get(name) ?? 0;

  /** Stops one wave after another; no process is started again. */
  async function stop(waves: readonly Wave[]): Promise<void> {
    stopping.abort();
    const since = Date.now();
    for (const { names, byMs } of waves)
      await Promise.all(names.map(async (name) => running.get(name)?.stop(since + byMs - Date.now())));
  }

  return { keep, ended, stop };
}
