import { randomFillSync } from 'node:crypto';

/** A W3C trace context: a trace id of 32 lower-case hex digits, a span id of 16, and flags of 2. */
export type Trace = { readonly traceId: string; readonly spanId: string; readonly flags: string };

const FORM = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;

/**
 * Reads a `traceparent` header; undefined if it is absent or invalid by https://www.w3.org/TR/trace-context (3.2):
 * version ff and ids of zeros are invalid, a later version may carry more after the flags.
 */
export function parseTraceparent(header: unknown): Trace | undefined {
  const [, version, traceId, spanId, flags, more] = (typeof header === 'string' && FORM.exec(header)) || [];
  if (!traceId || !spanId || !flags || version === 'ff' || /^0+$/.test(traceId) || /^0+$/.test(spanId))
    return;
  if (version === '00' && more !== undefined) return;
  return { traceId, spanId, flags };
}

/** The header for a new span: in the trace of the given header, or in a new trace without one. */
export function nextTraceparent(header?: unknown): string {
  const { traceId = hex(16), flags = '01' } = parseTraceparent(header) ?? {};
  // Only the flag `sampled` is passed on; all other flags hold for one hop.
  return `00-${traceId}-${hex(8)}-${Number.parseInt(flags, 16) & 1 ? '01' : '00'}`;
}

const pool = Buffer.alloc(4096);
let used = pool.length;

function hex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  const digits = pool.toString('hex', used - bytes, used);
  return /^0+$/.test(digits) ? hex(bytes) : digits;
}
