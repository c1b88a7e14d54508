import { Module, type FactoryProvider } from '@nestjs/common';
import { createCloudApi } from '@wbiz/cloud-api/cloud-api';
import { Periodic } from '@wbiz/eventing/periodic';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { ReplyPublisher } from '@wbiz/eventing/rpc/reply-publisher';
import { openMediaStore } from '@wbiz/media-store/open-media-store';
import type { Config } from '@wbiz/service-kit/config';
import { DatabaseModule, PG_POOL } from '@wbiz/service-kit/database.module';
import { direct } from '@wbiz/service-kit/direct-commands';
import { EventingModule } from '@wbiz/service-kit/eventing.module';
import { Peers } from '@wbiz/service-kit/peers';
import { Projections } from '@wbiz/service-kit/projections';
import { runWork } from '@wbiz/service-kit/run-work';
import { RUNTIME, type Runtime } from '@wbiz/service-kit/runtime';
import { tokenOpener } from '@wbiz/service-kit/token-opener';
import { watchCloudApi } from '@wbiz/service-kit/watch-cloud-api';
import type { Pool } from 'pg';
import { FlowQueries } from './flow/flow.queries.js';
import { FlowSync } from './flow/flow.sync.js';
import { INLINE_PROJECTIONS } from './inline-projections.js';
import { MIGRATIONS } from './migrations/migrations.js';
import { presets } from './preset/preset.decider.js';
import { PresetQueries } from './preset/preset.queries.js';
import { quickReplies } from './quick-reply/quick-reply.aggregate.js';
import { QuickReplyQueries } from './quick-reply/quick-reply.queries.js';
import { submitToMeta } from './submission/submit-to-meta.js';
import { sampleUploader } from './submission/upload-samples.js';
import { freeNames } from './submission/free-name.js';
import { linkReader } from './submission/read-link.js';
import { SubmissionJobs } from './submission/submission.jobs.js';
import { SubmissionQueries } from './submission/submission.queries.js';
import { SubmissionWorker } from './submission/submission.worker.js';
import { SyncRequestConsumer } from './sync/sync-request.consumer.js';
import { WaitingRequests } from './sync/sync-request.waiting.js';
import { SyncJobs } from './sync/sync.jobs.js';
import { SyncWorker } from './sync/sync.worker.js';
import { whenAccountUpdatedSyncTemplates } from './sync/when-account-updated-sync-templates.reactor.js';
import { TemplateConsumer } from './template/template.consumer.js';
import { TemplateQueries } from './template/template.queries.js';
import type { SETTINGS } from './templates.settings.js';

const CLOUD_API_TIMEOUT_MS = 30_000;
const SWEEP_EVERY_MS = 3_600_000;

const ACCOUNTS = Symbol('ACCOUNTS');
const META = Symbol('META');
type Meta = ReturnType<typeof meta.useFactory>;

/** Credentials and client for calls to Meta on behalf of an account. */
const meta = {
  provide: META,
  useFactory: (runtime: Runtime<Config<typeof SETTINGS>>, peers: Peers) => {
    const { config, logger, shutdown } = runtime;
    const cloudApi = createCloudApi({
      baseUrl: config.CLOUD_API_URL,
      timeoutMs: CLOUD_API_TIMEOUT_MS,
      connections: 16,
      watch: watchCloudApi(runtime),
    });
    shutdown.on('pools', 'Cloud API', () => cloudApi.close());
    return {
      credentialsOf: (accountId: string) => peers.ask('account.credentials', { accountId }),
      unseal: tokenOpener(
        runtime,
        'pulls of its templates and flows are retried, its submissions at most 30 times',
      ),
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

const accounts: FactoryProvider = {
  provide: ACCOUNTS,
  useFactory: (projections: Projections, syncs: SyncWorker, flows: FlowSync) =>
    projections.add(
      whenAccountUpdatedSyncTemplates(() => {
        syncs.work.wake();
        flows.work.wake();
      }),
    ),
  inject: [Projections, SyncWorker, FlowSync],
};

const submissionWorker: FactoryProvider<SubmissionWorker> = {
  provide: SubmissionWorker,
  useFactory: async (
    runtime: Runtime<Config<typeof SETTINGS>>,
    pool: Pool,
    store: EventStore,
    peers: Peers,
    replies: ReplyPublisher,
    toMeta: Meta,
  ) => {
    const { cloudApi, logger } = toMeta;
    const jobs = new SubmissionJobs(pool);
    const withHandles = sampleUploader({
      findMedia: (accountId, id) => peers.ask('media.find', { accountId, id }),
      store: await openMediaStore(runtime.config.MEDIA_STORE),
      readLink: linkReader(),
      cloudApi,
    });
    const ask = submitToMeta({ cloudApi, withHandles, freeName: freeNames(pool) });
    const worker = new SubmissionWorker({ ...toMeta, pool, store, jobs, ask, replies });
    runWork(runtime, 'template submissions', worker.work, {
      store,
      by: ({ type }) => type === 'submission.requested',
    });
    const removal = new Periodic({
      name: 'template submissions: removal of old ones',
      everyMs: SWEEP_EVERY_MS,
      run: () => jobs.removeOld(),
      logger,
    });
    runWork(runtime, 'removal of old template submissions', removal);
    return worker;
  },
  inject: [RUNTIME, PG_POOL, EventStore, Peers, ReplyPublisher, META],
};

@Module({
  imports: [
    DatabaseModule.forService({ migrations: MIGRATIONS }),
    EventingModule.forService({
      consumes: ['commands', 'inboundChanges'],
      commands: [direct(quickReplies), direct(presets)],
      inline: INLINE_PROJECTIONS,
    }),
  ],
  controllers: [
    TemplateConsumer,
    TemplateQueries,
    SubmissionQueries,
    SyncRequestConsumer,
    QuickReplyQueries,
    PresetQueries,
    FlowQueries,
  ],
  providers: [meta, syncWorker, flowSync, accounts, submissionWorker],
})
export class TemplatesModule {}
