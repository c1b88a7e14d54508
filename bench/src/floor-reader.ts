import { untilBy, type Progress, type Reader } from './progress.ts';

/** As {@link followFeeds}, for the floor. */
export function followFloor(url: string): Reader {
  let known: Progress = { through: 0, lastAt: 0 };
  return {
    until: untilBy(async () => (known = (await (await fetch(`${url}/through`)).json()) as Progress)),
    get through() {
      return known.through;
    },
  };
}
