import { describe, expect, it } from '@jest/globals';
import { bucketOf, emptyBuckets, percentile } from './latency-histogram.js';

describe('latencies', () => {
  it.each([0, 1, 7, 50, 333, 14_999])('%d ms is told to about 15 %%', (ms) => {
    const buckets = emptyBuckets();
    buckets[bucketOf(ms)]! += 10;
    const told = percentile(buckets, 0.99)!;
    expect(Math.abs(told - ms)).toBeLessThanOrEqual(Math.max(1, ms * 0.16));
  });
  it('have no percentile where there are none', () => expect(percentile(emptyBuckets(), 0.5)).toBeNull());
});
