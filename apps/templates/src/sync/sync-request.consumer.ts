import { Controller } from '@nestjs/common';
import type { CommandData } from '@wbiz/contracts/command-catalogue';
import type { Command } from '@wbiz/eventing/message';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { CommandHandler } from '@wbiz/service-kit/handlers';
import { syncRequests } from './sync-request.decider.js';

@Controller()
export class SyncRequestConsumer {
  constructor(private readonly store: EventStore) {}

  @CommandHandler('template.sync')
  sync(command: Command<'template.sync', CommandData<'template.sync'>>) {
    const data = { requestId: command.id, replyTo: command.replyTo ?? null };
    return this.store.execute(syncRequests, { ...command, data });
  }
}
