import { Controller } from '@nestjs/common';
import type { UpdateContactData, UpsertContactData } from '@wbiz/contracts/contact';
import { CommandHandler } from '@wbiz/eventing/kafka/command-handler';
import type { Command } from '@wbiz/eventing/message';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { contacts } from './contact.aggregate.js';

@Controller()
export class ContactConsumer {
  constructor(private readonly store: EventStore) {}

  @CommandHandler('contact.upsert')
  upsert(command: Command<'contact.upsert', UpsertContactData>) {
    return this.store.execute(contacts, command);
  }

  @CommandHandler('contact.update')
  update(command: Command<'contact.update', UpdateContactData>) {
    return this.store.execute(contacts, command);
  }
}
