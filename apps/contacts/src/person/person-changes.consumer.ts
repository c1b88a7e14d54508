import { Controller, Inject } from '@nestjs/common';
import { contactIdOf } from '@wbiz/contracts/conversation';
import { META_CHANGE, type MetaChange, type MetaItem } from '@wbiz/contracts/meta/inbound';
import { entryOf, object, objects, personOf, phoneOf, timeOf, userIdOf } from '@wbiz/contracts/meta/item';
import type { Command } from '@wbiz/eventing/message';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { InboundHandler } from '@wbiz/service-kit/handlers';
import { Peers } from '@wbiz/service-kit/peers';
import type { Pool } from 'pg';
import { contacts } from '../contact/contact.aggregate.js';

type Change = Command<typeof META_CHANGE, MetaChange>;

/** Meta's values for a person who stops, or resumes, a business's marketing messages. */
const OPTED_IN = { stop: false, resume: true };

/** Applies Meta's webhooks about people, apart from their messages. */
@Controller()
export class PersonChangesConsumer {
  constructor(
    @Inject(PG_POOL) private readonly pool: Pool,
    private readonly store: EventStore,
    @Inject(Peers) private readonly peers: Pick<Peers, 'ask'>,
  ) {}

  @InboundHandler(META_CHANGE)
  async change(change: Change): Promise<void> {
    const handle = entryOf(this.handlers, change.data.field);
    if (handle === undefined) return;
    const accountId = await this.accountOf(change.data.wabaId);
    if (accountId === undefined) return; // The WABA is not connected here.
    for (const item of objects(change.data.value[change.data.field])) await handle(accountId, item, change);
  }

  private readonly handlers = {
    /** The person stopped or resumed marketing messages in WhatsApp's settings. */
    user_preferences: async (accountId: string, preference: MetaItem, { data, traceparent }: Change) => {
      const optedIn = entryOf(OPTED_IN, preference['value']);
      const person = personOf([preference['wa_id']], [preference['user_id']]);
      if (person === null || optedIn === undefined || preference['category'] !== 'marketing_messages') return;
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
    },

    /** A person has a new user id. The webhook's phone number may be the old or the new one, so it is not stored. */
    user_id_update: async (accountId: string, update: MetaItem, { traceparent }: Change) => {
      const { previous, current } = object(update['user_id']);
      const userId = userIdOf(current);
      if (userId === undefined) return;
      const contactId = await this.onFile(accountId, [userIdOf(previous), phoneOf(update['wa_id'])]);
      if (contactId === undefined) return;
      await this.store.apply(contacts, {
        accountId,
        traceparent,
        type: 'contact.note-change',
        data: { contactId, phone: null, userId, at: new Date().toISOString() },
      });
    },
  };

  /** The contact id of the first of these phone numbers and user ids that has a contact; undefined if none has. */
  private async onFile(accountId: string, persons: readonly (string | undefined)[]) {
    const ids = persons.flatMap((person) => (person === undefined ? [] : contactIdOf(accountId, person)));
    const { rows } = await this.pool.query<{ stream: string }>({
      name: 'contacts-on-file',
      text: 'select stream from contacts.contacts where account_id = $1 and stream = any($2)',
      values: [accountId, ids],
    });
    return ids.find((id) => rows.some(({ stream }) => stream === id));
  }

  /** The account of a WABA. Asks the gateway if contacts.accounts, which may lag behind, does not have the WABA. */
  private async accountOf(wabaId: string): Promise<string | undefined> {
    const { rows } = await this.pool.query<{ id: string }>({
      name: 'account-of-waba',
      text: 'select id from contacts.accounts where waba_id = $1',
      values: [wabaId],
    });
    return rows[0]?.id ?? (await this.peers.ask('account.find', { wabaId }))?.accountId;
  }
}
