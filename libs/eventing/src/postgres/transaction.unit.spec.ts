import { setImmediate } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { sideBySide } from './transaction.js';

const failed = (code: string) => Promise.reject(Object.assign(new Error(code), { code }));

it('brings what each brings', async () => {
  expect(await sideBySide([Promise.resolve(1), Promise.resolve('two')])).toEqual([1, 'two']);
});

it('throws the cause, not what it left the others with', async () => {
  const left = failed('25P02');
  await expect(sideBySide([Promise.resolve(), left, failed('23505'), left])).rejects.toThrow('23505');
  await expect(sideBySide([left])).rejects.toThrow('25P02');
});

it('waits for all before it throws', async () => {
  let isThrough = false;
  const slow = setImmediate().then(() => void (isThrough = true));
  await expect(sideBySide([failed('23505'), slow])).rejects.toThrow('23505');
  expect(isThrough).toBe(true);
});
