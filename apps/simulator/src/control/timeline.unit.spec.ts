import { describe, expect, it, jest } from '@jest/globals';
import { openTimeline } from './timeline.js';

describe('timeline', () => {
  it('runs each thing once, in order of time, also what is added while running', async () => {
    const timeline = openTimeline();
    const ran: string[] = [];
    await new Promise<void>((resolve) => {
      timeline.in(600, () => {
        ran.push('last');
        resolve();
      });
      timeline.in(500, () => ran.push('second'));
      timeline.in(0, () => {
        ran.push('first');
        timeline.in(0, () => ran.push('added'));
      });
    });
    expect(ran).toEqual(['first', 'added', 'second', 'last']);
  });

  it('waits for a minute when told to', () => {
    jest.useFakeTimers();
    const timeline = openTimeline();
    const ran: number[] = [];
    const start = performance.now();
    for (const delay of [60_000, 120_000]) timeline.in(delay, () => ran.push(performance.now() - start));
    jest.advanceTimersByTime(59_900);
    expect(ran).toEqual([]);
    jest.advanceTimersByTime(61_000);
    expect(ran.map((time) => Math.round(time / 1000))).toEqual([60, 120]);
    jest.useRealTimers();
  });

  it('forgets what it is told to', async () => {
    const timeline = openTimeline();
    const ran: string[] = [];
    timeline.in(0, () => ran.push('forgotten'));
    timeline.clear();
    await new Promise<void>((resolve) => timeline.in(20, resolve));
    expect(ran).toEqual([]);
  });
});
