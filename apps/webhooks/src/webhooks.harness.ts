import type { EventPage } from '@wbiz/contracts/feed';
import type { Ask } from '@wbiz/contracts/query-catalogue';
import { topics } from '@wbiz/contracts/topics';
import { ConsumerHealth } from '@wbiz/eventing/kafka/consumer-health';
import { EventConsumer } from '@wbiz/eventing/kafka/event-consumer';
import type { Projection } from '@wbiz/eventing/postgres/projection';
import { Projector } from '@wbiz/eventing/postgres/projector';
import { quiet } from '@wbiz/service-testing/quiet';
import { serviceUnderTest } from '@wbiz/service-testing/service-under-test';
import { until } from '@wbiz/testing/stack';
import { WEBHOOKS } from './webhooks.service.js';

/** The webhooks service under test. */
export async function webhooksSystem() {
  const service = await serviceUnderTest(WEBHOOKS, { partitions: 3 });
  const { pool, kafka, prefix } = service;

  /** Starts another replica; `read` asks that replica for pages of the feed. */
  const start = async () => {
    const { ask, stop } = await service.start();
    return { ask, read: (asked: Ask<'feed.read'>) => ask('feed.read', asked), stop };
  };

  /** Reads the whole feed of an account, in pages of `limit`. */
  const readAll = async (
    { read }: { read: (ask: Ask<'feed.read'>) => Promise<EventPage> },
    accountId: string,
    limit = 200,
  ) => {
    const pages: EventPage[] = [];
    for (let since: string | undefined; ; since = pages.at(-1)!.nextCursor) {
      const page = await read({ accountId, limit, ...(since === undefined ? {} : { since }) });
      if (page.data.length === 0) return { events: pages.flatMap(({ data }) => data), pages };
      pages.push(page);
    }
  };
  const length = async (accountId: string) => {
    const { rows } = await pool.query<{ n: number }>(
      'select count(*)::int as n from webhooks.feed where account_id = $1',
      [accountId],
    );
    return rows[0]!.n;
  };
  const filled = (accountId: string, count: number) =>
    until(async () => (await length(accountId)) >= count, {
      describe: `${count} events in the feed`,
      timeoutMs: 20_000,
    });

  /** Empties the feed and rebuilds it from the log by `projection`, until `done` resolves. */
  const rebuild = async (projection: Projection, done: () => Promise<unknown>) => {
    await pool.query('truncate webhooks.feed, webhooks.feed_heads, webhooks.checkpoints');
    const consumer = new EventConsumer({
      kafka,
      topic: topics(prefix).events,
      groupId: `${prefix}rebuild`,
      projection,
      projector: new Projector({ pool, schema: 'webhooks', projection, logger: quiet }),
      health: new ConsumerHealth(),
      logger: quiet,
    });
    await consumer.start();
    try {
      await done();
    } finally {
      await consumer.close();
    }
  };

  return { ...service, start, readAll, filled, rebuild };
}
export type WebhooksSystem = Awaited<ReturnType<typeof webhooksSystem>>;
