import { Module, type FactoryProvider } from '@nestjs/common';
import { createCloudApi } from '@wbiz/cloud-api/cloud-api';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { ReplyPublisher } from '@wbiz/eventing/rpc/reply-publisher';
import { DatabaseModule, PG_POOL } from '@wbiz/service-kit/database.module';
import { direct } from '@wbiz/service-kit/direct-commands';
import { EventingModule } from '@wbiz/service-kit/eventing.module';
import { Peers } from '@wbiz/service-kit/peers';
import { runWork } from '@wbiz/service-kit/run-work';
import { RUNTIME, type Runtime } from '@wbiz/service-kit/runtime';
import type { Pool } from 'pg';
import { FlowQueries } from './flow/flow.queries.js';
import { FlowSync } from './flow/flow.sync.js';
import { INLINE_PROJECTIONS } from './inline-projections.js';
import { MIGRATIONS } from './migrations/migrations.js';
import { presets } from './preset/preset.decider.js';
import { PresetQueries } from './preset/preset.queries.js';
import { quickReplies } from './quick-reply/quick-reply.aggregate.js';
import { QuickReplyQueries } from './quick-reply/quick-reply.queries.js';
import { SyncRequestConsumer } from './sync/sync-request.consumer.js';
import { WaitingRequests } from './sync/sync-request.waiting.js';
import { SyncJobs } from './sync/sync.jobs.js';
import { SyncWorker } from './sync/sync.worker.js';
import { whenAccountUpdatedSyncTemplates } from './sync/when-account-updated-sync-templates.reactor.js';
import { TemplateConsumer } from './template/template.consumer.js';
import { TemplateQueries } from './template/template.queries.js';

const CLOUD_API_TIMEOUT_MS = 30_000;

const META = Symbol('META');
type Meta = ReturnType<typeof meta.useFactory>;

/** The way to Meta in an account's name. */
const meta = {
  provide: META,
  useFactory: ({ config, secrets, logger, shutdown }: Runtime, peers: Peers) => {
    const cloudApi = createCloudApi({
      baseUrl: config.CLOUD_API_URL,
      timeoutMs: CLOUD_API_TIMEOUT_MS,
      connections: 8,
    });
    shutdown.on('pools', 'Cloud API', () => cloudApi.close());
    return {
      credentialsOf: (accountId: string) => peers.ask('account.credentials', { accountId }),
      unseal: (sealedToken: string, accountId: string) => secrets.unseal(sealedToken, accountId),
      cloudApi,
      logger,
    };
  },
  inject: [RUNTIME, Peers],
};

const syncWorker: FactoryProvider<SyncWorker> = {
  provide: SyncWorker,
  useFactory: (runtime: Runtime, pool: Pool, store: EventStore, replies: ReplyPublisher, toMeta: Meta) => {
    const jobs = new SyncJobs(pool);
    const waiting = new WaitingRequests(pool, store, replies);
    const worker = new SyncWorker({ ...toMeta, pool, store, jobs, waiting });
    runWork(runtime, 'pulls of templates', worker.work);
    return worker;
  },
  inject: [RUNTIME, PG_POOL, EventStore, ReplyPublisher, META],
};

const flowSync: FactoryProvider<FlowSync> = {
  provide: FlowSync,
  useFactory: (runtime: Runtime, pool: Pool, toMeta: Meta) => {
    const flows = new FlowSync({ ...toMeta, pool });
    runWork(runtime, 'pulls of flows', flows.work);
    return flows;
  },
  inject: [RUNTIME, PG_POOL, META],
};

@Module({
  imports: [
    DatabaseModule.forService({ migrations: MIGRATIONS }),
    EventingModule.forService({
      consumes: ['commands', 'inboundChanges'],
      commands: [direct(quickReplies), direct(presets)],
      inline: INLINE_PROJECTIONS,
      projections: [whenAccountUpdatedSyncTemplates],
    }),
  ],
  controllers: [
    TemplateConsumer,
    TemplateQueries,
    SyncRequestConsumer,
    QuickReplyQueries,
    PresetQueries,
    FlowQueries,
  ],
  providers: [meta, syncWorker, flowSync],
})
export class TemplatesModule {}
