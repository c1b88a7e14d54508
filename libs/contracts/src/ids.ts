import { hash, randomFillSync } from 'node:crypto';
import type { IdPrefix } from './id-prefixes.js';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const FORM = /^[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}$/;

const pool = Buffer.alloc(4096);
let used = pool.length;

function randomBytes10(): Buffer {
  if (used + 10 > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += 10;
  return pool.subarray(used - 10, used);
}

/** 26 characters: 48 bits of `time` (ms since the epoch), then the first 80 bits of `tail`. */
function ulid(time: number, tail: Uint8Array): string {
  let text = '';
  for (let rest = time, digit = 0; digit < 10; digit += 1, rest = Math.floor(rest / 32))
    text = CROCKFORD[rest % 32] + text;
  for (let block = 0; block < 10; block += 5) {
    const high = tail[block]! * 2 ** 12 + tail[block + 1]! * 2 ** 4 + (tail[block + 2]! >> 4);
    const low = (tail[block + 2]! & 15) * 2 ** 16 + tail[block + 3]! * 2 ** 8 + tail[block + 4]!;
    for (let shift = 15; shift >= 0; shift -= 5) text += CROCKFORD[(high >> shift) & 31];
    for (let shift = 15; shift >= 0; shift -= 5) text += CROCKFORD[(low >> shift) & 31];
  }
  return text;
}

let lastTime = -1;
const lastTail = Buffer.alloc(10);

/** The 80 bits after the time: random for the first id of a millisecond, and one more for each further id. */
function nextTail(time: number): Uint8Array {
  if (time !== lastTime) {
    lastTime = time;
    randomBytes10().copy(lastTail);
    lastTail[0]! &= 0x7f;
    return lastTail;
  }
  for (let at = 9; at >= 0; at -= 1) {
    lastTail[at] = (lastTail[at]! + 1) & 0xff;
    if (lastTail[at] !== 0) break;
  }
  return lastTail;
}

/** A new id `<prefix>_<26 Crockford base32>`. Ids sort by creation time; those of one process in order of creation. */
export function newId(prefix: IdPrefix, time: number = Date.now()): string {
  return `${prefix}_${ulid(time, nextTail(time))}`;
}

/** The lowest id for `time` (ms since the epoch): no id made then or later sorts before it. */
export function firstId(prefix: IdPrefix, time: number): string {
  return `${prefix}_${ulid(Math.max(0, time), new Uint8Array(10))}`;
}

/**
 * Derives an id from a time and parts, so that the same parts give the same id; sorts by time. Inbound messages: Meta's
 * timestamp and wamid.
 */
export function timedId(prefix: IdPrefix, time: number, ...parts: string[]): string {
  return `${prefix}_${ulid(time, digest(parts))}`;
}

/** Derives an id from parts alone, for contacts and conversations. */
export function derivedId(prefix: IdPrefix, ...parts: string[]): string {
  const hash = digest(parts);
  return `${prefix}_${ulid(hash.readUIntBE(10, 6), hash)}`;
}

function digest(parts: string[]): Buffer {
  return hash('sha256', JSON.stringify(parts), 'buffer');
}

/** Whether the value has the form of our ids; the object need not exist. */
export const isId = (value: unknown): value is string => typeof value === 'string' && FORM.test(value);
