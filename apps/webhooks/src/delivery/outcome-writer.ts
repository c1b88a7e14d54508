import type { Logger } from '@wbiz/eventing/logger';
import { inTransaction } from '@wbiz/eventing/postgres/transaction';
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import type { BreakerState } from './circuit-breaker.js';
import type { Attempt, DeliveryLog } from './delivery-log.js';
import { bucketOf, emptyBuckets } from './latency-histogram.js';

/**
 * How long outcomes are gathered for one write, in ms; after a crash, events without a written outcome are sent again.
 */
const GATHER_MS = 20;
const RETRY_MS = 500;
/** With more unwritten attempts than this, {@link OutcomeWriter.isFull} is true. */
const MOST_UNWRITTEN = 4_000;
const MINUTE_MS = 60_000;
const MINUTES_EVERY_MS = 1_000;

type Reader = {
  readonly webhookId: string;
  readonly fence: string;
  readonly mark: { readonly cursor: number; readonly breaker: BreakerState };
  readonly replayMark: { readonly id: string; readonly cursor: number; readonly over: boolean } | undefined;
  replayOver(id: string): void;
};

/** A change of a delivery's row in failures. */
export type FailureChange = {
  readonly webhookId: string;
  readonly accountId: string;
  readonly fence: string;
  readonly sequence: number;
  /** The new row (`due` null: the delivery is given up); null: the delivery has succeeded, and the row is deleted. */
  readonly next: { readonly attempts: number; readonly due: Date | null } | null;
  /** Called once the change is stored, or refused because another replica holds the webhook. */
  readonly written: () => void;
};

type Minute = { attempts: number; delivered: number; readonly buckets: number[] };

/**
 * Stores the outcomes of all webhooks of this process in one transaction: cursors, failures and the delivery log. For a
 * webhook that another replica has taken, only the delivery log is written.
 */
export class OutcomeWriter {
  private attempts: Attempt[] = [];
  private failures: FailureChange[] = [];
  private readonly touched = new Set<Reader>();
  private readonly marks = new WeakMap<Reader, string>();
  private readonly minutes = new Map<string, Minute>();
  private minutesAt = performance.now();
  private writing: Promise<void> | undefined;

  constructor(
    private readonly options: {
      readonly pool: Pool;
      readonly log: DeliveryLog;
      readonly logger: Logger;
      readonly onAttempt?: (attempt: Attempt) => void;
    },
  ) {}

  /** Whether too many attempts are unwritten; workers then send nothing. */
  get isFull(): boolean {
    return this.attempts.length > MOST_UNWRITTEN;
  }

  record(attempt: Attempt): void {
    this.attempts.push(attempt);
    this.count(attempt);
    this.options.onAttempt?.(attempt);
    void this.write();
  }

  failure(change: FailureChange): void {
    this.failures.push(change);
    void this.write();
  }

  /** Call when the reader's cursor, breaker or replay has changed. */
  touch(reader: Reader): void {
    this.touched.add(reader);
    void this.write();
  }

  /** Resolves once everything recorded so far is stored. */
  async flush(): Promise<void> {
    // Two writes suffice: the one in progress and the next contain everything recorded before this call.
    await this.writing;
    this.minutesAt = -Infinity;
    if (this.hasMore() || this.minutes.size > 0) await this.write();
  }

  private hasMore(): boolean {
    return this.attempts.length > 0 || this.failures.length > 0 || this.touched.size > 0;
  }

  private write(): Promise<void> {
    return (this.writing ??= this.gather().finally(() => {
      this.writing = undefined;
      if (this.hasMore()) void this.write();
    }));
  }

  private async gather(): Promise<void> {
    await delay(GATHER_MS);
    const { pool, log, logger } = this.options;
    const attempts = this.attempts.splice(0);
    const failures = this.failures.splice(0);
    // Cursors are read without an await after the failures: a stored cursor must not pass a failure that is not stored.
    const moved = [...this.touched]
      .map(snapshot)
      .filter(({ reader, text }) => this.marks.get(reader) !== text);
    this.touched.clear();
    const replays = moved.flatMap(({ replay, ...each }) => (replay ? [{ ...each, replay }] : []));
    const minutes = this.dueMinutes();
    if (attempts.length + failures.length + moved.length + minutes.length === 0) return;
    for (;;) {
      try {
        await log.prepare(attempts);
        await inTransaction(pool, async (tx) => {
          await moveReaders(tx, moved);
          await changeFailures(tx, failures);
          if (replays.length > 0) await moveReplays(tx, replays);
          if (attempts.length > 0) await log.write(tx, attempts);
          if (minutes.length > 0) await addMinutes(tx, minutes);
        });
        break;
      } catch (err) {
        logger.warn({ err }, `delivery outcomes: write failed; trying again in ${RETRY_MS / 1_000} s`);
        await delay(RETRY_MS);
      }
    }
    for (const { reader, text } of moved) this.marks.set(reader, text);
    for (const { written } of failures) written();
    for (const { reader, replay } of replays) if (replay.over) reader.replayOver(replay.id);
  }

  private count({ webhookId, outcome }: Attempt): void {
    const minute = Math.floor(outcome.at.getTime() / MINUTE_MS) * MINUTE_MS;
    const key = `${webhookId} ${minute}`;
    let counted = this.minutes.get(key);
    if (!counted) this.minutes.set(key, (counted = { attempts: 0, delivered: 0, buckets: emptyBuckets() }));
    counted.attempts += 1;
    if (outcome.delivered) counted.delivered += 1;
    counted.buckets[bucketOf(outcome.durationMs)]! += 1;
  }

  private dueMinutes(): [string, Minute][] {
    if (performance.now() - this.minutesAt < MINUTES_EVERY_MS) return [];
    this.minutesAt = performance.now();
    const due = [...this.minutes];
    this.minutes.clear();
    return due;
  }
}

function snapshot(reader: Reader) {
  const { mark, replayMark: replay } = reader;
  return { reader, mark, replay, text: JSON.stringify([mark, replay]) };
}
type Moved = ReturnType<typeof snapshot>;

const timeOf = (ms: number | null) => (ms === null ? null : new Date(ms));

async function moveReaders(tx: PoolClient, moved: readonly Moved[]) {
  if (moved.length === 0) return;
  await tx.query({
    name: 'readers-move',
    text: `update webhooks.readers r set cursor = greatest(r.cursor, m.cursor),
             breaker_failures = m.failures, probe_at = m.probe_at, failing_since = m.failing_since
           from unnest($1::text[], $2::bigint[], $3::bigint[], $4::integer[], $5::timestamptz[], $6::timestamptz[])
             as m(webhook_id, fence, cursor, failures, probe_at, failing_since)
           where r.webhook_id = m.webhook_id and r.fence = m.fence`,
    values: [
      moved.map(({ reader }) => reader.webhookId),
      moved.map(({ reader }) => reader.fence),
      moved.map(({ mark }) => mark.cursor),
      moved.map(({ mark }) => mark.breaker.failures),
      moved.map(({ mark }) => timeOf(mark.breaker.probeAt)),
      moved.map(({ mark }) => timeOf(mark.breaker.failingSince)),
    ],
  });
}

async function changeFailures(tx: PoolClient, changes: readonly FailureChange[]) {
  if (changes.length === 0) return;
  // One row per delivery, with its last change: an insert cannot update a row twice.
  const last = [...new Map(changes.map((one) => [`${one.webhookId} ${one.sequence}`, one])).values()];
  const [kept, ended] = [last.filter(({ next }) => next), last.filter(({ next }) => !next)];
  const keysOf = (some: readonly FailureChange[]) => [
    some.map(({ webhookId }) => webhookId),
    some.map(({ fence }) => fence),
    some.map(({ sequence }) => sequence),
  ];
  if (kept.length > 0)
    await tx.query({
      name: 'failures-keep',
      text: `insert into webhooks.failures as f (webhook_id, account_id, sequence, attempts, due)
             select k.webhook_id, r.account_id, k.sequence, k.attempts, k.due
             from unnest($1::text[], $2::bigint[], $3::bigint[], $4::integer[], $5::timestamptz[]) as k(webhook_id, fence, sequence, attempts, due)
             join webhooks.readers r on r.webhook_id = k.webhook_id and r.fence = k.fence
             order by k.webhook_id, k.sequence
             on conflict (webhook_id, sequence) do update set attempts = excluded.attempts, due = excluded.due`,
      values: [...keysOf(kept), kept.map(({ next }) => next!.attempts), kept.map(({ next }) => next!.due)],
    });
  if (ended.length > 0)
    await tx.query({
      name: 'failures-end',
      text: `delete from webhooks.failures f
             using unnest($1::text[], $2::bigint[], $3::bigint[]) as k(webhook_id, fence, sequence), webhooks.readers r
             where f.webhook_id = k.webhook_id and f.sequence = k.sequence and r.webhook_id = k.webhook_id and r.fence = k.fence`,
      values: keysOf(ended),
    });
}

type Replayed = Moved & { readonly replay: NonNullable<Moved['replay']> };

async function moveReplays(tx: PoolClient, replays: readonly Replayed[]) {
  await tx.query({
    name: 'replays-move',
    text: `with m as (select * from unnest($1::text[], $2::bigint[], $3::boolean[], $4::bigint[]) as m(id, cursor, over, fence)),
             gone as (delete from webhooks.replays p using m, webhooks.readers r
                      where p.id = m.id and m.over and r.webhook_id = p.webhook_id and r.fence = m.fence)
           update webhooks.replays p set cursor = m.cursor from m, webhooks.readers r
           where p.id = m.id and not m.over and r.webhook_id = p.webhook_id and r.fence = m.fence`,
    values: [
      replays.map(({ replay }) => replay.id),
      replays.map(({ replay }) => replay.cursor),
      replays.map(({ replay }) => replay.over),
      replays.map(({ reader }) => reader.fence),
    ],
  });
}

async function addMinutes(tx: PoolClient, minutes: readonly (readonly [string, Minute])[]) {
  for (const [key, { attempts, delivered, buckets }] of minutes.toSorted(([one], [other]) =>
    one < other ? -1 : 1,
  )) {
    const [webhookId, minute] = key.split(' ');
    await tx.query({
      name: 'minutes-add',
      text: `insert into webhooks.delivery_minutes as d (webhook_id, minute, attempts, delivered, buckets)
             values ($1, $2, $3, $4, $5)
             on conflict (webhook_id, minute) do update set attempts = d.attempts + excluded.attempts,
               delivered = d.delivered + excluded.delivered,
               buckets = (select array_agg(a + b order by ord) from unnest(d.buckets, excluded.buckets) with ordinality as u(a, b, ord))`,
      values: [webhookId, new Date(Number(minute)), attempts, delivered, buckets],
    });
  }
}
