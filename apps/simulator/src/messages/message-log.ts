import type { PageRequest } from '../control/page-request.js';
import { RingLog } from '../control/ring-log.js';
import { isUserId } from '../graph/parameter.rules.js';

export type MessageRow = {
  readonly at: number;
  readonly wamid: string;
  readonly phoneNumberId: string;
  readonly to: string;
  readonly waId: string;
  readonly opaque: string | undefined;
  readonly templateId: string | undefined;
  /** A template's category in lower case, or `service`. */
  readonly category: string;
  /** The body as received (JSON text); undefined but for the newest 100,000 messages. */
  raw: string | undefined;
};

const FULL_ROWS = 100_000;
const COMPACT_ROWS = 1_000_000;

export const digitsOf = (text: string) => text.replace(/\D/g, '');

export type MessageLog = ReturnType<typeof messageLog>;

/** Counts all accepted messages; keeps rows of the newest 1,000,000 and bodies of the newest 100,000. */
export function messageLog() {
  const evicted = new Map<string, number>();
  const timesSeen = new Map<string, number>();
  const repeated = new Set<string>();
  const log = new RingLog<MessageRow>(COMPACT_ROWS, ({ waId }) => {
    evicted.set(waId, (evicted.get(waId) ?? 0) + 1);
  });

  return {
    add(row: MessageRow) {
      log.add(row);
      const outdated = log.get(log.total - 1 - FULL_ROWS);
      if (outdated !== undefined) outdated.raw = undefined;
      if (row.opaque === undefined) return;
      const times = (timesSeen.get(row.opaque) ?? 0) + 1;
      timesSeen.set(row.opaque, times);
      if (times > 1) repeated.add(row.opaque);
    },
    find: (wamid: string) => log.findLast((row) => row.wamid === wamid),
    page(request: PageRequest, to: string | undefined) {
      const person = to === undefined || isUserId(to) ? to : digitsOf(to);
      const { data, matching, nextCursor } = log.page(
        request,
        ({ waId }) => person === undefined || waId === person,
      );
      const forgotten =
        person === undefined ? log.total - Math.min(log.total, COMPACT_ROWS) : (evicted.get(person) ?? 0);
      return { data: data.map(view), total: matching + (request.from === 0 ? forgotten : 0), nextCursor };
    },
    duplicates: () =>
      [...repeated].map((value) => ({ bizOpaqueCallbackData: value, count: timesSeen.get(value) })),
    clear() {
      log.clear();
      evicted.clear();
      timesSeen.clear();
      repeated.clear();
    },
  };
}

const view = ({ wamid, phoneNumberId, to, raw, opaque, at }: MessageRow) => ({
  wamid,
  phoneNumberId,
  to,
  body: raw === undefined ? null : (JSON.parse(raw) as unknown),
  bizOpaqueCallbackData: opaque ?? null,
  receivedAt: new Date(at).toISOString(),
});
