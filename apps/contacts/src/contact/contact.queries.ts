import { Controller, Inject } from '@nestjs/common';
import { ContactView, type ContactChange } from '@wbiz/contracts/contact';
import { inOrder } from '@wbiz/contracts/schema/in-order';
import type { Answer, Ask } from '@wbiz/contracts/query-catalogue';
import { tagKey } from '@wbiz/contracts/tag';
import { microBatch } from '@wbiz/eventing/micro-batch';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { QueryHandler } from '@wbiz/service-kit/handlers';
import { pageOf } from '@wbiz/service-kit/paging';
import type { Pool } from 'pg';
import type { ContactState } from './contact.state.js';
import { ContactList, REMOVED, type ContactRow, type Removed } from './contact.list.js';

/** For a merged contact, `contact.get` and `contact.opted-out` answer with the surviving one; lists leave it out. */
@Controller()
export class ContactQueries {
  readonly contacts: ContactList;
  private readonly one: (ask: Ask<'contact.get'>) => Promise<ContactRow | undefined>;
  private readonly out: (ask: Ask<'contact.opted-out'>) => Promise<boolean>;

  constructor(@Inject(PG_POOL) private readonly pool: Pool) {
    this.contacts = new ContactList(pool);
    this.one = microBatch((asks: readonly Ask<'contact.get'>[]) => this.rowsOf(asks), { max: 100, lanes: 4 });
    this.out = microBatch((asks: readonly Ask<'contact.opted-out'>[]) => this.optedOutOf(asks));
  }

  @QueryHandler('contact.get')
  async get(ask: Ask<'contact.get'>): Promise<Answer<'contact.get'>> {
    const row = await this.one(ask);
    return row ? viewOf(row.state, row.removed) : null;
  }

  @QueryHandler('contact.opted-out')
  optedOut(ask: Ask<'contact.opted-out'>): Promise<Answer<'contact.opted-out'>> {
    return this.out(ask);
  }

  /** Newest first. Throws `invalid_request` for a cursor that this service did not issue. */
  @QueryHandler('contact.list')
  async list(ask: Ask<'contact.list'>): Promise<Answer<'contact.list'>> {
    const page = pageOf(ask, 'time', 'id');
    const rows = await this.contacts.rows(ask, page.after, page.fetch);
    return page.cut(
      rows,
      ({ created, stream }) => [created, stream],
      ({ state, removed }) => viewOf(state, removed),
    );
  }

  /** Newest first. Throws `invalid_request` for a cursor that this service did not issue. */
  @QueryHandler('contact.history')
  async history(ask: Ask<'contact.history'>): Promise<Answer<'contact.history'>> {
    const { accountId, id } = ask;
    const page = pageOf(ask, 'int');
    if (!(await this.get({ accountId, id }))) return null;
    const { rows } = await this.pool.query<Recorded>({
      name: 'contact-history',
      text: `select version, type, data, private, created_at from contacts.events
             where stream = $1 and account_id = $2 and type = any($3) and ($4::int is null or version < $4)
             order by version desc limit $5`,
      values: [id, accountId, Object.keys(CHANGES), ...page.after, page.fetch],
    });
    return page.cut(rows, ({ version }) => [version], changeOf);
  }

  private async rowsOf(asks: readonly Ask<'contact.get'>[]): Promise<(ContactRow | undefined)[]> {
    const { rows } = await this.pool.query<ContactRow & { ord: string }>({
      name: 'contact-get',
      text: `select q.ord, c.stream, c.created, c.state, ${REMOVED} q.account_id) as removed
             from unnest($1::text[], $2::text[]) with ordinality as q(account_id, id, ord)
             join contacts.contacts c on c.stream = q.id and c.account_id = q.account_id`,
      values: [asks.map(({ accountId }) => accountId), asks.map(({ id }) => id)],
    });
    const found = new Map(rows.map((row) => [Number(row.ord) - 1, row]));
    const leading = asks.flatMap(({ accountId }, index) => {
      const id = found.get(index)?.state.mergedInto;
      return id ? [{ index, ask: { accountId, id } }] : [];
    });
    const led = leading.length > 0 ? await this.rowsOf(leading.map(({ ask }) => ask)) : [];
    const becomes = new Map(leading.map(({ index }, at) => [index, led[at]]));
    return asks.map((_, index) => (becomes.has(index) ? becomes.get(index) : found.get(index)));
  }

  private async optedOutOf(asks: readonly Ask<'contact.opted-out'>[]): Promise<boolean[]> {
    const rows = await this.rowsOf(asks.map(({ accountId, contactId: id }) => ({ accountId, id })));
    return rows.map((row) => row !== undefined && row.state.contact.optedOutAt !== null);
  }
}

/** The contact as the API shows it: without deleted labels. */
function viewOf({ contact, tags, fields }: ContactState, removed: readonly Removed[] | null): ContactView {
  const gone = new Set(removed?.map(({ kind, key, generation }) => `${kind} ${generation} ${key}`));
  return inOrder(ContactView, {
    ...contact,
    tags: contact.tags.filter((name, index) => !gone.has(`tag ${tags[index]} ${tagKey(name)}`)),
    customFields: Object.fromEntries(
      Object.entries(contact.customFields).filter(([key]) => !gone.has(`field ${fields[key]} ${key}`)),
    ),
  });
}

type Recorded = {
  readonly version: number;
  readonly type: keyof typeof CHANGES;
  readonly data: {
    contact?: ContactView;
    changed?: string[];
    by?: string | null;
    how?: ContactChange['how'];
  };
  readonly private: { opt: { how: ContactChange['how'] } | null; formerPhones?: readonly string[] } | null;
  readonly created_at: Date;
};
const CHANGES = {
  'contact.created': 'created',
  'contact.updated': 'updated',
  'contact.opted_out': 'opted_out',
  'contact.merged': 'merged',
} as const satisfies Record<string, ContactChange['type']>;

function changeOf({ type, data, private: kept, created_at: at }: Recorded): ContactChange {
  const changed = data.changed ?? [];
  const opted = changed.some((field) => /^opted/.test(field)) || type === 'contact.created';
  const former = changed.includes('phone') ? kept?.formerPhones?.at(-1) : undefined;
  return {
    type: former === undefined ? CHANGES[type] : 'changed_number',
    at: at.toISOString(),
    by: data.by ?? null,
    changed,
    how: data.how ?? (opted ? (kept?.opt?.how ?? null) : null),
    contact: data.contact ?? null,
    ...(former === undefined ? {} : { formerPhone: former }),
  };
}
