import { issuedAt } from '@wbiz/eventing/command-id';
import { gaugeRows } from '@wbiz/service-kit/gauge-rows';
import { HIGHEST, secondsSince, showTop, SUM, topOf, type Metrics } from '@wbiz/service-kit/telemetry';
import type { Pool } from 'pg';
import type { Dispatcher } from './dispatcher.js';

const MOST_COUNTED = 10_000;
/** Minimum time between two measurements, in ms: a pace measured over less time is too noisy. */
const EVERY_MS = 1_000;

type Valued = readonly [phoneNumberId: string, value: number];
type Lane = ReturnType<Dispatcher['held']> extends ReadonlyMap<string, infer One> ? One : never;
type Row = { readonly id: string; readonly sends: number; readonly oldest: string | null };

/** Gauges of the phone numbers that this replica dispatches. */
export function numberGauges(pool: Pool, dispatcher: Pick<Dispatcher, 'held'>, metrics: Metrics): void {
  let taken = new Map<string, number>();
  let lookedAt = performance.now();
  const refresh = async () => {
    const lanes = dispatcher.held();
    const rows = await gaugeRows<Row>(pool, {
      name: 'number-gauges',
      text: `select n.id, q.sends + d.sends as sends, least(f.oldest, d.oldest) as oldest from unnest($1::text[]) as n(id)
             cross join lateral (
               select count(*)::int as sends from (
                 select from messaging.dispatch where phone_number_id = n.id and state = 'queued' limit ${MOST_COUNTED}) c) q
             cross join lateral (
               select min(message_id collate "C") as oldest from unnest(array[0, 1]::smallint[]) as k(class)
               cross join lateral (
                 select message_id from messaging.dispatch
                 where phone_number_id = n.id and class = k.class and state = 'queued' order by position limit 1) o) f
             cross join lateral (
               select count(*)::int as sends, min(message_id collate "C") as oldest from (
                 select message_id from messaging.dispatch
                 where phone_number_id = n.id and state = 'deferred' limit ${MOST_COUNTED}) c) d`,
      values: [[...lanes.keys()]],
    });
    const now = performance.now();
    const seconds = (now - lookedAt) / 1_000;
    const known = [...lanes];
    const before = taken;
    lookedAt = now;
    taken = new Map(known.map(([id, { pace }]) => [id, pace.taken]));
    const paces = known.map(([id, { pace }]): Valued => {
      // `pace.taken` restarts from 0 when a lease is taken again.
      const calls = Math.max(0, pace.taken - (before.get(id) ?? pace.taken));
      return [id, calls / seconds / pace.throughput];
    });
    const queued = rows.map(({ id, sends }): Valued => [id, sends]);
    // Of numbers with equally long queues, those that use most of their pace rank first.
    const pacesById = new Map(paces);
    const shown = topOf(queued.map(([id, sends]) => [id, sends + Math.min(0.99, pacesById.get(id) ?? 0)]));
    const show = (gauge: Metrics['queueSends'], all: readonly Valued[], others: typeof SUM) =>
      showTop(gauge, 'phone_number_id', all, { shown, others });
    const each = (value: (lane: Lane) => number) => known.map(([id, lane]): Valued => [id, value(lane)]);
    show(metrics.queueSends, queued, SUM);
    show(
      metrics.queueAge,
      rows.map(({ id, oldest }): Valued => [id, oldest === null ? 0 : secondsSince(+issuedAt(oldest))]),
      HIGHEST,
    );
    show(
      metrics.openCalls,
      each(({ inFlight }) => inFlight.size),
      SUM,
    );
    show(
      metrics.pauseLeft,
      each(({ pace }) => pace.pausedFor(now) / 1_000),
      HIGHEST,
    );
    show(metrics.paceUsed, paces, HIGHEST);
  };
  metrics.beforeScrape(refresh, { everyMs: EVERY_MS });
}
