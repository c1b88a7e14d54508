import { describe, expect, it } from '@jest/globals';
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

  it('forgets what it is told to', async () => {
    const timeline = openTimeline();
    const ran: string[] = [];
    timeline.in(0, () => ran.push('forgotten'));
    timeline.clear();
    await new Promise<void>((resolve) => timeline.in(20, resolve));
    expect(ran).toEqual([]);
  });
});
