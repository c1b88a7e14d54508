import { Controller } from '@nestjs/common';
import type { TagData } from '@wbiz/contracts/tag';
import { CommandHandler } from '@wbiz/eventing/kafka/command-handler';
import type { Command } from '@wbiz/eventing/message';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { tags } from './tag.aggregate.js';

@Controller()
export class TagConsumer {
  constructor(private readonly store: EventStore) {}

  @CommandHandler('tag.create')
  create(command: Command<'tag.create', TagData>) {
    return this.store.execute(tags, command);
  }

  @CommandHandler('tag.delete')
  delete(command: Command<'tag.delete', TagData>) {
    return this.store.execute(tags, command);
  }
}
