import { Module, type FactoryProvider } from '@nestjs/common';
import type { Service } from '@wbiz/contracts/topics';
import { CommandBus } from '@wbiz/eventing/kafka/command-bus';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { together } from '@wbiz/eventing/postgres/projection';
import { WakeUp } from '@wbiz/eventing/postgres/wake-up';
import type { Config } from '@wbiz/service-kit/config';
import { DatabaseModule, PG_POOL } from '@wbiz/service-kit/database.module';
import { direct } from '@wbiz/service-kit/direct-commands';
import { EventingModule } from '@wbiz/service-kit/eventing.module';
import { Peers } from '@wbiz/service-kit/peers';
import { Projections } from '@wbiz/service-kit/projections';
import { runWork } from '@wbiz/service-kit/run-work';
import { RUNTIME, type Runtime } from '@wbiz/service-kit/runtime';
import type { Pool } from 'pg';
import { AudienceQueries } from './audience/audience.queries.js';
import { campaigns } from './campaign/campaign.aggregate.js';
import { CampaignQueries } from './campaign/campaign.queries.js';
import { runsProjection } from './campaign/runs.projection.js';
import type { SETTINGS } from './campaigns.settings.js';
import { COPIES, PROJECTION } from './copy/copies.js';
import { MIGRATIONS } from './migrations/migrations.js';
import { messageStatus } from './recipient/message-status.projection.js';
import { RecipientQueries } from './recipient/recipient.queries.js';
import { campaignGauges } from './run/campaign-gauges.js';
import { MessagingLimit } from './run/messaging-limit.js';
import { Runner } from './run/runner.js';
import { SendRequests } from './run/send-requests.js';
import { Steward } from './run/steward.js';

const WORK = 'campaigns.work';

const sends: FactoryProvider<SendRequests> = {
  provide: SendRequests,
  useFactory: ({ logger }: Runtime, pool: Pool, bus: CommandBus, peers: Peers) =>
    new SendRequests({
      pool,
      bus,
      replyOf: (commandId) => peers.askOf('messaging', 'command.reply', { commandId, expire: true }),
      logger,
    }),
  inject: [RUNTIME, PG_POOL, CommandBus, Peers],
};

const limits: FactoryProvider<MessagingLimit> = {
  provide: MessagingLimit,
  useFactory: (pool: Pool, peers: Peers) =>
    new MessagingLimit(pool, (accountId) => peers.ask('message.reached', { accountId })),
  inject: [PG_POOL, Peers],
};

/** Each commit wakes the runners and stewards of all replicas, since any of them may have to act on the commit. */
const runner: FactoryProvider<Runner> = {
  provide: Runner,
  useFactory: (
    runtime: Runtime,
    pool: Pool,
    store: EventStore,
    wakeUp: WakeUp,
    projections: Projections,
    asked: SendRequests,
    budget: MessagingLimit,
  ) => {
    const work = new Runner({
      pool,
      sends: asked,
      limits: budget,
      contactsKnown: (accountId) => projections.caughtUp(PROJECTION, 'contacts', accountId),
      logger: runtime.logger,
    });
    store.onCommitted(() => wakeUp.wake(WORK));
    wakeUp.onWake(WORK, () => work.wake());
    runWork(runtime, 'campaign runner', work);
    return work;
  },
  inject: [RUNTIME, PG_POOL, EventStore, WakeUp, Projections, SendRequests, MessagingLimit],
};

const KNOWN: readonly Service[] = ['contacts', 'templates', 'gateway'];

const steward: FactoryProvider<Steward> = {
  provide: Steward,
  useFactory: (
    runtime: Runtime<Config<typeof SETTINGS>>,
    pool: Pool,
    store: EventStore,
    wakeUp: WakeUp,
    projections: Projections,
    budget: MessagingLimit,
  ) => {
    const { config, logger, metrics } = runtime;
    campaignGauges(pool, metrics);
    projections.add(together(PROJECTION, [...COPIES, messageStatus]));
    const work = new Steward({
      pool,
      store,
      limits: budget,
      allKnown: async (accountId) => {
        await Promise.all(KNOWN.map((owner) => projections.caughtUp(PROJECTION, owner, accountId)));
      },
      graceMs: config.CAMPAIGN_START_GRACE_MS,
      logger,
    });
    wakeUp.onWake(WORK, () => work.wake());
    runWork(runtime, 'campaign steward', work);
    return work;
  },
  inject: [RUNTIME, PG_POOL, EventStore, WakeUp, Projections, MessagingLimit],
};

@Module({
  imports: [
    DatabaseModule.forService({ migrations: MIGRATIONS }),
    EventingModule.forService({ commands: [direct(campaigns)], inline: [runsProjection] }),
  ],
  controllers: [CampaignQueries, RecipientQueries, AudienceQueries],
  providers: [sends, limits, runner, steward],
})
export class CampaignsModule {}
