/** A fault in a `/_control` call, which is answered with 400. */
export class BadRequest extends Error {}

export type PageRequest = { readonly after: number; readonly from: number; readonly limit: number };

const MAX_LIMIT = 100_000;

/**
 * `since`: the `nextCursor` of the page before, or a time (ISO 8601, unix seconds or milliseconds; inclusive). `limit`:
 * rows, 1 to 100,000, default 1,000.
 */
export function parsePageRequest(query: Record<string, string | undefined>): PageRequest {
  const { since = query['cursor'], limit = '1000' } = query;
  const rows = Number(limit);
  if (!Number.isInteger(rows) || rows < 1 || rows > MAX_LIMIT)
    throw new BadRequest(`limit must be a whole number from 1 to ${MAX_LIMIT}, not "${limit}".`);
  if (since === undefined || since === '') return { after: -1, from: 0, limit: rows };
  if (/^c\d{1,15}$/.test(since)) return { after: Number(since.slice(1)), from: 0, limit: rows };
  const number = Number(since);
  const from = Number.isNaN(number) ? Date.parse(since) : number < 1e11 ? number * 1000 : number;
  if (Number.isNaN(from))
    throw new BadRequest(`since must be a nextCursor, an ISO 8601 time or a unix time, not "${since}".`);
  return { after: -1, from, limit: rows };
}

export const cursorOf = (sequence: number) => `c${sequence}`;
