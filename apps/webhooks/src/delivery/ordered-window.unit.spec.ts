import { describe, expect, it } from '@jest/globals';
import { OrderedWindow } from './ordered-window.js';

const row = (sequence: number, subject = 'a') => ({
  sequence,
  subject,
  id: `evt_${sequence}`,
  type: 'message.status',
  createdAt: new Date(0),
  data: '{}',
  messageId: null,
});
const rows = (...subjects: string[]) => subjects.map((subject, index) => row(index + 1, subject));
const takeAll = (window: OrderedWindow) => {
  const taken = [];
  for (let entry; (entry = window.take());) taken.push(entry);
  return taken;
};
const sequences = (entries: readonly { row: { sequence: number } }[]) =>
  entries.map(({ row: { sequence } }) => sequence);

describe('a window', () => {
  it('gives one event of each subject at a time; the cursor stands before the first that is not done', () => {
    const window = new OrderedWindow(0);
    window.add(rows('a', 'a', 'b', 'a'), 9);
    const [one, three] = takeAll(window);
    expect(sequences([one!, three!])).toEqual([1, 3]);
    window.done(three!);
    expect([window.standing, window.hasNext]).toEqual([0, false]);
    window.done(one!);
    expect(window.standing).toBe(1);
    const [two] = takeAll(window);
    window.done(two!);
    const [four] = takeAll(window);
    expect([two, four].map((entry) => entry!.row.sequence)).toEqual([2, 4]);
    window.done(four!);
    expect([window.standing, window.size, window.open]).toEqual([9, 0, 0]);
  });

  it('gives later events after a doubtful one, and restores it in its place', () => {
    const window = new OrderedWindow(0);
    window.add(rows('a', 'b', 'a', 'b'), 4);
    const [one, two] = takeAll(window);
    window.doubt(one!);
    window.done(two!);
    const [three, four] = takeAll(window).toSorted((x, y) => x.row.sequence - y.row.sequence);
    expect(sequences([three!, four!])).toEqual([3, 4]);
    expect(window.standing).toBe(0);
    window.restore(three);
    expect(sequences(takeAll(window))).toEqual([1]);
    window.done(four!);
    window.done(one!);
    expect([window.standing, ...sequences(takeAll(window))]).toEqual([2, 3]);
  });

  it('gives no event while another one of its subject is in flight', () => {
    const window = new OrderedWindow(0);
    window.add(rows('a', 'a', 'a'), 3);
    const [one] = takeAll(window);
    window.doubt(one!);
    const [two] = takeAll(window);
    window.restore();
    expect(window.hasNext).toBe(false);
    window.done(two!);
    expect(sequences(takeAll(window))).toEqual([1]);
  });

  it('drops events that are not wanted any more', () => {
    const window = new OrderedWindow(0);
    window.add(rows('a', 'a', 'b'), 3);
    for (const entry of window.waiting()) if (entry.row.sequence !== 2) window.drop(entry);
    expect(sequences(takeAll(window))).toEqual([2]);
    expect(window.standing).toBe(1);
  });
});
