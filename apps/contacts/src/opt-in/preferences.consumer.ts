import { Controller, Inject } from '@nestjs/common';
import { contactIdOf } from '@wbiz/contracts/conversation';
import { META_CHANGE, type MetaChange } from '@wbiz/contracts/meta-inbound';
import { entryOf, objects, personOf, timeOf } from '@wbiz/contracts/meta-item';
import type { Command } from '@wbiz/eventing/message';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { InboundHandler } from '@wbiz/service-kit/handlers';
import { Peers } from '@wbiz/service-kit/peers';
import type { Pool } from 'pg';
import { contacts } from '../contact/contact.aggregate.js';

/** Meta's words for a person that wants no more marketing messages of a business, and for one that wants them again. */
const OPTED_IN = { stop: false, resume: true };

/** What people chose in WhatsApp's own settings (Meta's webhook field user_preferences). */
@Controller()
export class PreferencesConsumer {
  constructor(
    @Inject(PG_POOL) private readonly pool: Pool,
    private readonly store: EventStore,
    private readonly peers: Peers,
  ) {}

  @InboundHandler(META_CHANGE)
  async change({ data, traceparent }: Command<typeof META_CHANGE, MetaChange>): Promise<void> {
    if (data.field !== 'user_preferences') return;
    const accountId = await this.accountOf(data.wabaId);
    if (accountId === undefined) return; // Not connected here.
    for (const preference of objects(data.value['user_preferences'])) {
      const optedIn = entryOf(OPTED_IN, preference['value']);
      const person = personOf([preference['wa_id']], [preference['user_id']]);
      if (person === null || optedIn === undefined || preference['category'] !== 'marketing_messages')
        continue;
      await this.store.apply(contacts, {
        accountId,
        traceparent,
        type: 'contact.note-opt',
        data: {
          contactId: contactIdOf(accountId, (person.phone ?? person.userId)!),
          ...person,
          optedIn,
          how: 'user_preferences',
          saidAt: timeOf(preference['timestamp'], data.at),
          at: new Date().toISOString(),
        },
      });
    }
  }

  /** The copy may be behind: an account that was just connected is asked of its owner. */
  private async accountOf(wabaId: string): Promise<string | undefined> {
    const { rows } = await this.pool.query<{ id: string }>({
      name: 'account-of-waba',
      text: 'select id from contacts.accounts where waba_id = $1',
      values: [wabaId],
    });
    return rows[0]?.id ?? (await this.peers.ask('account.find', { wabaId }))?.accountId;
  }
}
