import { setTimeout as delay } from 'node:timers/promises';
import { classifyFault } from '@wbiz/eventing/fault';
import type { Runtime } from './runtime.js';

/** Thrown to waiting code when the process is told to stop. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

const REMIND_MS = 5_000;
const PAUSE_MS = { first: 100, longest: 1_000 };

/**
 * Repeats `attempt` while it fails with a passing fault (such as a refused connection), without a limit. Shows `what` in
 * the log (at the first failure and every 5 s) and in /health/ready. Throws any other error, and {@link Stopped} as soon
 * as the process is told to stop.
 */
export async function untilReachable<T>(
  what: string,
  { logger, health, stopping }: Pick<Runtime, 'logger' | 'health' | 'stopping'>,
  attempt: () => Promise<T>,
): Promise<T> {
  const began = Date.now();
  let failure: unknown;
  const remind = () =>
    logger.warn(
      { err: failure, waitedMs: Date.now() - began },
      `start: waiting for ${what}; trying until it succeeds`,
    );
  const reminder = setInterval(remind, REMIND_MS);
  const stopped = new Promise<never>((_, reject) => {
    const stop = () => reject(new Stopped(`Told to stop while waiting for ${what}.`));
    if (stopping.aborted) stop();
    stopping.addEventListener('abort', stop, { once: true });
  });
  const over = health.waitingFor(what);
  try {
    for (let pause = PAUSE_MS.first; ; pause = Math.min(pause * 2, PAUSE_MS.longest)) {
      try {
        const result = await Promise.race([stopped, attempt()]);
        if (failure)
          logger.info({ waitedMs: Date.now() - began }, `start: no longer waiting for ${what}; going on`);
        return result;
      } catch (error) {
        if (error instanceof Stopped || classifyFault(error) === 'broken') throw error;
        const first = failure === undefined;
        failure = error;
        if (first) remind();
      }
      await Promise.race([stopped, delay(pause)]);
    }
  } finally {
    clearInterval(reminder);
    over();
  }
}
