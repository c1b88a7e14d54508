import { hash, timingSafeEqual } from 'node:crypto';

/** Compares two texts in constant time, whatever their lengths. */
export const sameSecret = (one: string, other: string): boolean =>
  timingSafeEqual(hash('sha256', one, 'buffer'), hash('sha256', other, 'buffer'));
