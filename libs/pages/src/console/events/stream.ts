import type { WbizEvent } from '@wbiz/sdk/operations';

/** Events that came together, the newest first. `older`: the cursor that leads back from them. */
export type Group = { readonly events: readonly WbizEvent[]; readonly older: string };
export type Stream = {
  /** The newest first, without a gap between them. */
  readonly groups: readonly Group[];
  /** What has happened since it is held, the newest first. */
  readonly held: readonly Group[];
  /** Newer events than these were let go of, to make room for older ones. */
  readonly isDetached: boolean;
};

/** What a tab keeps in memory at most, but for one page. */
const MOST_EVENTS = 3_000;
export const EMPTY: Stream = { groups: [], held: [], isDetached: false };

export const countOf = (groups: readonly Group[]) =>
  groups.reduce((count, { events }) => count + events.length, 0);

/** As many of the groups, from the first one on, as there is room for; one at least. */
function fitting(groups: readonly Group[], most: number): readonly Group[] {
  let room = most;
  return groups.filter(({ events }, index) => (room -= events.length) >= 0 || index === 0);
}

/** Begins with what the feed had when it was asked; what has come since stays on top. */
export function begun({ groups, held }: Stream, page: Group): Stream {
  const top = page.events[0]?.sequence ?? 0;
  const since = [...held, ...groups].flatMap(({ events, older }) => {
    const newer = events.filter(({ sequence }) => sequence > top);
    return newer.length > 0 ? [{ events: newer, older }] : [];
  });
  return { groups: [...since, page], held: [], isDetached: false };
}

/** Something happened. It is shown on top, or kept back where the stream is held or stands further back. */
export function came(stream: Stream, group: Group, isHeld: boolean, most = MOST_EVENTS): Stream {
  if (isHeld || stream.isDetached) return { ...stream, held: fitting([group, ...stream.held], most) };
  return { ...stream, groups: fitting([group, ...stream.groups], most) };
}

/** Shows what was kept back. Where there was too much of it, or the stream stands further back, the rest makes way. */
export function released(stream: Stream, most = MOST_EVENTS): Stream {
  const groups = stream.isDetached ? stream.held : [...stream.held, ...stream.groups];
  return { groups: fitting(groups, most), held: [], isDetached: false };
}

/** Older events below; the newest make way for them. */
export function wentBack(stream: Stream, page: Group, most = MOST_EVENTS): Stream {
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
