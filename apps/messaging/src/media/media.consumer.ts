import { Controller } from '@nestjs/common';
import type { CreateMediaData } from '@wbiz/contracts/media';
import type { Command } from '@wbiz/eventing/message';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { CommandHandler } from '@wbiz/service-kit/handlers';
import { awaitingOf } from '../message/outcome-reply.js';
import { files } from './media.aggregate.js';

@Controller()
export class MediaConsumer {
  constructor(private readonly store: EventStore) {}

  @CommandHandler('media.create')
  create(command: Command<'media.create', CreateMediaData>) {
    const data = { ...command.data, source: 'upload' as const, awaiting: awaitingOf(command) };
    return this.store.execute(files, { ...command, data });
  }
}
