import { untilBy, type Progress, type Reader } from './progress.ts';

/** Follows the floor's progress, as {@link followFeeds} follows WBIZ's. */
export function followFloor(url: string): Reader {
  let known: Progress = { through: 0, lastAt: 0 };
  return {
    until: untilBy(async () => (known = (await (await fetch(`${url}/through`)).json()) as Progress)),
    get through() {
      return known.through;
    },
  };
}
