import { Module, type FactoryProvider } from '@nestjs/common';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { WakeUp } from '@wbiz/eventing/postgres/wake-up';
import { AddressGuard } from '@wbiz/service-kit/address-guard';
import type { Config } from '@wbiz/service-kit/config';
import { DatabaseModule, PG_POOL } from '@wbiz/service-kit/database.module';
import { direct } from '@wbiz/service-kit/direct-commands';
import { EventingModule } from '@wbiz/service-kit/eventing.module';
import { Projections } from '@wbiz/service-kit/projections';
import { runWork } from '@wbiz/service-kit/run-work';
import { RUNTIME, type Runtime } from '@wbiz/service-kit/runtime';
import { Secrets } from '@wbiz/service-kit/sealing';
import type { Pool } from 'pg';
import { Deliverer } from './delivery/deliverer.js';
import { DeliveryLog } from './delivery/delivery-log.js';
import { DeliveryQueries } from './delivery/delivery.queries.js';
import { FeedPages } from './delivery/feed-pages.js';
import { OutcomeWriter } from './delivery/outcome-writer.js';
import { WebhookLeases } from './delivery/webhook-leases.js';
import { Sender, type Outcome } from './delivery/sender.js';
import { attemptLabel, webhookGauges } from './delivery/webhook-gauges.js';
import { FEED, feedProjection } from './feed/feed.projection.js';
import { FeedQueries } from './feed/feed.queries.js';
import { feedRetention } from './feed/feed-retention.js';
import { FeedWatch } from './feed/feed.watch.js';
import { MIGRATIONS } from './migrations/migrations.js';
import { readersProjection } from './subscription/readers.projection.js';
import { SealedQueries } from './subscription/sealed.queries.js';
import { Subscriptions } from './subscription/subscriptions.js';
import { webhooks } from './subscription/webhook.aggregate.js';
import { WebhookQueries } from './subscription/webhook.queries.js';
import type { SETTINGS } from './webhooks.settings.js';

const WEBHOOKS = 'webhooks.webhooks';

type WebhooksRuntime = Runtime<Config<typeof SETTINGS>>;

/** Every replica watches the feeds, since clients may wait at any replica; the projection writes each feed on one. */
const feedWatch: FactoryProvider<FeedWatch> = {
  provide: FeedWatch,
  useFactory: (runtime: Runtime, pool: Pool, wakeUp: WakeUp, projections: Projections) => {
    const { logger, stopping, startSpan } = runtime;
    const onFault = (err: unknown) =>
      logger.warn(
        { err },
        'feed watch: reading the last sequences of feeds failed; trying again within 1 s while requests wait',
      );
    const watch = new FeedWatch({ pool, stopping, onFault });
    wakeUp.onWake(FEED, () => watch.look());
    projections.add(feedProjection(startSpan));
    runWork(runtime, 'feed retention', feedRetention(pool, logger));
    return watch;
  },
  inject: [RUNTIME, PG_POOL, WakeUp, Projections],
};

const guard: FactoryProvider<AddressGuard> = {
  provide: AddressGuard,
  useFactory: ({ config }: WebhooksRuntime) =>
    new AddressGuard({
      insecure: config.WEBHOOKS_ALLOW_INSECURE,
      networks: config.WEBHOOKS_ALLOW_NETWORKS ?? [],
    }),
  inject: [RUNTIME],
};

const sender: FactoryProvider<Sender> = {
  provide: Sender,
  useFactory: ({ config, shutdown }: WebhooksRuntime, addressGuard: AddressGuard) => {
    const opened = new Sender({ guard: addressGuard, proxy: config.WEBHOOKS_PROXY, now: Date.now });
    shutdown.on('producers', 'deliveries', () => opened.close());
    return opened;
  },
  inject: [RUNTIME, AddressGuard],
};

const secrets: FactoryProvider<Secrets> = {
  provide: Secrets,
  useFactory: ({ config }: WebhooksRuntime) =>
    new Secrets({ key: config.WEBHOOKS_KEY, previous: config.WEBHOOKS_KEY_PREVIOUS }),
  inject: [RUNTIME],
};

const subscriptions: FactoryProvider<Subscriptions> = {
  provide: Subscriptions,
  useFactory: ({ logger }: WebhooksRuntime, pool: Pool, ofWebhooks: Secrets) =>
    new Subscriptions(pool, ofWebhooks, logger),
  inject: [RUNTIME, PG_POOL, Secrets],
};

const deliverer: FactoryProvider<Deliverer> = {
  provide: Deliverer,
  useFactory: (
    runtime: Runtime,
    pool: Pool,
    store: EventStore,
    wakeUp: WakeUp,
    known: Subscriptions,
    opened: Sender,
  ) => {
    const { replica, logger, metrics, startSpan } = runtime;
    const log = new DeliveryLog(pool);
    const onAttempt = ({ outcome }: { outcome: Outcome }) =>
      metrics.webhookAttempts.observe({ outcome: attemptLabel(outcome) }, outcome.durationMs / 1_000);
    const work = new Deliverer({
      leases: new WebhookLeases(pool, replica),
      subscriptions: known,
      pages: new FeedPages(pool),
      outcomes: new OutcomeWriter({ pool, log, logger, onAttempt }),
      log,
      sender: opened,
      startSpan,
      now: Date.now,
      disable: (webhookId, accountId, reason, detail) => {
        const data = { webhookId, reason, detail, at: new Date().toISOString() };
        store
          .apply(webhooks, { type: 'webhook.disable', accountId, data })
          .catch((err: unknown) =>
            logger.warn(
              { err, accountId, webhookId, reason },
              'deliverer: disabling a webhook failed; trying again after the next failed delivery that calls for it',
            ),
          );
      },
      logger,
    });
    webhookGauges(work, metrics);
    wakeUp.onWake(FEED, () => work.look());
    wakeUp.onWake(WEBHOOKS, () => work.wake());
    store.onCommitted(() => wakeUp.wake(WEBHOOKS));
    runWork(runtime, 'deliverer', work);
    return work;
  },
  inject: [RUNTIME, PG_POOL, EventStore, WakeUp, Subscriptions, Sender],
};

@Module({
  imports: [
    DatabaseModule.forService({ migrations: MIGRATIONS }),
    EventingModule.forService({
      consumes: ['commands'],
      commands: [direct(webhooks)],
      inline: [readersProjection],
    }),
  ],
  controllers: [FeedQueries, WebhookQueries, SealedQueries, DeliveryQueries],
  providers: [feedWatch, guard, sender, secrets, subscriptions, deliverer],
})
export class WebhooksModule {}
