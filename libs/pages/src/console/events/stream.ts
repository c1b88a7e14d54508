import type { WbizEvent } from '@wbiz/sdk/operations';

/** Events that arrived together, newest first. `older`: the cursor for the events before them. */
export type Group = { readonly events: readonly WbizEvent[]; readonly older: string };
export type Stream = {
  /** Newest first, without gaps. */
  readonly groups: readonly Group[];
  /** Events that arrived while the stream was held, newest first. */
  readonly held: readonly Group[];
  /** Whether newer events were dropped to make room for older ones. */
  readonly isDetached: boolean;
};

/** Most events in memory; one page more may be kept. */
const MOST_EVENTS = 3_000;
export const EMPTY: Stream = { groups: [], held: [], isDetached: false };

export const countOf = (groups: readonly Group[]) =>
  groups.reduce((count, { events }) => count + events.length, 0);

/** The first groups that fit into `most` events; at least one. */
function fitting(groups: readonly Group[], most: number): readonly Group[] {
  let room = most;
  return groups.filter(({ events }, index) => (room -= events.length) >= 0 || index === 0);
}

/** Starts with a page of the feed; events that arrived since stay on top. */
export function startedWith({ groups, held }: Stream, page: Group): Stream {
  const top = page.events[0]?.sequence ?? 0;
  const since = [...held, ...groups].flatMap(({ events, older }) => {
    const newer = events.filter(({ sequence }) => sequence > top);
    return newer.length > 0 ? [{ events: newer, older }] : [];
  });
  return { groups: [...since, page], held: [], isDetached: false };
}

/** Puts new events on top; holds them back while the stream is held or detached. */
export function withNewer(stream: Stream, group: Group, isHeld: boolean, most = MOST_EVENTS): Stream {
  if (isHeld || stream.isDetached) return { ...stream, held: fitting([group, ...stream.held], most) };
  return { ...stream, groups: fitting([group, ...stream.groups], most) };
}

/** Shows the held events. Older ones are dropped beyond `most`, and all of them if the stream was detached. */
export function withHeld(stream: Stream, most = MOST_EVENTS): Stream {
  const groups = stream.isDetached ? stream.held : [...stream.held, ...stream.groups];
  return { groups: fitting(groups, most), held: [], isDetached: false };
}

/** Appends older events; the newest are dropped beyond `most`. */
export function withOlder(stream: Stream, page: Group, most = MOST_EVENTS): Stream {
  const groups = [...stream.groups, page];
  const kept = fitting(groups.toReversed(), most).toReversed();
  const isCut = kept.length < groups.length;
  return {
    ...stream,
    groups: kept,
    held: isCut ? [] : stream.held,
    isDetached: stream.isDetached || isCut,
  };
}
