import { randomBytes } from 'node:crypto';
import { newId } from '@wbiz/contracts/ids';
import { newWebhookSecret, type CreateWebhook, type UpdateWebhook } from '@wbiz/contracts/webhook';
import { Secrets } from '@wbiz/service-kit/sealing';
import { quiet } from '@wbiz/service-testing/quiet';
import { storeUnderTest } from '@wbiz/service-testing/store-under-test';
import { until } from '@wbiz/testing/stack';
import { MIGRATIONS } from '../migrations/migrations.js';
import { readersProjection } from '../subscription/readers.projection.js';
import { Subscriptions } from '../subscription/subscriptions.js';
import { webhooks } from '../subscription/webhook.aggregate.js';
import { WebhookQueries } from '../subscription/webhook.queries.js';
import { AddressGuard } from '@wbiz/service-kit/address-guard';
import { Deliverer } from './deliverer.js';
import { DeliveryLog } from './delivery-log.js';
import { DeliveryQueries } from './delivery.queries.js';
import { FeedPages } from './feed-pages.js';
import { OutcomeWriter } from './outcome-writer.js';
import { WebhookLeases } from './webhook-leases.js';
import { Sender } from './sender.js';

/** A clock that the test sets. */
export function testClock(start = Date.now()) {
  let ms = start;
  return { now: () => ms, move: (by: number) => void (ms += by) };
}
export type TestClock = ReturnType<typeof testClock>;

/** Replicas of the deliverer on a database of their own; the test writes the feeds. */
export async function deliverySystem({ timeoutMs = 1_000 } = {}) {
  const tables = { schema: 'webhooks', migrations: MIGRATIONS, inline: [readersProjection] };
  const database = await storeUnderTest(tables, { max: 16 });
  const { pool, store } = database;
  const secrets = new Secrets({ key: randomBytes(32) });
  const guard = new AddressGuard({ insecure: true, networks: [] });
  const running = new Set<{ stop: () => Promise<void> }>();
  const tester = new Sender({ guard, now: Date.now, timeoutMs });

  /** Starts another replica. */
  const replica = (clock: Pick<TestClock, 'now'> = { now: Date.now }, name = newId('cmd')) => {
    const log = new DeliveryLog(pool);
    const sender = new Sender({ guard, now: clock.now, timeoutMs });
    let killed = false;
    const outcomes = new OutcomeWriter({ pool, log, logger: quiet });
    const deliverer = new Deliverer({
      leases: new WebhookLeases(pool, name),
      subscriptions: new Subscriptions(pool, secrets, quiet),
      pages: new FeedPages(pool),
      outcomes,
      log,
      sender,
      now: clock.now,
      disable: (webhookId, accountId, reason, detail) => {
        const at = new Date(clock.now()).toISOString();
        store
          .apply(webhooks, { type: 'webhook.disable', accountId, data: { webhookId, reason, detail, at } })
          .catch((error: unknown) => {
            if (!killed) throw error;
          });
      },
      logger: quiet,
    });
    store.onCommitted(() => deliverer.wake());
    deliverer.start();
    const one = {
      deliverer,
      stop: async () => {
        running.delete(one);
        await deliverer.stop();
        await sender.close();
      },
    };
    running.add(one);
    return one;
  };

  const at = () => new Date().toISOString();
  const accepted = async <T>(reply: Promise<{ ok: boolean; data?: T; error?: unknown } | undefined>) => {
    const given = await reply;
    if (!given?.ok) throw new Error(JSON.stringify(given?.error));
    return given.data as T;
  };

  /** The webhooks of a fresh account. */
  const account = (accountId = newId('acc')) => {
    const base = () => ({ id: newId('cmd'), accountId });
    let head = 0;
    return {
      accountId,
      /** Creates a webhook as the gateway does. */
      create: async (given: Partial<CreateWebhook> & { url: string }) => {
        const webhookId = newId('whk');
        const secret = newWebhookSecret();
        const { headers, ...rest } = given;
        const data = {
          events: ['*' as const],
          ...rest,
          webhookId,
          at: at(),
          sealedSecret: secrets.seal(secret, webhookId),
          ...(headers && {
            headerNames: Object.keys(headers),
            sealedHeaders: secrets.seal(JSON.stringify(headers), webhookId),
          }),
        };
        await accepted(store.execute(webhooks, { ...base(), type: 'webhook.create', data }));
        return { id: webhookId, secret };
      },
      update: (webhookId: string, given: Omit<UpdateWebhook, 'headers'>) =>
        accepted(
          store.execute(webhooks, {
            ...base(),
            type: 'webhook.update',
            data: { ...given, webhookId, at: at() },
          }),
        ),
      remove: (webhookId: string) =>
        accepted(
          store.execute(webhooks, { ...base(), type: 'webhook.delete', data: { webhookId, at: at() } }),
        ),
      rotate: async (webhookId: string, rotatedAt = at()) => {
        const secret = newWebhookSecret();
        const data = { webhookId, at: rotatedAt, sealedSecret: secrets.seal(secret, webhookId) };
        await accepted(store.execute(webhooks, { ...base(), type: 'webhook.rotate-secret', data }));
        return secret;
      },
      replay: (
        webhookId: string,
        { since = new Date(0).toISOString(), until: end = at(), only = 'all' as 'all' | 'failed' } = {},
      ) =>
        store.execute(webhooks, {
          ...base(),
          type: 'webhook.replay',
          data: { webhookId, at: at(), since, until: end, only },
        }),
      retry: (webhookId: string, deliveryId: string) =>
        store.execute(webhooks, {
          ...base(),
          type: 'webhook.retry',
          data: { webhookId, deliveryId, at: at() },
        }),
      /** Appends events to the feed, all of one conversation by default. */
      tell: async (
        count: number,
        {
          type = 'message.status',
          conversation = (_: number): string => 'cnv_1',
          createdAt = new Date(),
          data = {} as object,
        } = {},
      ) => {
        const from = head + 1;
        head += count;
        const sequences = Array.from({ length: count }, (_, index) => from + index);
        await pool.query(
          `with f as (insert into webhooks.feed (account_id, sequence, id, type, created_at, data)
             select $1, * from unnest($2::bigint[], $3::text[], $4::text[], $5::timestamptz[], $6::json[])),
           h as (insert into webhooks.feed_heads (account_id, sequence) values ($1, $7)
             on conflict (account_id) do update set sequence = excluded.sequence) select 1`,
          [
            accountId,
            sequences,
            sequences.map(() => newId('evt', createdAt.getTime())),
            sequences.map(() => type),
            sequences.map(() => createdAt),
            sequences.map((sequence) =>
              JSON.stringify({
                conversationId: conversation(sequence),
                messageId: `msg_${sequence}`,
                ...data,
              }),
            ),
            head,
          ],
        );
        return sequences;
      },
    };
  };

  const reader = async (webhookId: string) => {
    const { rows } = await pool.query<{
      cursor: number;
      active: boolean;
      replica: string | null;
      probe_at: Date | null;
      failing_since: Date | null;
    }>('select *, cursor::float8 as cursor from webhooks.readers where webhook_id = $1', [webhookId]);
    return rows[0];
  };
  const failures = async (webhookId: string) => {
    const { rows } = await pool.query<{ sequence: number; attempts: number; due: Date | null }>(
      'select sequence::float8 as sequence, attempts, due from webhooks.failures where webhook_id = $1 order by sequence',
      [webhookId],
    );
    return rows;
  };
  const attempts = async (webhookId: string) => {
    const { rows } = await pool.query<{
      sequence: number;
      at: Date;
      delivered: boolean;
      status_code: number | null;
    }>(
      'select sequence::float8 as sequence, at, delivered, status_code from webhooks.deliveries where webhook_id = $1 order by at, sequence',
      [webhookId],
    );
    return rows;
  };
  const passed = (webhookId: string, sequence: number, timeoutMs = 20_000) =>
    until(async () => ((await reader(webhookId))?.cursor ?? 0) >= sequence, {
      describe: `the cursor of ${webhookId} at ${sequence}`,
      timeoutMs,
    });

  const close = async () => {
    await Promise.all([...running].map(({ stop }) => stop()));
    await tester.close();
    await database.close();
  };
  return {
    pool,
    store,
    secrets,
    guard,
    replica,
    account,
    reader,
    failures,
    attempts,
    passed,
    queries: new WebhookQueries(pool, guard),
    deliveries: new DeliveryQueries(pool, new Subscriptions(pool, secrets, quiet), tester),
    close,
  };
}
export type DeliverySystem = Awaited<ReturnType<typeof deliverySystem>>;
