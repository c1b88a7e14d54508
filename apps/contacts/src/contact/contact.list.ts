import type { Ask } from '@wbiz/contracts/query-catalogue';
import { probeOf, searchPattern } from '@wbiz/contracts/text/search-text';
import { tagKey, tagStream } from '@wbiz/contracts/tag';
import { parameters } from '@wbiz/service-kit/parameters';
import type { Pool } from 'pg';
import { TAGS_WITH_COUNTS } from '../tag/tag.queries.js';
import type { ContactState } from './contact.state.js';

type Asked = Ask<'contact.list'>;
/** A deleted tag or custom field that is still being removed from contacts. */
export type Removed = { readonly kind: 'tag' | 'field'; readonly key: string; readonly generation: number };
export type ContactRow = {
  readonly stream: string;
  readonly created: string;
  readonly state: ContactState;
  readonly removed: readonly Removed[] | null;
};
/** Creation time and id of the last contact of the previous page; empty for the first page. */
type Place = readonly [created?: string, stream?: string];
type Tag = { readonly name: string; readonly generation: number; readonly contacts: string };
type Wanted = Pick<Asked, 'accountId' | 'optedIn' | 'updatedSince'> & {
  readonly tags: readonly Tag[];
  readonly pattern: string | undefined;
  readonly after: Place;
  readonly limit: number;
};

/** SQL: an account's deleted labels as JSON. Callers append an account id in SQL and a closing parenthesis. */
export const REMOVED = `(select json_agg(json_build_object('kind', kind, 'key', key, 'generation', generation))
  from contacts.removals r where r.account_id =`;
const NEWEST = 'order by n.created desc, n.stream desc';
const OF_HITS = `select n.created, n.stream, c.state, ${REMOVED} $1) as removed
  from hits n join contacts.contacts c on c.stream = n.stream ${NEWEST}`;

const SHARES_KEPT_MS = 60_000;
const LARGE_SHARE = 0.1;
/** If a scan finds this many hits, a deeper scan is cheaper than looking up all hits in the search index. */
const FREQUENT = 10;

/**
 * Lists contacts, newest first: scans rows in that order until the page is full. Picks the source of rows (all
 * contacts, one tag's contacts, the search index) of which the fewest rows must be skipped.
 */
export class ContactList {
  /**
   * How many of the newest contacts the first and the second scan of a search read. A frequent text fills the page from
   * these; a rare one is looked up in the search index, which returns all hits unordered.
   */
  scanDepths = [4_000, 30_000];
  /** The contacts of a tag with at most this many contacts are filtered row by row. */
  smallTag = 5_000;

  private shares: { readonly at: number; readonly of: ReadonlyMap<string, number> } | undefined;

  constructor(private readonly pool: Pool) {}

  /** At most `limit` contacts that follow `after` in the list. */
  async rows(ask: Asked, after: Place, limit: number): Promise<ContactRow[]> {
    const { accountId, optedIn, updatedSince } = ask;
    const pattern = ask.search?.trim() ? searchPattern(ask.search) : undefined;
    const tags = await this.tagsOf(ask);
    if (!tags) return [];
    const wanted: Wanted = { accountId, optedIn, updatedSince, tags, pattern, after, limit };

    const [rarest] = tags;
    const looksAtRows = pattern !== undefined || optedIn !== undefined || updatedSince !== undefined;
    if (rarest && (!looksAtRows || Number(rarest.contacts) <= this.smallTag))
      return this.scan(rarest, wanted);
    if (pattern === undefined) {
      // This limited scan may leave the page unfilled: the tag's newest contacts may all fail the filters.
      const hits = rarest ? await this.scan(rarest, wanted, this.smallTag) : [];
      return hits.length === limit ? hits : this.scan('all', wanted);
    }
    for (const most of this.scanDepths) {
      const hits = await this.scan('all', wanted, most);
      if (hits.length === limit) return hits;
      if (hits.length < FREQUENT) break;
    }
    return this.lookUp(wanted, pattern);
  }

  /** The tags asked for, the rarest first; undefined if one does not exist. */
  private async tagsOf({ accountId, tag = [] }: Asked): Promise<Tag[] | undefined> {
    const streams = [...new Set(tag.map((name) => tagStream(accountId, name)))];
    if (streams.length === 0) return [];
    const { rows } = await this.pool.query<Tag>({
      name: 'contact-list-tags',
      text: `${TAGS_WITH_COUNTS} and t.stream = any($2) order by contacts`,
      values: [accountId, streams],
    });
    return rows.length === streams.length ? rows : undefined;
  }

  /** Scans one tag's contacts or all contacts; at most `most` rows if given. */
  private async scan(way: Tag | 'all', wanted: Wanted, most?: number): Promise<ContactRow[]> {
    const sql = new Conditions(wanted);
    const rows = way === 'all' ? sql.contacts() : sql.tagged(way);
    const near =
      most === undefined ? rows : `(select n.* from ${rows} ${NEWEST} limit ${sql.value(most)}) n where true`;
    const rest =
      way === 'all'
        ? [...sql.tags(), ...(wanted.pattern === undefined ? [] : [sql.matches(wanted.pattern)])]
        : [...sql.tags(way), ...sql.row()];
    return this.query(sql, `hits as (${sql.page([near, ...rest])})`);
  }

  /** Looks up a pattern in the trigram index. */
  private async lookUp(wanted: Wanted, pattern: string): Promise<ContactRow[]> {
    const sql = new Conditions(wanted);
    const large = await this.isLarge(wanted.accountId);
    const found = [
      sql.contacts(large ? AS_TEXT : ''),
      sql.matches(probeOf(pattern)),
      sql.matches(pattern, AS_TEXT),
    ];
    return this.query(
      sql,
      `found as materialized (select n.created, n.stream from ${found.join(' and ')}),
       hits as (${sql.page(['found n where true', ...sql.tags()])})`,
    );
  }

  private async query({ values }: Conditions, hits: string): Promise<ContactRow[]> {
    // No prepared statement: the plan depends on the filters.
    const { rows } = await this.pool.query<ContactRow>(`with ${hits} ${OF_HITS}`, values);
    return rows;
  }

  /**
   * Whether an account has so large a share of the table that a trigram lookup is cheaper without the account in the
   * index condition. Read from Postgres' statistics of most common values.
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
}

/** Appended to a column, keeps Postgres from using an index on the column. */
const AS_TEXT = " || ''";

/** Builds one statement's conditions and parameters. `n`: a row of the source, with `created` and `stream`. */
class Conditions {
  readonly values: unknown[];
  readonly value: (given: unknown) => string;

  constructor(private readonly wanted: Wanted) {
    ({ values: this.values, value: this.value } = parameters(wanted.accountId));
  }

  /** SQL: the newest `limit` rows of the source (the first part) that meet the conditions (all other parts). */
  page(parts: readonly string[]): string {
    return `select n.created, n.stream from ${parts.join(' and ')} ${NEWEST} limit ${this.value(this.wanted.limit)}`;
  }

  contacts(asText = ''): string {
    const own = [`n.account_id${asText} = $1`, 'n.created is not null', ...this.ofRow(), ...this.behind()];
    return `contacts.contacts n where ${own.join(' and ')}`;
  }

  tagged(tag: Tag): string {
    const own = [this.ofTag(tag), ...this.behind()];
    return `contacts.contact_tags n (account_id, tag, generation, created, stream) where ${own.join(' and ')}`;
  }

  /**
   * Conditions: the contact has each tag asked for, except `but`. Scalar subqueries, so that Postgres plans no join:
   * for a join it takes created and stream for independent, expects few rows, and reads both tables whole.
   */
  tags(but?: Tag): string[] {
    return this.wanted.tags
      .filter((tag) => tag !== but)
      .map(
        (tag) =>
          `(select true from contacts.contact_tags m (account_id, tag, generation, created, stream)
            where ${this.ofTag(tag)} and m.created = n.created and m.stream = n.stream)`,
      );
  }

  /** Conditions on the contact's own row, for a scan of a tag's contacts. */
  row(): string[] {
    const { pattern } = this.wanted;
    const asked = [...this.ofRow(), ...(pattern === undefined ? [] : [this.matches(pattern)])];
    if (asked.length === 0) return [];
    return [
      `(select true from contacts.contacts c where ${['c.stream = n.stream', ...asked].join(' and ')})`,
    ];
  }

  matches(pattern: string, asText = ''): string {
    return `search${asText} like ${this.value(pattern)}`;
  }

  private ofTag({ name, generation }: Tag): string {
    return `account_id = $1 and tag = ${this.value(tagKey(name))} and generation = ${this.value(generation)}`;
  }

  private ofRow(): string[] {
    const { optedIn, updatedSince } = this.wanted;
    return [
      ...(optedIn === undefined ? [] : [`opted_in = ${this.value(optedIn)}`]),
      ...(updatedSince === undefined
        ? []
        : [`updated >= ${this.value(new Date(updatedSince).toISOString())}`]),
    ];
  }

  private behind(): string[] {
    const [created, stream] = this.wanted.after;
    return created === undefined
      ? []
      : [`(n.created, n.stream) < (${this.value(created)}, ${this.value(stream)})`];
  }
}
