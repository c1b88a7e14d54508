import { hash } from 'node:crypto';
import { Rejection } from '@wbiz/eventing/rejection';

const LONGEST = 255;
const BARE = /^[\x21\x23-\x7e][\x20-\x7e]*$/;
// An RFC 8941 string (3.3.3), as draft-ietf-httpapi-idempotency-key-header requires.
const QUOTED = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;

/** Parses an Idempotency-Key header, bare or quoted. Throws `invalid_idempotency_key`. */
export function parseIdempotencyKey(header: string): string {
  const key = BARE.test(header) ? header : QUOTED.exec(header)?.[1]?.replace(/\\(.)/g, '$1');
  if (!key || key.length > LONGEST)
    throw new Rejection(
      'invalid_idempotency_key',
      `The Idempotency-Key must have 1 to ${LONGEST} printable ASCII characters, bare or in double quotes.`,
    );
  return key;
}

/** Most levels of a body; no route takes a body that is nested this deep. */
const DEEPEST = 100;

/** SHA-256 of a body; field order and whitespace do not matter. Throws `invalid_request` for a body of more than 100 levels. */
export function fingerprintOf(body: unknown): Buffer {
  return hash('sha256', JSON.stringify(sorted(body, 0)) ?? '', 'buffer');
}

/** The fingerprint of a request: its body's, plus its path parameters if the route has any. */
export function atPath(params: unknown, body: Buffer): Buffer {
  const isOneOfMany = Object.keys(params ?? {}).length > 0;
  return isOneOfMany ? fingerprintOf({ params, body: body.toString('hex') }) : body;
}

function sorted(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth === DEEPEST)
    throw new Rejection('invalid_request', `The body is nested deeper than ${DEEPEST} levels.`, [
      { pointer: '', code: 'depth', detail: `The body must have at most ${DEEPEST} levels.` },
    ]);
  if (Array.isArray(value)) return value.map((inner) => sorted(inner, depth + 1));
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return { fields: entries.map(([name, inner]) => [name, sorted(inner, depth + 1)]) };
}
