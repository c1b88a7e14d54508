import { expect, it } from '@jest/globals';
import { firstId, newId } from './ids.js';

it('ids of one process sort in the order they were made, also within a millisecond', () => {
  const ids = [1_000, 1_000, 1_001].flatMap((time) =>
    Array.from({ length: 5_000 }, () => newId('msg', time)),
  );
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids.slice(0, 10)) expect(id).toMatch(/^msg_[0-9A-HJKMNP-TV-Z]{26}$/);
});

it('the first id of a time sorts before all made then, and after all made before', () => {
  for (const time of [0, 1, 1_795_390_535_420]) {
    expect(firstId('msg', time) < newId('msg', time)).toBe(true);
    if (time > 0) expect(firstId('msg', time) > newId('msg', time - 1)).toBe(true);
  }
  expect(firstId('msg', -5)).toBe(firstId('msg', 0));
});
