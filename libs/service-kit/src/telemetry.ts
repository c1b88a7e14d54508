import type { Service } from '@wbiz/contracts/topics';
import { setTimeout as delay } from 'node:timers/promises';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { METRICS, OTHERS, TOP, type Described } from './metrics.js';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** The longest time that a scrape waits for gauges to be refreshed (ms). */
const PATIENCE_MS = 1_000;

type LabelOf<One> = One extends { readonly labels: readonly (infer Label extends string)[] } ? Label : never;
type Instrument<One> = One extends { readonly kind: 'counter' }
  ? Counter<LabelOf<One>>
  : One extends { readonly kind: 'gauge' }
    ? Gauge<LabelOf<One>>
    : Histogram<LabelOf<One>>;
type Instruments = { readonly [Name in keyof typeof METRICS]: Instrument<(typeof METRICS)[Name]> };

const CLASSES = { counter: Counter, gauge: Gauge, histogram: Histogram };

export type Metrics = ReturnType<typeof createMetrics>;

/** The metrics of one service, in a registry of its own. */
export function createMetrics(service: string) {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  // At the default of 10 ms, measuring the event loop takes most of an idle process's CPU time.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
  const made = Object.entries<Described>(METRICS).map(([key, { kind, name, help, labels, of }]) => {
    const registers = !of || of.includes(service as Service) ? [registry] : [];
    const buckets = kind === 'histogram' ? { buckets: SECONDS } : {};
    return [key, new CLASSES[kind]({ name, help, labelNames: labels, registers, ...buckets })];
  });
  const instruments = Object.fromEntries(made) as Instruments;
  const refreshes: (() => Promise<void>)[] = [];
  return {
    ...instruments,
    contentType: registry.contentType,

    /**
     * Runs `refresh`, which sets gauges, before a scrape: never twice at once, nor again within `everyMs` of the last
     * success. The result of a refresh that takes longer than a second shows in a later scrape.
     */
    beforeScrape: (refresh: () => Promise<void>, { everyMs = 0 } = {}) =>
      void refreshes.push(atMostEvery(everyMs, refresh)),

    /** All metrics in Prometheus' text format. A failed refresh leaves its gauges as they were. */
    text: async () => {
      const late = new AbortController();
      const slow = delay(PATIENCE_MS, undefined, late).catch(() => undefined);
      const inTime = await Promise.all(
        refreshes.map((refresh) =>
          Promise.race([
            refresh().then(
              () => true,
              () => false,
            ),
            slow,
          ]),
        ),
      );
      late.abort();
      instruments.scrapeFaults.inc(inTime.filter((isFresh) => !isFresh).length);
      return registry.metrics();
    },
  };
}

function atMostEvery(everyMs: number, refresh: () => Promise<void>): () => Promise<void> {
  let underWay: Promise<void> | undefined;
  let freshUntil = -Infinity;
  return () => {
    if (!underWay && performance.now() < freshUntil) return Promise.resolve();
    return (underWay ??= refresh()
      .then(() => void (freshUntil = performance.now() + everyMs))
      .finally(() => (underWay = undefined)));
  };
}

/** The ids of the {@link TOP} with the highest values. */
export const topOf = (all: readonly (readonly [id: string, value: number])[]): ReadonlySet<string> =>
  new Set(
    all
      .toSorted(([, one], [, other]) => other - one)
      .slice(0, TOP)
      .map(([id]) => id),
  );

/** Two ways to combine the values of all series beyond the {@link TOP} into one. */
export const SUM = (values: readonly number[]) => values.reduce((one, other) => one + other, 0);
export const HIGHEST = (values: readonly number[]) => Math.max(...values);

/** Shows the values of `shown` by id, and all other values as one series. */
export function showTop<Label extends string>(
  gauge: Gauge<Label>,
  label: Label,
  all: readonly (readonly [id: string, value: number])[],
  { shown, others }: { readonly shown: ReadonlySet<string>; readonly others: typeof SUM },
): void {
  const labelled = (id: string) => ({ [label]: id }) as Record<Label, string>;
  const rest = all.filter(([id]) => !shown.has(id)).map(([, value]) => value);
  gauge.reset();
  for (const [id, value] of all) if (shown.has(id)) gauge.set(labelled(id), value);
  if (rest.length > 0) gauge.set(labelled(OTHERS), others(rest));
}

/** `time` in ms since the epoch; 0 stands for no time, and results in 0. */
export const secondsSince = (time: number) => (time === 0 ? 0 : Math.max(0, Date.now() - time) / 1_000);
