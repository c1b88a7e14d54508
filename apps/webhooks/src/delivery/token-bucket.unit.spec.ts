import { describe, expect, it } from '@jest/globals';
import { TokenBucket } from './token-bucket.js';

describe('the token bucket', () => {
  it("gives a second's worth at once and then one at a time", () => {
    const bucket = new TokenBucket(10, 0);
    for (let gone = 0; gone < 10; gone += 1) {
      expect(bucket.wait(0)).toBe(0);
      bucket.take();
    }
    expect(bucket.wait(0)).toBe(100);
    expect(bucket.wait(60)).toBeCloseTo(40);
    expect(bucket.wait(100)).toBe(0);
  });
});
