import { Controller } from '@nestjs/common';
import type { CreateMediaData, DeleteMediaData } from '@wbiz/contracts/media';
import { CommandHandler } from '@wbiz/eventing/kafka/command-handler';
import type { Command } from '@wbiz/eventing/message';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { awaitingOf } from '../message/announce.js';
import { files } from './media.aggregate.js';

@Controller()
export class MediaConsumer {
  constructor(private readonly store: EventStore) {}

  @CommandHandler('media.create')
  create(command: Command<'media.create', CreateMediaData>) {
    const data = { ...command.data, source: 'upload' as const, awaiting: awaitingOf(command) };
    return this.store.execute(files, { ...command, data });
  }

  @CommandHandler('media.delete')
  delete(command: Command<'media.delete', DeleteMediaData>) {
    return this.store.execute(files, command);
  }
}
