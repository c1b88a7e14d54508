import { Module } from '@nestjs/common';
import { CommandBus } from '@wbiz/eventing/kafka/command-bus';
import { Peers } from '@wbiz/service-kit/peers';
import { AccessModule } from './access/access.module.js';
import { Idempotency } from './access/idempotency.js';
import { Commands } from './commands/commands.js';
import { ContactsController } from './contacts/contacts.controller.js';
import { ConversationsController } from './conversations/conversations.controller.js';
import { CustomFieldsController } from './custom-fields/custom-fields.controller.js';
import { EventsController } from './events/events.controller.js';
import { MeController } from './me/me.controller.js';
import { MessagesController } from './messages/messages.controller.js';
import { Sends } from './messages/sends.js';
import { TagsController } from './tags/tags.controller.js';
import { TemplatesController } from './templates/templates.controller.js';

/** The routes that customers call with their keys. */
@Module({
  imports: [AccessModule],
  controllers: [
    MessagesController,
    ConversationsController,
    ContactsController,
    TagsController,
    CustomFieldsController,
    TemplatesController,
    EventsController,
    MeController,
  ],
  providers: [
    {
      provide: Commands,
      useFactory: (peers: Peers, bus: CommandBus, idempotency: Idempotency) =>
        new Commands(peers, bus, idempotency),
      inject: [Peers, CommandBus, Idempotency],
    },
    {
      provide: Sends,
      useFactory: (commands: Commands, peers: Peers) => new Sends(commands, peers),
      inject: [Commands, Peers],
    },
  ],
})
export class ApiModule {}
