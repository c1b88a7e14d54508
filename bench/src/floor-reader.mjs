import { setTimeout as delay } from 'node:timers/promises';

const PAUSE_MS = 50;
const NO_PROGRESS_MS = 20_000;

/** As {@link followFeed}, for the floor. */
export function followFloor(url) {
  let known = { through: 0, lastAt: 0 };
  return {
    async until(count) {
      const from = Date.now();
      const late = () => Date.now() - Math.max(from, known.lastAt) > NO_PROGRESS_MS;
      while (known.through < count && !late()) {
        known = await (await fetch(`${url}/through`)).json();
        await delay(PAUSE_MS);
      }
      return known.lastAt;
    },
    get through() {
      return known.through;
    },
  };
}
