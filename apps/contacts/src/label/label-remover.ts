import type { Logger } from '@wbiz/eventing/logger';
import { Periodic } from '@wbiz/eventing/periodic';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import { inTransaction } from '@wbiz/eventing/postgres/transaction';
import type { Pool, PoolClient, QueryConfig } from 'pg';
import { contacts } from '../contact/contact.aggregate.js';

/** Interval between queries for deleted labels; doubles up to `longest` while there are none. */
const LOOK_MS = { first: 1_000, longest: 5_000 };
const AT_ONCE = 500;

type Removal = {
  readonly account_id: string;
  readonly kind: 'tag' | 'field';
  readonly key: string;
  readonly generation: number;
  readonly created: string | null;
  readonly stream: string | null;
};
type Found = { readonly stream: string; readonly created: string; readonly has: boolean };

/** The next contacts to look at. For a tag: those that have the tag. For a field: all of the account, newest first. */
const NEXT: { readonly [Kind in Removal['kind']]: (removal: Removal) => QueryConfig } = {
  tag: ({ account_id, key, generation }) => ({
    name: 'removal-of-tag',
    text: `select contact as stream, created, true as has from contacts.contact_tags
           where account_id = $1 and tag = $2 and generation = $3 limit ${AT_ONCE}`,
    values: [account_id, key, generation],
  }),
  field: ({ account_id, key, generation, created, stream }) => ({
    name: 'removal-of-field',
    text: `select stream, created, (state->'fields'->>$2)::int is not distinct from $3 as has from contacts.contacts
           where account_id = $1 and created is not null and ($4::text is null or (created, stream) < ($4, $5))
           order by created desc, stream desc limit ${AT_ONCE}`,
    values: [account_id, key, generation, created, stream],
  }),
};

export type LabelRemoverOptions = {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly logger: Logger;
};

/**
 * Removes deleted tags and fields from contacts, one batch per transaction. A row lock lets one replica work on a
 * removal at a time. The removal with the fewest contacts left comes first, so that none waits for a million contacts.
 */
export class LabelRemover {
  readonly work: Periodic;

  constructor(private readonly options: LabelRemoverOptions) {
    const { pool, logger } = options;
    this.work = new Periodic({
      name: 'label removal: batch',
      everyMs: LOOK_MS.first,
      restMs: LOOK_MS.longest,
      run: async (stopping) => {
        let some = false;
        while (!stopping.aborted && (await inTransaction(pool, (tx) => this.removeSome(tx)))) some = true;
        return some;
      },
      logger,
    });
  }

  /** Resolves to true if a deleted label was found. */
  private async removeSome(tx: PoolClient): Promise<boolean> {
    const { rows } = await tx.query<Removal>({
      name: 'removal-next',
      text: `select account_id, kind, key, generation, created, stream from contacts.removals
             order by remaining, deleted_at limit 1 for update skip locked`,
    });
    const removal = rows[0];
    if (!removal) return false;
    const { account_id: accountId, kind, key, generation } = removal;
    const { rows: found } = await tx.query<Found>(NEXT[kind](removal));
    await this.options.store.applyIn(
      tx,
      contacts,
      found
        .filter(({ has }) => has)
        .map(({ stream: contactId }) => ({
          accountId,
          type: 'contact.forget-label',
          data: { contactId, kind, key, generation },
        })),
    );
    const last = found.at(-1);
    const label = [accountId, kind, key, generation];
    if (last && found.length === AT_ONCE)
      await tx.query({
        name: 'removal-goes-on',
        text: `update contacts.removals set remaining = greatest(remaining - $5, 0), created = $6, stream = $7
               where account_id = $1 and kind = $2 and key = $3 and generation = $4`,
        values: [...label, found.length, last.created, last.stream],
      });
    else {
      await tx.query({
        name: 'removal-ends',
        text: 'delete from contacts.removals where account_id = $1 and kind = $2 and key = $3 and generation = $4',
        values: label,
      });
      if (kind === 'tag')
        await tx.query({
          name: 'removal-count',
          text: 'delete from contacts.tag_counts where account_id = $1 and tag = $2 and generation = $3',
          values: [accountId, key, generation],
        });
    }
    return true;
  }
}
