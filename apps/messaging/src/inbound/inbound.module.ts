import { Module } from '@nestjs/common';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { RUNTIME } from '@wbiz/service-kit/runtime';
import { AccountModule } from '../account/account.module.js';
import { MessageModule } from '../message/message.module.js';
import { FLOW_REPLIES, flowReplies } from './flow-reply.js';
import { InboundConsumer } from './inbound.consumer.js';
import { STATUS_SPANS, statusSpans } from './status-spans.js';
import { WEBHOOKS_SEEN, webhooksSeen } from './webhooks-seen.js';

/** Handles Meta's webhooks: messages from people and from the WhatsApp Business app, and statuses of our sends. */
@Module({
  imports: [AccountModule, MessageModule],
  controllers: [InboundConsumer],
  providers: [
    { provide: WEBHOOKS_SEEN, useFactory: webhooksSeen, inject: [PG_POOL] },
    { provide: STATUS_SPANS, useFactory: statusSpans, inject: [RUNTIME, PG_POOL] },
    { provide: FLOW_REPLIES, useFactory: flowReplies, inject: [PG_POOL] },
  ],
})
export class InboundModule {}
