import { inline } from '@wbiz/eventing/postgres/inline-projection';
import type { Pool, PoolClient } from 'pg';
import type { SyncRequestEvent } from './sync-request.decider.js';

/**
 * `fence`: unique per claim of the account. `requests`: the request count at the claim; if the count has risen when the
 * pull ends, another pull follows.
 */
export type SyncJob = {
  readonly accountId: string;
  readonly fence: string;
  readonly requests: string;
  /** Failed attempts in a row before this one. */
  readonly failures: number;
};

const LEASE = `interval '60 seconds'`;

/** This replica's lease expired, and another replica has claimed the job. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** One table for each kind of pull. */
export type SyncTable = 'templates.syncs' | 'templates.flow_syncs';

/**
 * SQL: when an account is due again after a pull. Templates: about every 6 hours, jittered so that accounts spread, to
 * find changes that no webhook reported. Flows: only on demand.
 */
const NEXT: Record<SyncTable, string> = {
  'templates.syncs': `clock_timestamp() + (0.8 + random() * 0.4) * interval '6 hours'`,
  'templates.flow_syncs': 'null::timestamptz',
};

/** Makes accounts due for a pull. After a pull that is already under way, another one follows. */
export async function markDue(
  db: Pool | PoolClient,
  accountIds: readonly string[],
  table: SyncTable = 'templates.syncs',
): Promise<void> {
  await db.query({
    name: `sync-due ${table}`,
    text: `insert into ${table} as s (account_id, due_at)
           select id, clock_timestamp() from (select distinct unnest($1::text[]) as id) a order by id
           on conflict (account_id) do update
           set due_at = least(s.due_at, excluded.due_at), requests = s.requests + 1, failures = 0`,
    values: [accountIds],
  });
}

/** Makes another pull follow one that is under way, whose list may be older than this transaction's changes. */
export async function onceMore(db: PoolClient, accountId: string): Promise<void> {
  await db.query(
    'update templates.syncs set requests = requests + 1 where account_id = $1 and lease_until > clock_timestamp()',
    [accountId],
  );
}

/** Makes an account's templates not due for pulls any more. */
export async function stopPulls(db: PoolClient, accountId: string): Promise<void> {
  await db.query('update templates.syncs set due_at = null where account_id = $1', [accountId]);
}

/** Makes an account due for a pull, in the transaction that accepts a client's sync request. */
export const dueOnRequest = inline<SyncRequestEvent>({
  'sync.requested': (events, tx) =>
    markDue(
      tx,
      events.map(({ accountId }) => accountId),
    ),
});

/** The queue of accounts to pull templates or flows for. A lease lets one replica pull an account at a time. */
export class SyncJobs {
  constructor(
    private readonly pool: Pool,
    private readonly table: SyncTable = 'templates.syncs',
  ) {}

  async claim(room: number): Promise<readonly SyncJob[]> {
    const { rows } = await this.pool.query<SyncJob>({
      name: `sync-claim ${this.table}`,
      text: `update ${this.table} s set fence = s.fence + 1, lease_until = clock_timestamp() + ${LEASE}
             from (select account_id from ${this.table}
                   where due_at <= clock_timestamp() and (lease_until is null or lease_until < clock_timestamp())
                   order by due_at limit $1 for update skip locked) due
             where s.account_id = due.account_id
             returning s.account_id as "accountId", s.fence, s.requests, s.failures`,
      values: [room],
    });
    return rows;
  }

  /** Throws {@link LeaseLost}. */
  async extend({ accountId, fence }: SyncJob): Promise<void> {
    const { rowCount } = await this.pool.query(
      `update ${this.table} set lease_until = clock_timestamp() + ${LEASE} where account_id = $1 and fence = $2`,
      [accountId, fence],
    );
    if (!rowCount) throw new LeaseLost(`The pull of ${accountId} was taken over.`);
  }

  /** Ends a pull that began at `pulledAt`, in the transaction that writes the pulled rows. Throws {@link LeaseLost}. */
  async finish({ accountId, fence, requests }: SyncJob, pulledAt: Date, tx: PoolClient): Promise<void> {
    const { rowCount } = await tx.query(
      `update ${this.table} set due_at = case when requests = $3 then ${NEXT[this.table]} else clock_timestamp() end,
         lease_until = null, failures = 0, pulled_at = $4 where account_id = $1 and fence = $2`,
      [accountId, fence, requests, pulledAt],
    );
    if (!rowCount) throw new LeaseLost(`The pull of ${accountId} was taken over.`);
  }

  /** Ends a failed pull: due again after `retryMs` or, if that is null, when NEXT says, as after a success. */
  async fail({ accountId, fence, requests }: SyncJob, retryMs: number | null): Promise<void> {
    await this.pool.query(
      `update ${this.table} set lease_until = null,
         failures = case when requests = $3 then failures + 1 else 0 end,
         due_at = case when requests <> $3 then clock_timestamp()
                       else coalesce(clock_timestamp() + $4::float8 * interval '1 ms', ${NEXT[this.table]}) end
       where account_id = $1 and fence = $2`,
      [accountId, fence, requests, retryMs],
    );
  }

  /** Lets another replica claim the account at once. */
  async release({ accountId, fence }: SyncJob): Promise<void> {
    await this.pool.query(
      `update ${this.table} set lease_until = null where account_id = $1 and fence = $2`,
      [accountId, fence],
    );
  }
}
