import { expect, it } from '@jest/globals';
import { createMetrics, HIGHEST, showTop, SUM, topOf } from './telemetry.js';

const lines = async (metrics: ReturnType<typeof createMetrics>, name: string) =>
  (await metrics.text()).split('\n').filter((line) => line.startsWith(`${name}{`));

it('a service has the metrics of all, and its own', async () => {
  const text = await createMetrics('webhooks').text();
  expect(text).toContain('wbiz_outbox_pending_events');
  expect(text).toContain('wbiz_webhook_lag_events');
  expect(text).not.toContain('wbiz_sends_total');
});

it('a scrape does not wait for a gauge longer than a second, and tells of it', async () => {
  const metrics = createMetrics('messaging');
  const asked = Promise.withResolvers<void>();
  let times = 0;
  metrics.beforeScrape(() => ((times += 1), asked.promise));
  const begun = performance.now();
  await metrics.text();
  expect(performance.now() - begun).toBeLessThan(1_500);
  expect(await lines(metrics, 'wbiz_metrics_faults_total')).toEqual([
    'wbiz_metrics_faults_total{service="messaging"} 2',
  ]);
  expect(times).toBe(1);
  asked.resolve();
});

it('a gauge that cannot be asked for stays as it was, and is asked for by the next scrape', async () => {
  const metrics = createMetrics('messaging');
  let times = 0;
  metrics.beforeScrape(
    async () => {
      times += 1;
      if (times === 2) throw new Error('no answer');
      metrics.outboxPending.set(times);
    },
    { everyMs: 0 },
  );
  const shown = async () => (await lines(metrics, 'wbiz_outbox_pending_events'))[0];
  expect(await shown()).toMatch(/ 1$/);
  expect(await shown()).toMatch(/ 1$/);
  expect(await shown()).toMatch(/ 3$/);
  expect(await lines(metrics, 'wbiz_metrics_faults_total')).toEqual([
    'wbiz_metrics_faults_total{service="messaging"} 1',
  ]);
});

it('a gauge is not asked for again while it is fresh', async () => {
  const metrics = createMetrics('messaging');
  let times = 0;
  metrics.beforeScrape(async () => void (times += 1), { everyMs: 60_000 });
  await Promise.all([metrics.text(), metrics.text()]);
  await metrics.text();
  expect(times).toBe(1);
});

it('of many phone numbers the top 20 are shown, the others as one, and none that is gone', async () => {
  const metrics = createMetrics('messaging');
  const show = (count: number, others: typeof SUM) => {
    const all = Array.from({ length: count }, (_, at) => [`n${at}`, at] as const);
    showTop(metrics.queueSends, 'phone_number_id', all, { shown: topOf(all), others });
  };
  show(25, SUM);
  const shown = await lines(metrics, 'wbiz_number_queue_sends');
  expect(shown).toHaveLength(21);
  expect(shown).toContain('wbiz_number_queue_sends{phone_number_id="n24",service="messaging"} 24');
  expect(shown).toContain('wbiz_number_queue_sends{phone_number_id="other",service="messaging"} 10');
  show(25, HIGHEST);
  expect(await lines(metrics, 'wbiz_number_queue_sends')).toContain(
    'wbiz_number_queue_sends{phone_number_id="other",service="messaging"} 4',
  );
  show(1, SUM);
  expect(await lines(metrics, 'wbiz_number_queue_sends')).toHaveLength(1);
});
