import { Controller } from '@nestjs/common';
import { CommandHandler } from '@wbiz/eventing/kafka/command-handler';
import type { Command } from '@wbiz/eventing/message';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { syncRequests } from './sync-request.aggregate.js';

@Controller()
export class SyncRequestConsumer {
  constructor(private readonly store: EventStore) {}

  @CommandHandler('template.sync')
  sync(command: Command<'template.sync'>) {
    const data = { requestId: command.id, replyTo: command.replyTo ?? null };
    return this.store.execute(syncRequests, { ...command, data });
  }
}
