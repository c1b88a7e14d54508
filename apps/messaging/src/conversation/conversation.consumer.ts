import { Controller } from '@nestjs/common';
import type { UpdateConversationData } from '@wbiz/contracts/conversation';
import { CommandHandler } from '@wbiz/eventing/kafka/command-handler';
import type { Command } from '@wbiz/eventing/message';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { conversations } from './conversation.aggregate.js';

@Controller()
export class ConversationConsumer {
  constructor(private readonly store: EventStore) {}

  @CommandHandler('conversation.update')
  update(command: Command<'conversation.update', UpdateConversationData>) {
    return this.store.execute(conversations, command);
  }
}
