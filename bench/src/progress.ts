import { setTimeout as delay } from 'node:timers/promises';

const PAUSE_MS = 50;
const NO_PROGRESS_MS = 20_000;

/** How many messages are through (read or failed), and when the last of them was (ms since the epoch). */
export type Progress = { readonly through: number; readonly lastAt: number };

/** Counts messages that are through, and waits for them. */
export type Reader = {
  readonly through: number;
  /** Waits until `count` messages are through, or none was for 20 s; resolves with the time of the last one (unix ms). */
  readonly until: (count: number) => Promise<number>;
};

/** Makes a {@link Reader}'s `until`, which calls `look` every 50 ms. */
export const untilBy =
  (look: () => Promise<Progress> | Progress): Reader['until'] =>
  async (count) => {
    for (const from = Date.now(); ; await delay(PAUSE_MS)) {
      const { through, lastAt } = await look();
      if (through >= count || Date.now() - Math.max(from, lastAt) >= NO_PROGRESS_MS) return lastAt;
    }
  };
