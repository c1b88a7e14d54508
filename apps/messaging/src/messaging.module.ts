import { Module, type FactoryProvider } from '@nestjs/common';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { together } from '@wbiz/eventing/postgres/projection';
import { DatabaseModule } from '@wbiz/service-kit/database.module';
import { direct } from '@wbiz/service-kit/direct-commands';
import { EventingModule } from '@wbiz/service-kit/eventing.module';
import { Projections } from '@wbiz/service-kit/projections';
import { accounts } from './account/account.projection.js';
import { contactNames } from './contact/contact-names.projection.js';
import { conversations } from './conversation/conversation.decider.js';
import { ConversationQueries } from './conversation/conversation.queries.js';
import { afterRestore } from './dispatch/after-restore.js';
import { DispatchModule } from './dispatch/dispatch.module.js';
import { InboundModule } from './inbound/inbound.module.js';
import { Slots } from './dispatch/start-on-acceptance.js';
import { inlineProjections } from './inline-projections.js';
import { files } from './media/media.aggregate.js';
import { MediaModule } from './media/media.module.js';
import { messages } from './message/message.aggregate.js';
import { MessageModule } from './message/message.module.js';
import { MIGRATIONS } from './migrations/migrations.js';
import { ReadReceiptModule } from './read-receipt/read-receipt.module.js';
import { templates } from './template/template.projection.js';

const copies: FactoryProvider = {
  provide: Symbol('COPIES'),
  useFactory: (projections: Projections, store: EventStore) =>
    projections.add(together('copies', [accounts, contactNames(store), templates])),
  inject: [Projections, EventStore],
};

const slots = new Slots();

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
      inline: inlineProjections(slots),
      onCompared: afterRestore,
    }),
    MessageModule,
    DispatchModule.with(slots),
    InboundModule,
    ReadReceiptModule,
    MediaModule,
  ],
  controllers: [ConversationQueries],
  providers: [copies],
})
export class MessagingModule {}
