import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import type { CloudApi } from '@wbiz/cloud-api/cloud-api';
import { codeLabel } from '@wbiz/cloud-api/graph-error-fates';
import type { SendOutcome } from '@wbiz/cloud-api/send-outcome';
import { topics } from '@wbiz/contracts/topics';
import type { KafkaClient } from '@wbiz/eventing/kafka/kafka-client';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { WakeUp } from '@wbiz/eventing/postgres/wake-up';
import type { Config } from '@wbiz/service-kit/config';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { KAFKA } from '@wbiz/service-kit/kafka';
import { Peers } from '@wbiz/service-kit/peers';
import { groupOf } from '@wbiz/service-kit/projections';
import { runWork } from '@wbiz/service-kit/run-work';
import { RUNTIME, type Runtime } from '@wbiz/service-kit/runtime';
import type { Pool } from 'pg';
import { AccountModule, CLOUD_API } from '../account/account.module.js';
import { Credentials } from '../account/credentials.js';
import { mediaCompleter } from '../media/upload-before-send.js';
import { MediaModule } from '../media/media.module.js';
import { MetaCopies } from '../media/meta-copies.js';
import { ANNOUNCE, type Announce } from '../message/outcome-reply.js';
import { MessageModule } from '../message/message.module.js';
import type { SETTINGS } from '../messaging.settings.js';
import { DispatchLeases } from './dispatch-leases.js';
import { queuedFor } from './dispatch.projection.js';
import { Dispatcher } from './dispatcher.js';
import { numberGauges } from './number-gauges.js';
import { sendToMeta } from './send-to-meta.js';
import { Slots } from './start-on-acceptance.js';
import { ExpiredSends } from './expired-sends.js';
import { CLASSES } from './send-class.js';
import { UnknownOutcomes } from './unknown-outcomes.js';

const DISPATCH = 'dispatch';

/** Dispatches accepted sends to Meta and settles outcomes that stay unknown. */
@Module({})
export class DispatchModule {
  static with(slots: Slots): DynamicModule {
    return {
      module: DispatchModule,
      imports: [AccountModule, MediaModule, MessageModule],
      providers: [{ provide: Slots, useValue: slots }, ...PROVIDERS],
    };
  }
}

const codeOf = (answer: SendOutcome): string => {
  if (answer.kind === 'refused') return codeLabel(answer.error);
  return (answer.kind === 'not_sent' && answer.code) || 'none';
};

const PROVIDERS: Provider[] = [
  {
    provide: Dispatcher,
    useFactory: (
      { replica, logger, metrics, shutdown, startSpan }: Runtime,
      pool: Pool,
      store: EventStore,
      wakeUp: WakeUp,
      announce: Announce,
      credentials: Credentials,
      api: CloudApi,
      copies: MetaCopies,
      slots: Slots,
    ) => {
      const dispatcher = new Dispatcher({
        pool,
        store,
        leases: new DispatchLeases(pool, replica),
        send: sendToMeta(api, credentials),
        complete: mediaCompleter(copies),
        announce,
        isTraced: startSpan !== undefined,
        onOutcome: ({ kind: outcome }, answer) => metrics.sends.inc({ outcome, code: codeOf(answer) }),
        logger,
      });
      numberGauges(pool, dispatcher, metrics);
      // Notifies the other replicas of sends accepted here whose phone number this replica does not dispatch.
      store.onCommitted(({ events }) => {
        const waiting = events.filter(({ stream }) => !dispatcher.isCalling(stream));
        const queued = waiting.flatMap((event) => queuedFor(event) ?? []);
        for (const cls of CLASSES) {
          const numbers = new Set(queued.filter((one) => one.class === cls).map((one) => one.phoneNumberId));
          if ([...numbers].filter((id) => !dispatcher.wake(id, cls)).length > 0) wakeUp.wake(DISPATCH);
        }
      });
      wakeUp.onWake(DISPATCH, () => dispatcher.look());
      slots.offeredBy(dispatcher);
      dispatcher.start();
      shutdown.on('consumers', 'dispatcher', () => dispatcher.stop());
      return dispatcher;
    },
    inject: [RUNTIME, PG_POOL, EventStore, WakeUp, ANNOUNCE, Credentials, CLOUD_API, MetaCopies, Slots],
  },
  {
    provide: ExpiredSends,
    useFactory: (runtime: Runtime, pool: Pool, store: EventStore) => {
      const expired = new ExpiredSends({ pool, store, logger: runtime.logger });
      runWork(runtime, 'expired sends', expired.work);
      return expired;
    },
    inject: [RUNTIME, PG_POOL, EventStore],
  },
  {
    provide: UnknownOutcomes,
    useFactory: (
      runtime: Runtime<Config<typeof SETTINGS>>,
      pool: Pool,
      store: EventStore,
      dispatcher: Dispatcher,
      announce: Announce,
      kafka: KafkaClient,
      peers: Peers,
    ) => {
      const { config, logger, metrics } = runtime;
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
        knock: () => peers.ask('account.find', { wabaId: '' }, { timeoutMs: 1_000 }),
        onOpen: ({ count, seconds }) => {
          metrics.unknownOutcomes.set(count);
          metrics.unknownOutcomeAge.set(seconds);
        },
        logger,
      });
      runWork(runtime, 'unknown outcomes', unknownOutcomes.work);
      return unknownOutcomes;
    },
    inject: [RUNTIME, PG_POOL, EventStore, Dispatcher, ANNOUNCE, KAFKA, Peers],
  },
];
