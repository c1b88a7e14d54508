import type { FactoryProvider } from '@nestjs/common';
import { createCloudApi, type CloudApi } from '@wbiz/cloud-api/cloud-api';
import { topics } from '@wbiz/contracts/topics';
import type { KafkaClient } from '@wbiz/eventing/kafka/kafka-client';
import { Periodic } from '@wbiz/eventing/periodic';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { WakeUp } from '@wbiz/eventing/postgres/wake-up';
import { ReplyPublisher } from '@wbiz/eventing/rpc/reply-publisher';
import type { Config } from '@wbiz/service-kit/config';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { KAFKA } from '@wbiz/service-kit/kafka';
import { Peers } from '@wbiz/service-kit/peers';
import { groupOf } from '@wbiz/service-kit/projections';
import { runWork } from '@wbiz/service-kit/run-work';
import { RUNTIME, type Runtime } from '@wbiz/service-kit/runtime';
import type { Pool } from 'pg';
import { AccountDirectory } from './account/account-directory.js';
import { Credentials } from './account/credentials.js';
import { openMediaStore, type MediaStore } from '@wbiz/media-store/media-store';
import { mediaCompleter } from './media/complete-message.js';
import { mediaFetcher } from './media/fetch-media.js';
import { MediaTasks } from './media/media-tasks.js';
import { makesMediaTask } from './media/media.projection.js';
import { MetaCopies } from './media/meta-copies.js';
import { mediaRemover } from './media/remove-media.js';
import { removeOrphans } from './media/remove-orphans.js';
import { ANNOUNCE, announcer, type Announce } from './message/announce.js';
import { SEND_FACTS, sendFacts } from './message/send-facts.js';
import { SENT_MESSAGE, sentMessages } from './message/sent-message.js';
import { DispatchLeases } from './dispatch/dispatch-leases.js';
import { queuedFor } from './dispatch/dispatch.projection.js';
import { Dispatcher } from './dispatch/dispatcher.js';
import type { SETTINGS } from './messaging.settings.js';
import { graphReader } from './read-receipt/graph-reader.js';
import { graphSender } from './dispatch/graph-sender.js';
import { ReadReceipts } from './read-receipt/read-receipts.js';
import { UnknownOutcomes } from './dispatch/unknown-outcomes.js';
import { WEBHOOKS_SEEN, webhooksSeen } from './inbound/webhooks-seen.js';

type MessagingRuntime = Runtime<Config<typeof SETTINGS>>;

const CLOUD_API = Symbol('CLOUD_API');
const MEDIA_STORE = Symbol('MEDIA_STORE');
const SWEEP_EVERY_MS = 6 * 3_600_000;
const DISPATCH = 'dispatch';
const FACT_PATIENCE = { timeoutMs: 2_000 };

/** What the controllers work with, and what runs by itself: the dispatcher and the end of unknown outcomes. */
export const PROVIDERS: FactoryProvider[] = [
  {
    provide: CLOUD_API,
    useFactory: ({ config, shutdown }: MessagingRuntime) => {
      const api = createCloudApi({
        baseUrl: config.CLOUD_API_URL,
        timeoutMs: config.CLOUD_API_TIMEOUT_MS,
        // The lanes bound the calls: a slow number must not hold another's connections.
        connections: 4096,
      });
      shutdown.on('pools', 'Cloud API', () => api.close());
      return api;
    },
    inject: [RUNTIME],
  },
  {
    provide: AccountDirectory,
    useFactory: (pool: Pool, peers: Peers) =>
      new AccountDirectory(pool, (wabaId) => peers.ask('gateway', 'account.find', { wabaId })),
    inject: [PG_POOL, Peers],
  },
  {
    provide: Credentials,
    useFactory: ({ secrets }: Runtime, peers: Peers) =>
      new Credentials(
        (accountId) => peers.ask('gateway', 'account.credentials', { accountId }),
        (sealed, accountId) => secrets.unseal(sealed, accountId),
      ),
    inject: [RUNTIME, Peers],
  },
  {
    provide: SEND_FACTS,
    useFactory: (pool: Pool, peers: Peers) =>
      sendFacts(pool, {
        template: (accountId, name, language) =>
          peers.ask('templates', 'template.find', { accountId, name, language }, FACT_PATIENCE),
        optedOut: (accountId, contactId) =>
          peers.ask('contacts', 'contact.opted-out', { accountId, contactId }, FACT_PATIENCE),
      }),
    inject: [PG_POOL, Peers],
  },
  { provide: ANNOUNCE, useFactory: announcer, inject: [ReplyPublisher] },
  { provide: SENT_MESSAGE, useFactory: sentMessages, inject: [PG_POOL] },
  { provide: WEBHOOKS_SEEN, useFactory: webhooksSeen, inject: [PG_POOL] },
  {
    provide: Dispatcher,
    useFactory: (
      { replica, logger, shutdown }: MessagingRuntime,
      pool: Pool,
      store: EventStore,
      wakeUp: WakeUp,
      announce: Announce,
      credentials: Credentials,
      api: CloudApi,
      copies: MetaCopies,
    ) => {
      const dispatcher = new Dispatcher({
        pool,
        store,
        leases: new DispatchLeases(pool, replica),
        send: graphSender(api, credentials),
        complete: mediaCompleter(copies),
        announce,
        logger,
      });
      // Whichever replica dispatches the number has to hear of what this one accepted.
      store.onCommitted(({ events }) => {
        const numbers = new Set(events.flatMap((event) => queuedFor(event) ?? []));
        if ([...numbers].filter((id) => !dispatcher.wake(id)).length > 0) wakeUp.wake(DISPATCH);
      });
      wakeUp.onWake(DISPATCH, () => dispatcher.look());
      dispatcher.start();
      shutdown.on('consumers', 'dispatcher', () => dispatcher.stop());
      return dispatcher;
    },
    inject: [RUNTIME, PG_POOL, EventStore, WakeUp, ANNOUNCE, Credentials, CLOUD_API, MetaCopies],
  },
  {
    provide: MEDIA_STORE,
    useFactory: ({ config }: MessagingRuntime) => openMediaStore(config.MEDIA_STORE),
    inject: [RUNTIME],
  },
  {
    provide: MetaCopies,
    useFactory: (pool: Pool, store: MediaStore, api: CloudApi, credentials: Credentials) =>
      new MetaCopies({ pool, store, api, credentials }),
    inject: [PG_POOL, MEDIA_STORE, CLOUD_API, Credentials],
  },
  {
    provide: MediaTasks,
    useFactory: (
      runtime: MessagingRuntime,
      pool: Pool,
      events: EventStore,
      replies: ReplyPublisher,
      credentials: Credentials,
      api: CloudApi,
      store: MediaStore,
      copies: MetaCopies,
    ) => {
      const { logger } = runtime;
      const fetch = mediaFetcher({ api, credentials, store, events });
      const remove = mediaRemover({ pool, api, credentials, store });
      const tasks = new MediaTasks({ pool, store: events, copies, fetch, remove, replies, logger });
      runWork(runtime, 'media', tasks.work, { store: events, by: makesMediaTask });
      const sweep = new Periodic({
        name: 'media: removal of orphans',
        everyMs: SWEEP_EVERY_MS,
        run: () => removeOrphans(pool, store),
        logger,
      });
      runWork(runtime, 'orphans', sweep);
      return tasks;
    },
    inject: [RUNTIME, PG_POOL, EventStore, ReplyPublisher, Credentials, CLOUD_API, MEDIA_STORE, MetaCopies],
  },
  {
    provide: ReadReceipts,
    useFactory: (
      runtime: MessagingRuntime,
      pool: Pool,
      store: EventStore,
      replies: ReplyPublisher,
      credentials: Credentials,
      api: CloudApi,
    ) => {
      const { logger } = runtime;
      const markRead = graphReader(api, credentials);
      const readReceipts = new ReadReceipts({ pool, store, markRead, replies, logger });
      runWork(runtime, 'read receipts', readReceipts.work, {
        store,
        by: ({ type }) => type === 'message.read_requested',
      });
      return readReceipts;
    },
    inject: [RUNTIME, PG_POOL, EventStore, ReplyPublisher, Credentials, CLOUD_API],
  },
  {
    provide: UnknownOutcomes,
    useFactory: (
      runtime: MessagingRuntime,
      pool: Pool,
      store: EventStore,
      dispatcher: Dispatcher,
      announce: Announce,
      kafka: KafkaClient,
      peers: Peers,
    ) => {
      const { config, logger } = runtime;
      const topic = topics(config.TOPIC_PREFIX).inbound;
      const unknownOutcomes = new UnknownOutcomes({
        pool,
        store,
        dispatcher,
        announce,
        graceMs: config.OUTCOME_GRACE_MS,
        inbound: async () => ({
          end: await kafka.endOffsets(topic),
          handled: await kafka.committedOffsets(groupOf(runtime), topic),
        }),
        knock: () => peers.ask('gateway', 'account.find', { wabaId: '' }, { timeoutMs: 1_000 }),
        logger,
      });
      runWork(runtime, 'unknown outcomes', unknownOutcomes.work);
      return unknownOutcomes;
    },
    inject: [RUNTIME, PG_POOL, EventStore, Dispatcher, ANNOUNCE, KAFKA, Peers],
  },
];
