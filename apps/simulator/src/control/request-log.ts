import type { PageRequest } from './page-request.js';
import { RingLog } from './ring-log.js';

export type RequestRow = {
  readonly at: number;
  readonly method: string;
  /** Without the query, which may hold a token. */
  readonly path: string;
  /** Null if a simulated fault left the call without an answer. */
  readonly status: number | null;
  readonly code: number | null;
};

export type RequestLog = ReturnType<typeof requestLog>;

/** Keeps the newest 100,000 Graph calls, and counts all calls by HTTP status. */
export function requestLog() {
  const log = new RingLog<RequestRow>(100_000);
  const totals = new Map<number | null, number>();

  return {
    add(row: RequestRow) {
      log.add(row);
      totals.set(row.status, (totals.get(row.status) ?? 0) + 1);
    },
    page(request: PageRequest, status: string | undefined) {
      const wanted = status === undefined ? undefined : status === 'null' ? null : Number(status);
      const { data, matching, nextCursor } = log.page(
        request,
        (row) => wanted === undefined || row.status === wanted,
      );
      const total = wanted === undefined ? log.total : (totals.get(wanted) ?? 0);
      return {
        data: data.map(({ at, ...row }) => ({ ...row, receivedAt: new Date(at).toISOString() })),
        total: request.from === 0 ? total : matching,
        nextCursor,
      };
    },
    clear() {
      log.clear();
      totals.clear();
    },
  };
}
