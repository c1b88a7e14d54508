import { Module } from '@nestjs/common';
import { together } from '@wbiz/eventing/postgres/projection';
import { DatabaseModule } from '@wbiz/service-kit/database.module';
import { EventingModule } from '@wbiz/service-kit/eventing.module';
import { accounts } from './account/account.projection.js';
import { contactNames } from './contact/contact-names.projection.js';
import { ConversationConsumer } from './conversation/conversation.consumer.js';
import { conversationProjection } from './conversation/conversation.projection.js';
import { ConversationQueries } from './conversation/conversation.queries.js';
import { MediaConsumer } from './media/media.consumer.js';
import { mediaProjection } from './media/media.projection.js';
import { MediaQueries } from './media/media.queries.js';
import { MessageConsumer } from './message/message.consumer.js';
import { MessageQueries } from './message/message.queries.js';
import { readsProjection } from './message/reads.projection.js';
import { Messaging1763800000000 } from './migrations/0001-messaging.js';
import { ListsAndReads1763830000000 } from './migrations/0002-lists-and-reads.js';
import { MessageWamids1764200000000 } from './migrations/0003-message-wamids.js';
import { Pace1764300000000 } from './migrations/0004-pace.js';
import { Inbox1764400000000 } from './migrations/0005-inbox.js';
import { Media1764500000000 } from './migrations/0006-media.js';
import { ContactNames1764600000000 } from './migrations/0007-contact-names.js';
import { OrderOfMessages1764700000000 } from './migrations/0008-order-of-messages.js';
import { PROVIDERS } from './messaging.providers.js';
import { templates } from './template/template.projection.js';
import { dispatchProjection } from './whatsapp/dispatch.projection.js';
import { InboundConsumer } from './whatsapp/inbound.consumer.js';

@Module({
  imports: [
    DatabaseModule.forService({
      migrations: [
        Messaging1763800000000,
        ListsAndReads1763830000000,
        MessageWamids1764200000000,
        Pace1764300000000,
        Inbox1764400000000,
        Media1764500000000,
        ContactNames1764600000000,
        OrderOfMessages1764700000000,
      ],
    }),
    EventingModule.forService({
      consumes: ['commands', 'inbound'],
      inline: [dispatchProjection, conversationProjection, readsProjection, mediaProjection],
      projections: [together('copies', [accounts, contactNames, templates])],
    }),
  ],
  controllers: [
    MessageConsumer,
    MessageQueries,
    ConversationConsumer,
    ConversationQueries,
    MediaConsumer,
    MediaQueries,
    InboundConsumer,
  ],
  providers: PROVIDERS,
})
export class MessagingModule {}
