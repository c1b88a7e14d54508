import { setTimeout as delay } from 'node:timers/promises';
import { CloudApiError } from '@wbiz/cloud-api/graph-error';
import { ruleFor } from '@wbiz/cloud-api/graph-error-fates';
import type { DueWork } from '@wbiz/eventing/due-work';
import { Rejection } from '@wbiz/eventing/rejection';
import { pullWork, retryAfter } from '../sync/pull-work.js';
import { markDue, SyncJobs, type SyncJob } from '../sync/sync.jobs.js';
import { pullFlows, type FlowPullOptions } from './flow.pull.js';

/** Time until the retry of a pull that Meta finally refused. A change of the account makes a pull due at once. */
const REFUSED_MS = 3_600_000;
/** How long a query waits for a pull. */
const PATIENCE_MS = 2_000;
const POLL_MS = 50;
const TABLE = 'templates.flow_syncs';
const STALE = `s.due_at is null and coalesce(s.pulled_at < clock_timestamp() - interval '1 minute', true)`;

/** Pulls the flows of due accounts: the account changed, Meta reported a change, or a query found the copy too old. */
export class FlowSync {
  readonly work: DueWork<SyncJob>;
  private readonly jobs: SyncJobs;

  constructor(private readonly options: FlowPullOptions) {
    const { pool, logger } = options;
    const jobs = (this.jobs = new SyncJobs(pool, TABLE));
    this.work = pullWork({
      name: 'flow sync',
      jobs,
      pull: (job, stopping) => this.pull(job, stopping),
      failed: (job, error) => this.failed(job, error),
      logger,
    });
  }

  /** Makes a WABA's account due for a pull. Ignores an unknown WABA: connecting a WABA pulls all its flows. */
  async changed(wabaId: string): Promise<void> {
    const { pool } = this.options;
    const { rows } = await pool.query<{ id: string }>(
      'select id from templates.accounts where waba_id = $1',
      [wabaId],
    );
    if (!rows[0]) return;
    await markDue(pool, [rows[0].id], TABLE);
    this.work.wake();
  }

  /**
   * Makes the account due for a pull if its copy of the flows is older than a minute. Waits until the pull ends or
   * fails, at most PATIENCE_MS: while Meta fails, queries answer from the old copy.
   */
  async upToDate(accountId: string): Promise<void> {
    const giveUp = Date.now() + PATIENCE_MS;
    const { stale, coming } = await this.stateOf(accountId);
    if (stale) await this.askOnce(accountId);
    let waits = stale || coming;
    while (waits && Date.now() < giveUp) {
      await delay(POLL_MS);
      waits = (await this.stateOf(accountId)).coming;
    }
  }

  private async stateOf(accountId: string): Promise<{ readonly stale: boolean; readonly coming: boolean }> {
    const { rows } = await this.options.pool.query<{ stale: boolean; coming: boolean }>({
      name: 'flow-sync-state',
      text: `select ${STALE} as stale, s.due_at is not null and s.failures = 0 as coming
             from ${TABLE} s where s.account_id = $1`,
      values: [accountId],
    });
    return rows[0] ?? { stale: true, coming: false };
  }

  private async askOnce(accountId: string): Promise<void> {
    await this.options.pool.query(
      `insert into ${TABLE} as s (account_id, due_at) values ($1, clock_timestamp())
       on conflict (account_id) do update set due_at = excluded.due_at, requests = s.requests + 1
       where ${STALE}`,
      [accountId],
    );
    this.work.wake();
  }

  private async pull(job: SyncJob, stopping: AbortSignal): Promise<void> {
    const { accountId } = job;
    const total = await pullFlows(this.options, accountId, stopping, (tx, pulledAt) =>
      this.jobs.finish(job, pulledAt, tx),
    );
    this.options.logger.info({ accountId, total }, 'flow sync: flows pulled; pulled again on demand');
  }

  private async failed(job: SyncJob, error: unknown): Promise<number | null> {
    const retryMs = retryIn(error, job);
    await this.jobs.fail(job, retryMs);
    return retryMs;
  }
}

/** Time until the retry in ms; null (no retry) for an account without a token. */
function retryIn(error: unknown, { failures }: SyncJob): number | null {
  if (error instanceof Rejection) return null;
  const isRefused = error instanceof CloudApiError && !ruleFor(error.error).retryable;
  return isRefused ? REFUSED_MS : retryAfter(error, failures);
}
