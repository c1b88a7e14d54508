import type { Reply } from '@wbiz/eventing/message';
import { inline } from '@wbiz/eventing/postgres/inline-projection';
import type { Pool, PoolClient } from 'pg';
import { LeaseLost } from '../sync/sync.jobs.js';
import type { TemplateEvent } from '../template/template.messages.js';

/** `fence`: unique per claim. `failures`: failed attempts before this one. */
export type SubmissionJob = {
  readonly id: string;
  readonly accountId: string;
  readonly templateId: string;
  readonly replyTo: string | null;
  readonly traceparent: string | null;
  readonly fence: string;
  readonly failures: number;
  /** An earlier attempt may have taken effect at Meta. */
  readonly called: boolean;
};

/** Short, since after a replica's crash a client may wait until another replica takes over. */
const LEASE = `interval '30 seconds'`;
/** Most submissions of one account that are worked on at a time, over all replicas. */
const OF_ACCOUNT = 4;
/** How long a settled submission is kept: longer than an Idempotency-Key is valid. */
const KEPT = `interval '25 hours'`;

/** Makes a submission due, in the transaction that accepts the submission. */
export const dueSubmissions = inline<TemplateEvent>({
  'submission.requested': async (events, tx) => {
    await tx.query({
      name: 'submission-due',
      text: `insert into templates.submissions (id, account_id, template_id, reply_to, traceparent)
             select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])`,
      values: [
        events.map(({ data }) => data.id),
        events.map(({ accountId }) => accountId),
        events.map(({ stream }) => stream),
        events.map(({ data }) => data.replyTo),
        events.map(({ data }) => data.traceparent),
      ],
    });
  },
});

/** The queue of submissions to Meta. A lease lets one replica work on a submission at a time. */
export class SubmissionJobs {
  constructor(private readonly pool: Pool) {}

  /** Leases due submissions, at most OF_ACCOUNT per account: reading one account's samples can take minutes. */
  async claim(room: number): Promise<readonly SubmissionJob[]> {
    const { rows } = await this.pool.query<SubmissionJob>({
      name: 'submission-claim',
      text: `update templates.submissions s set fence = s.fence + 1, lease_until = clock_timestamp() + ${LEASE}
             from (select id from templates.submissions
                   where due_at <= clock_timestamp() and (lease_until is null or lease_until < clock_timestamp())
                     and id in (
                       select w.id from (
                         select id, account_id, row_number() over (partition by account_id order by due_at) as place
                         from templates.submissions
                         where due_at <= clock_timestamp() and (lease_until is null or lease_until < clock_timestamp())) w
                       left join (
                         select account_id, count(*) as taken from templates.submissions
                         where lease_until >= clock_timestamp() group by account_id) h on h.account_id = w.account_id
                       where w.place + coalesce(h.taken, 0) <= ${OF_ACCOUNT})
                   order by due_at limit $1 for update skip locked) due
             where s.id = due.id
             returning s.id, s.account_id as "accountId", s.template_id as "templateId", s.reply_to as "replyTo",
               s.traceparent, s.fence, s.failures, s.called`,
      values: [room],
    });
    return rows;
  }

  /** Throws {@link LeaseLost}. */
  extend(job: SubmissionJob): Promise<void> {
    return this.move(this.pool, job, `lease_until = clock_timestamp() + ${LEASE}`);
  }

  /** Stores whether a call to Meta may have taken effect. Throws {@link LeaseLost}. */
  call(job: SubmissionJob, called: boolean): Promise<void> {
    return this.move(this.pool, job, 'called = $3', called);
  }

  /** Ends the submission, in the transaction that stores its outcome. Throws {@link LeaseLost}. */
  settle(job: SubmissionJob, reply: Reply, tx: PoolClient): Promise<void> {
    const set = 'due_at = null, lease_until = null, settled_at = clock_timestamp(), reply = $3';
    return this.move(tx, job, set, JSON.stringify(reply));
  }

  /** Throws {@link LeaseLost}. */
  retry(job: SubmissionJob, retryMs: number): Promise<void> {
    const set = `lease_until = null, failures = failures + 1, due_at = clock_timestamp() + $3::float8 * interval '1 ms'`;
    return this.move(this.pool, job, set, retryMs);
  }

  /** Lets another replica claim the submission at once. */
  async release({ id, fence }: SubmissionJob): Promise<void> {
    await this.pool.query(
      `update templates.submissions set lease_until = null where id = $1 and fence = $2`,
      [id, fence],
    );
  }

  async removeOld(): Promise<void> {
    await this.pool.query(`delete from templates.submissions where settled_at < clock_timestamp() - ${KEPT}`);
  }

  private async move(
    db: Pool | PoolClient,
    { id, fence }: SubmissionJob,
    set: string,
    ...values: readonly unknown[]
  ): Promise<void> {
    const { rowCount } = await db.query(
      `update templates.submissions set ${set} where id = $1 and fence = $2 and due_at is not null`,
      [id, fence, ...values],
    );
    if (!rowCount) throw new LeaseLost(`The submission ${id} was taken over.`);
  }
}
