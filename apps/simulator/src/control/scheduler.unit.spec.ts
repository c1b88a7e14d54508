import { describe, expect, it, jest } from '@jest/globals';
import { openScheduler } from './scheduler.js';

describe('scheduler', () => {
  it('runs each action once, in order of time, also those added meanwhile', async () => {
    const scheduler = openScheduler();
    const ran: string[] = [];
    await new Promise<void>((resolve) => {
      scheduler.in(600, () => {
        ran.push('last');
        resolve();
      });
      scheduler.in(500, () => ran.push('second'));
      scheduler.in(0, () => {
        ran.push('first');
        scheduler.in(0, () => ran.push('added'));
      });
    });
    expect(ran).toEqual(['first', 'added', 'second', 'last']);
  });

  it('runs an action after a minute if asked to', () => {
    jest.useFakeTimers();
    const scheduler = openScheduler();
    const ran: number[] = [];
    const start = performance.now();
    for (const delay of [60_000, 120_000]) scheduler.in(delay, () => ran.push(performance.now() - start));
    jest.advanceTimersByTime(59_900);
    expect(ran).toEqual([]);
    jest.advanceTimersByTime(61_000);
    expect(ran.map((time) => Math.round(time / 1000))).toEqual([60, 120]);
    jest.useRealTimers();
  });

  it('drops actions when cleared', async () => {
    const scheduler = openScheduler();
    const ran: string[] = [];
    scheduler.in(0, () => ran.push('forgotten'));
    scheduler.clear();
    await new Promise<void>((resolve) => scheduler.in(20, resolve));
    expect(ran).toEqual([]);
  });
});
