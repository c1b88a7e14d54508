import { badParameter } from './graph-error.js';
import type { GraphCall } from './graph-middleware.js';

const DEFAULT_LIMIT = 25;

// Meta's cursor: the base64 of an offset with each `=` replaced by `ZD` (captured from Meta: 0 is MAZDZD, 24 is MjQZD).
const cursorOf = (offset: number) => Buffer.from(String(offset)).toString('base64').replaceAll('=', 'ZD');

const offsetOf = (cursor: unknown): number | undefined => {
  if (typeof cursor !== 'string' || cursor === '') return undefined;
  const offset = Number(Buffer.from(cursor.replace(/(ZD){1,2}$/, ''), 'base64').toString());
  if (!Number.isInteger(offset) || offset < 0) throw badParameter('Invalid cursors values');
  return offset;
};

/** The page of `items` by `limit` (default 25), `after` and `before`, and what links to the next and previous page need. */
function cut<T>(items: readonly T[], { params, origin, version, path }: GraphCall) {
  const limit = Number(params['limit'] ?? DEFAULT_LIMIT);
  if (!Number.isInteger(limit) || limit < 1) throw badParameter('Param limit must be a positive integer');
  const before = offsetOf(params['before']);
  const after = offsetOf(params['after']);
  const end = before ?? Infinity;
  const start = before === undefined ? (after ?? -1) + 1 : Math.max(0, before - limit);
  const data = items.slice(start, Math.min(end, start + limit));

  const link = (cursor: Record<string, string>) => {
    const { after: _after, before: _before, ...rest } = params;
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries({ ...rest, limit, ...cursor })) query.set(key, String(value));
    const at = [version, path['id'], path['edge']].filter((part) => part !== undefined).join('/');
    return `${origin}/${at}?${query}`;
  };
  const neighbours = (cursors: { before: string; after: string }) => ({
    ...(start + data.length < items.length ? { next: link({ after: cursors.after }) } : {}),
    ...(start > 0 ? { previous: link({ before: cursors.before }) } : {}),
  });
  return { data, start, limit, link, neighbours };
}

/** One page of a list as the Graph API answers it. `next` and `previous` are there only if such a page exists. */
export function pageOf<T>(items: readonly T[], call: GraphCall) {
  const { data, start, link, neighbours } = cut(items, call);
  if (data.length === 0)
    return items.length === 0 || start === 0
      ? { data }
      : { data, paging: { previous: link({ before: cursorOf(start) }) } };
  const cursors = { before: cursorOf(start), after: cursorOf(start + data.length - 1) };
  return { data, paging: { cursors, ...neighbours(cursors) } };
}

/** Like `pageOf`, but the cursor `after` of the last page is that of a full page (captured from Meta's template analytics). */
export function pageOfPlaces<T>(items: readonly T[], call: GraphCall) {
  const { data, start, limit, neighbours } = cut(items, call);
  const cursors = { before: cursorOf(start), after: cursorOf(start + limit - 1) };
  return { data, paging: { cursors, ...neighbours(cursors) } };
}
