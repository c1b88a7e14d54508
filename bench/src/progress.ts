import { setTimeout as delay } from 'node:timers/promises';

const PAUSE_MS = 50;
const NO_PROGRESS_MS = 20_000;

/** How many messages are through, and since when (ms since the epoch). */
export type Progress = { readonly through: number; readonly lastAt: number };

/** Who tells when messages are through. */
export type Reader = {
  readonly through: number;
  /** Resolves with the time of the last message through, once `count` are through or 20 s pass without one. */
  readonly until: (count: number) => Promise<number>;
};

/** The `until` of a {@link Reader} that looks every 50 ms. */
export const untilBy =
  (look: () => Promise<Progress> | Progress): Reader['until'] =>
  async (count) => {
    for (const from = Date.now(); ; await delay(PAUSE_MS)) {
      const { through, lastAt } = await look();
      if (through >= count || Date.now() - Math.max(from, lastAt) >= NO_PROGRESS_MS) return lastAt;
    }
  };
