import { Module } from '@nestjs/common';
import { together } from '@wbiz/eventing/postgres/projection';
import { DatabaseModule } from '@wbiz/service-kit/database.module';
import { direct } from '@wbiz/service-kit/direct-commands';
import { EventingModule } from '@wbiz/service-kit/eventing.module';
import { accounts } from './account/account.projection.js';
import { contactNames } from './contact/contact-names.projection.js';
import { conversations } from './conversation/conversation.decider.js';
import { ConversationQueries } from './conversation/conversation.queries.js';
import { DispatchModule } from './dispatch/dispatch.module.js';
import { InboundModule } from './inbound/inbound.module.js';
import { INLINE_PROJECTIONS } from './inline-projections.js';
import { files } from './media/media.aggregate.js';
import { MediaModule } from './media/media.module.js';
import { messages } from './message/message.aggregate.js';
import { MessageModule } from './message/message.module.js';
import { MIGRATIONS } from './migrations/migrations.js';
import { ReadReceiptModule } from './read-receipt/read-receipt.module.js';
import { templates } from './template/template.projection.js';

@Module({
  imports: [
    DatabaseModule.forService({ migrations: MIGRATIONS }),
    EventingModule.forService({
      consumes: ['commands', 'inbound'],
      commands: [
        direct(messages, 'message.send', 'message.mark-read'),
        direct(conversations),
        direct(files, 'media.create'),
      ],
      inline: INLINE_PROJECTIONS,
      projections: [together('copies', [accounts, contactNames, templates])],
    }),
    MessageModule,
    DispatchModule,
    InboundModule,
    ReadReceiptModule,
    MediaModule,
  ],
  controllers: [ConversationQueries],
})
export class MessagingModule {}
