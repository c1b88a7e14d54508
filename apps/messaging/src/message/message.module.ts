import { Module } from '@nestjs/common';
import { ReplyPublisher } from '@wbiz/eventing/rpc/reply-publisher';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { Peers } from '@wbiz/service-kit/peers';
import type { Pool } from 'pg';
import { ANNOUNCE, announcer } from './outcome-reply.js';
import { MESSAGE_BY_WAMID, messagesByWamid } from './message-by-wamid.js';
import { MessageConsumer } from './message.consumer.js';
import { MessageQueries } from './message.queries.js';
import { SEND_FACTS, sendFacts } from './send-facts.js';

const FACT_PATIENCE = { timeoutMs: 2_000 };

/** Messages sent and received: commands and queries. */
@Module({
  controllers: [MessageConsumer, MessageQueries],
  providers: [
    {
      provide: SEND_FACTS,
      useFactory: (pool: Pool, peers: Peers) =>
        sendFacts(pool, {
          template: (accountId, name, language) =>
            peers.ask('template.find', { accountId, name, language }, FACT_PATIENCE),
          optedOut: (accountId, contactId) =>
            peers.ask('contact.opted-out', { accountId, contactId }, FACT_PATIENCE),
        }),
      inject: [PG_POOL, Peers],
    },
    { provide: ANNOUNCE, useFactory: announcer, inject: [ReplyPublisher] },
    { provide: MESSAGE_BY_WAMID, useFactory: messagesByWamid, inject: [PG_POOL] },
  ],
  exports: [ANNOUNCE, MESSAGE_BY_WAMID],
})
export class MessageModule {}
