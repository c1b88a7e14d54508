import { Controller, Inject } from '@nestjs/common';
import type { ContactChange, ContactView } from '@wbiz/contracts/contact';
import { DEFAULT_LIMIT, decodeCursor, encodeCursor } from '@wbiz/contracts/page';
import type { Queries } from '@wbiz/contracts/queries';
import { tagKey } from '@wbiz/contracts/tag';
import { microBatch } from '@wbiz/eventing/micro-batch';
import { QueryHandler } from '@wbiz/eventing/rpc/query-handler';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { foreignCursor, ID } from '@wbiz/service-kit/id-page';
import type { Pool } from 'pg';
import type { ContactState } from './contact.decider.js';
import { probeOf, searchPattern } from './search-text.js';

type Ask<Query extends keyof Queries> = Queries[Query]['ask'];
type Answer<Query extends keyof Queries> = Promise<Queries[Query]['answer']>;
/** A label that was deleted and is still in the state of contacts. */
type Removed = { readonly kind: 'tag' | 'field'; readonly key: string; readonly generation: number };
type Row = {
  readonly stream: string;
  readonly created: string;
  readonly state: ContactState;
  readonly removed: readonly Removed[] | null;
};
type Place = { readonly created: string; readonly stream: string };

const REMOVED = `(select json_agg(json_build_object('kind', kind, 'key', key, 'generation', generation))
  from contacts.removals r where r.account_id =`;
const OF_HITS = `select h.stream, h.created, c.state, ${REMOVED} $1) as removed
  from hits h join contacts.contacts c on c.stream = h.stream order by h.created desc, h.stream desc`;
const SHARES_KEPT_MS = 60_000;
const LARGE_SHARE = 0.1;
/** With so many hits among the first it is cheaper to go on through the newest than to look all hits up in the index. */
const FREQUENT = 6;

/** Contacts on file. One that was merged into another answers with the other, and is in no list. */
@Controller()
export class ContactQueries {
  /**
   * A search first goes through so many of the newest contacts, through more while there is hope to fill the page: what
   * many have is found there soon, and only what few have is looked up in the index, which gives all in no order.
   */
  lookedThrough = [4_000, 40_000];

  private shares: { readonly at: number; readonly of: ReadonlyMap<string, number> } | undefined;
  private readonly one: (ask: Ask<'contact.get'>) => Promise<Row | undefined>;
  private readonly out: (ask: Ask<'contact.opted-out'>) => Promise<boolean>;

  constructor(@Inject(PG_POOL) private readonly pool: Pool) {
    this.one = microBatch((asks: readonly Ask<'contact.get'>[]) => this.rowsOf(asks), { max: 100, lanes: 4 });
    this.out = microBatch((asks: readonly Ask<'contact.opted-out'>[]) => this.optedOutOf(asks));
  }

  @QueryHandler('contact.get')
  async get(ask: Ask<'contact.get'>): Answer<'contact.get'> {
    const row = await this.one(ask);
    return row ? viewOf(row.state, row.removed) : null;
  }

  @QueryHandler('contact.opted-out')
  optedOut(ask: Ask<'contact.opted-out'>): Answer<'contact.opted-out'> {
    return this.out(ask);
  }

  /** Newest first. Throws `invalid_request` for a cursor that is none of ours. */
  @QueryHandler('contact.list')
  async list(ask: Ask<'contact.list'>): Answer<'contact.list'> {
    const { limit = DEFAULT_LIMIT } = ask;
    const after = placeOf(ask.cursor);
    const rows = ask.search?.trim()
      ? await this.search(ask, searchPattern(ask.search), after, limit + 1)
      : await this.newest(ask, after, limit + 1);
    const data = rows.slice(0, limit).map(({ state, removed }) => viewOf(state, removed));
    const last = rows[limit - 1];
    return {
      data,
      nextCursor: last && rows.length > limit ? encodeCursor(last.created, last.stream) : null,
    };
  }

  /** Newest first. Throws `invalid_request` for a cursor that is none of ours. */
  @QueryHandler('contact.history')
  async history(ask: Ask<'contact.history'>): Answer<'contact.history'> {
    const { accountId, id, limit = DEFAULT_LIMIT } = ask;
    const before = versionOf(ask.cursor);
    if (!(await this.get({ accountId, id }))) return null;
    const { rows } = await this.pool.query<Recorded>({
      name: 'contact-history',
      text: `select version, type, data, private, created_at from contacts.events
             where stream = $1 and account_id = $2 and type = any($3) and ($4::int is null or version < $4)
             order by version desc limit $5 + 1`,
      values: [id, accountId, Object.keys(CHANGES), before, limit],
    });
    const last = rows[limit - 1];
    return {
      data: rows.slice(0, limit).map(changeOf),
      nextCursor: last && rows.length > limit ? encodeCursor(last.version) : null,
    };
  }

  private async rowsOf(asks: readonly Ask<'contact.get'>[]): Promise<(Row | undefined)[]> {
    const { rows } = await this.pool.query<Row & { ord: string }>({
      name: 'contact-get',
      text: `select q.ord, c.stream, c.created, coalesce(i.state, c.state) as state, ${REMOVED} q.account_id) as removed
             from unnest($1::text[], $2::text[]) with ordinality as q(account_id, id, ord)
             join contacts.contacts c on c.stream = q.id and c.account_id = q.account_id
             left join contacts.contacts i on c.created is null and i.stream = c.state->>'mergedInto'`,
      values: [asks.map(({ accountId }) => accountId), asks.map(({ id }) => id)],
    });
    const found = new Map(rows.map((row) => [Number(row.ord), row]));
    return asks.map((_, index) => found.get(index + 1));
  }

  private async optedOutOf(asks: readonly Ask<'contact.opted-out'>[]): Promise<boolean[]> {
    const rows = await this.rowsOf(asks.map(({ accountId, contactId: id }) => ({ accountId, id })));
    return rows.map((row) => row !== undefined && row.state.contact.optedOutAt !== null);
  }

  /**
   * Whether an account has so much of the table that looking up its rows by trigrams is cheaper without looking up the
   * account: by the statistics of Postgres, which list the most common values.
   */
  private async isLarge(accountId: string): Promise<boolean> {
    const known = this.shares;
    if (known && Date.now() - known.at < SHARES_KEPT_MS) return (known.of.get(accountId) ?? 0) >= LARGE_SHARE;
    const { rows } = await this.pool.query<{ account: string; share: number }>({
      name: 'contact-shares',
      text: `select m.account, m.share from pg_stats s,
               unnest(s.most_common_vals::text::text[], s.most_common_freqs) as m(account, share)
             where s.schemaname = 'contacts' and s.tablename = 'contacts' and s.attname = 'account_id'`,
    });
    this.shares = { at: Date.now(), of: new Map(rows.map(({ account, share }) => [account, share])) };
    return this.isLarge(accountId);
  }

  private async newest(ask: Ask<'contact.list'>, after: Place | undefined, limit: number): Promise<Row[]> {
    const { from, order, values } = conditions(ask, after);
    // Without a name, so that it is planned anew for the filters that are given.
    const { rows } = await this.pool.query<Row>(
      `select c.stream, c.created, c.state, ${REMOVED} $1) as removed from ${from}
       order by ${order} limit $${values.length + 1}`,
      [...values, limit],
    );
    return rows;
  }

  private async search(
    ask: Ask<'contact.list'>,
    pattern: string,
    after: Place | undefined,
    limit: number,
  ): Promise<Row[]> {
    for (const most of this.lookedThrough) {
      const hits = await this.amongNewest(ask, pattern, after, limit, most);
      if (hits.length === limit) return hits;
      if (hits.length < FREQUENT) break;
    }
    const { from, values } = conditions(ask, after, (await this.isLarge(ask.accountId)) ? AS_TEXT : '');
    const [probe, whole] = [values.length + 1, values.length + 2];
    const { rows } = await this.pool.query<Row>(
      `with found as materialized (select c.stream, c.created from ${from}
         and c.search like $${probe} and c.search || '' like $${whole}),
       hits as (select * from found order by created desc, stream desc limit $${whole + 1}) ${OF_HITS}`,
      [...values, probeOf(pattern), pattern, limit],
    );
    return rows;
  }

  private async amongNewest(
    ask: Ask<'contact.list'>,
    pattern: string,
    after: Place | undefined,
    limit: number,
    most: number,
  ): Promise<Row[]> {
    const { from, order, values } = conditions(ask, after);
    const [depth, wanted] = [values.length + 1, values.length + 2];
    const { rows } = await this.pool.query<Row>(
      `with near as (select c.stream, c.created, c.search from ${from} order by ${order} limit $${depth}),
       hits as (select stream, created from near where search like $${wanted}
         order by created desc, stream desc limit $${wanted + 1}) ${OF_HITS}`,
      [...values, most, pattern, limit],
    );
    return rows;
  }
}

/** Keeps a condition from being looked up in an index. */
const AS_TEXT = " || ''";

/** What the filters of a list, other than the search, ask of its rows, newest first; `values` are the parameters. */
function conditions(
  { accountId, tag = [], optedIn, updatedSince }: Ask<'contact.list'>,
  after?: Place,
  asText = '',
) {
  const values: unknown[] = [accountId];
  const value = (given: unknown) => `$${values.push(given)}`;
  // Of several tags the first drives: its rows are in the order of the list.
  const [first, ...more] = [...new Set(tag.map(tagKey))];
  const [created, stream] = first === undefined ? ['c.created', 'c.stream'] : ['t.created', 't.contact'];
  const tagged = (alias: string, key: string) => {
    const wanted = value(key);
    return `${alias}.account_id = $1 and ${alias}.tag = ${wanted} and ${alias}.generation = ${living(wanted)}`;
  };
  const parts = [
    first === undefined
      ? `contacts.contacts c where c.account_id${asText} = $1`
      : `contacts.contact_tags t join contacts.contacts c on c.stream = t.contact where ${tagged('t', first)}`,
    `${created} is not null`,
    ...more.map(
      (key, index) =>
        `exists (select from contacts.contact_tags m${index} where m${index}.created = ${created}
          and m${index}.contact = ${stream} and ${tagged(`m${index}`, key)})`,
    ),
    ...(optedIn === undefined ? [] : [`c.opted_in = ${value(optedIn)}`]),
    ...(updatedSince === undefined ? [] : [`c.updated >= ${value(new Date(updatedSince).toISOString())}`]),
    ...(after ? [`(${created}, ${stream}) < (${value(after.created)}, ${value(after.stream)})`] : []),
  ];
  return { from: parts.join(' and '), order: `${created} desc, ${stream} desc`, values };
}

/** The generation of a tag that is not deleted. */
const living = (key: string) =>
  `(select (g.state->>'generation')::int from contacts.tags g
    where g.stream = 'tag:' || $1 || ':' || ${key} and g.created is not null)`;

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function placeOf(cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined;
  const [created, stream] = decodeCursor(cursor, 2) ?? [];
  if (typeof created === 'string' && ISO_TIME.test(created) && typeof stream === 'string' && ID.test(stream))
    return { created, stream };
  throw foreignCursor();
}

function versionOf(cursor: string | undefined): number | null {
  if (cursor === undefined) return null;
  const [version] = decodeCursor(cursor, 1) ?? [];
  if (typeof version === 'number' && version >= 0 && version <= 2_147_483_647 && Number.isInteger(version))
    return version;
  throw foreignCursor();
}

/** What a customer sees of a contact: without labels that were deleted, and with its fields in their order. */
function viewOf({ contact, tags, fields }: ContactState, removed: readonly Removed[] | null): ContactView {
  const { id, phone, userId, name, email, optedIn, optedInAt, optedOutAt, source, createdAt, updatedAt } =
    contact;
  const gone = new Set(removed?.map(({ kind, key, generation }) => `${kind} ${generation} ${key}`));
  const shown = {
    tags: contact.tags.filter((name, index) => !gone.has(`tag ${tags[index]} ${tagKey(name)}`)),
    customFields: Object.fromEntries(
      Object.entries(contact.customFields).filter(([key]) => !gone.has(`field ${fields[key]} ${key}`)),
    ),
  };
  return {
    id,
    phone,
    userId,
    name,
    email,
    ...shown,
    optedIn,
    optedInAt,
    optedOutAt,
    source,
    createdAt,
    updatedAt,
  };
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
  readonly private: { opt: { how: ContactChange['how'] } | null } | null;
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
  return {
    type: CHANGES[type],
    at: at.toISOString(),
    by: data.by ?? null,
    changed,
    how: data.how ?? (opted ? (kept?.opt?.how ?? null) : null),
    contact: data.contact ?? null,
  };
}
