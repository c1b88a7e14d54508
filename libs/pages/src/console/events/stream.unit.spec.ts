import { describe, expect, it } from '@jest/globals';
import type { WbizEvent } from '@wbiz/sdk/operations';
import { startedWith, withNewer, EMPTY, withHeld, withOlder, type Group, type Stream } from './stream.js';

/** Events with these sequences, newest first. */
const group = (...sequences: readonly number[]): Group => ({
  events: sequences.map((sequence) => ({ sequence }) as WbizEvent),
  older: `before ${sequences.at(-1)}`,
});
const shown = ({ groups }: Stream) => groups.flatMap(({ events }) => events.map(({ sequence }) => sequence));
const held = ({ held: groups }: Stream) =>
  groups.flatMap(({ events }) => events.map(({ sequence }) => sequence));

describe('a stream of events', () => {
  it('begins with what was there, and holds nothing twice that came meanwhile', () => {
    const early = withNewer(withNewer(EMPTY, group(8, 7), false), group(9), false);
    expect(shown(startedWith(early, group(8, 7, 6, 5)))).toEqual([9, 8, 7, 6, 5]);
    expect(shown(startedWith(withNewer(EMPTY, group(9), true), group(8)))).toEqual([9, 8]);
  });

  it('shows on top what comes, and lets the oldest go with their page', () => {
    const stream = startedWith(EMPTY, group(3, 2, 1));
    expect(shown(withNewer(stream, group(5, 4), false, 5))).toEqual([5, 4, 3, 2, 1]);
    const full = withNewer(withNewer(stream, group(5, 4), false, 5), group(6), false, 5);
    expect(shown(full)).toEqual([6, 5, 4]);
    expect(full.groups.at(-1)!.older).toBe('before 4');
  });

  it('keeps back what comes while it is held', () => {
    const stream = withNewer(withNewer(startedWith(EMPTY, group(1)), group(2), true), group(3), true);
    expect([shown(stream), held(stream)]).toEqual([[1], [3, 2]]);
    const on = withHeld(stream);
    expect([shown(on), held(on)]).toEqual([[3, 2, 1], []]);
  });

  it('that was held for too long begins with the newest, without a gap', () => {
    let stream = startedWith(EMPTY, group(1));
    for (const sequence of [2, 3, 4]) stream = withNewer(stream, group(sequence), true, 2);
    expect(held(stream)).toEqual([4, 3]);
    expect(shown(withHeld(stream, 2))).toEqual([4, 3]);
  });

  it('goes back, where the newest make way, and keeps apart what comes then', () => {
    const back = withOlder(startedWith(EMPTY, group(6, 5)), group(4, 3), 4);
    expect([shown(back), back.isDetached]).toEqual([[6, 5, 4, 3], false]);
    const further = withOlder(back, group(2, 1), 4);
    expect([shown(further), further.isDetached]).toEqual([[4, 3, 2, 1], true]);
    const later = withNewer(further, group(7), false, 4);
    expect([shown(later), held(later)]).toEqual([[4, 3, 2, 1], [7]]);
    const on = withHeld(later, 4);
    expect([shown(on), on.isDetached]).toEqual([[7], false]);
  });
});
