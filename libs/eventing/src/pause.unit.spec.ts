import { expect, it } from '@jest/globals';
import { isDoneWithin, Pause } from './pause.js';

it('tells whether it was ended or the time was over', async () => {
  const pause = new Pause();
  expect(await pause.for(1)).toBe(false);
  const waiting = pause.for(60_000);
  pause.end();
  expect(await waiting).toBe(true);
});

it('tells what is done in time, what is not, and what failed', async () => {
  expect(await isDoneWithin(60_000, Promise.resolve('anything'))).toBe(true);
  expect(await isDoneWithin(1, new Promise(() => undefined))).toBe(false);
  await expect(isDoneWithin(60_000, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
});
