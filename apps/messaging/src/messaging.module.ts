import { Module } from '@nestjs/common';
import { together } from '@wbiz/eventing/postgres/projection';
import { DatabaseModule } from '@wbiz/service-kit/database.module';
import { direct } from '@wbiz/service-kit/direct-commands';
import { EventingModule } from '@wbiz/service-kit/eventing.module';
import { accounts } from './account/account.projection.js';
import { contactNames } from './contact/contact-names.projection.js';
import { conversations } from './conversation/conversation.aggregate.js';
import { conversationProjection } from './conversation/conversation.projection.js';
import { ConversationQueries } from './conversation/conversation.queries.js';
import { files } from './media/media.aggregate.js';
import { MediaConsumer } from './media/media.consumer.js';
import { mediaProjection } from './media/media.projection.js';
import { MediaQueries } from './media/media.queries.js';
import { MessageConsumer } from './message/message.consumer.js';
import { MessageQueries } from './message/message.queries.js';
import { readsProjection } from './read-receipt/reads.projection.js';
import { MIGRATIONS } from './migrations/migrations.js';
import { PROVIDERS } from './messaging.providers.js';
import { templates } from './template/template.projection.js';
import { dispatchProjection } from './dispatch/dispatch.projection.js';
import { InboundConsumer } from './inbound/inbound.consumer.js';

@Module({
  imports: [
    DatabaseModule.forService({ migrations: MIGRATIONS }),
    EventingModule.forService({
      consumes: ['commands', 'inbound'],
      commands: [direct(conversations, 'conversation.update'), direct(files, 'media.delete')],
      inline: [dispatchProjection, conversationProjection, readsProjection, mediaProjection],
      projections: [together('copies', [accounts, contactNames, templates])],
    }),
  ],
  controllers: [
    MessageConsumer,
    MessageQueries,
    ConversationQueries,
    MediaConsumer,
    MediaQueries,
    InboundConsumer,
  ],
  providers: PROVIDERS,
})
export class MessagingModule {}
