import { Controller } from '@nestjs/common';
import type { CreateCustomFieldData, DeleteCustomFieldData } from '@wbiz/contracts/custom-field';
import { CommandHandler } from '@wbiz/eventing/kafka/command-handler';
import type { Command } from '@wbiz/eventing/message';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { customFields } from './custom-field.aggregate.js';

@Controller()
export class CustomFieldConsumer {
  constructor(private readonly store: EventStore) {}

  @CommandHandler('field.create')
  create(command: Command<'field.create', CreateCustomFieldData>) {
    return this.store.execute(customFields, command);
  }

  @CommandHandler('field.delete')
  delete(command: Command<'field.delete', DeleteCustomFieldData>) {
    return this.store.execute(customFields, command);
  }
}
