import { CloudApiError } from '@wbiz/cloud-api/graph-error';
import { ruleFor } from '@wbiz/cloud-api/graph-error-fates';
import type { DueWork } from '@wbiz/eventing/due-work';
import type { Reply } from '@wbiz/eventing/message';
import { inTransaction } from '@wbiz/eventing/postgres/transaction';
import { Rejection } from '@wbiz/eventing/rejection';
import { pullWork, retryAfter } from './pull-work.js';
import type { WaitingRequests } from './sync-request.waiting.js';
import type { SyncJob, SyncJobs } from './sync.jobs.js';
import { pullTemplates, type PullOptions } from './sync.pull.js';

export type SyncWorkerOptions = PullOptions & {
  readonly jobs: SyncJobs;
  readonly waiting: WaitingRequests;
};

/** Pulls the templates of due accounts in the background, and answers the clients' requests for a pull. */
export class SyncWorker {
  readonly work: DueWork<SyncJob>;

  constructor(private readonly options: SyncWorkerOptions) {
    const { jobs, store, logger } = options;
    this.work = pullWork({
      name: 'template sync',
      jobs,
      pull: (job, stopping) => this.pull(job, stopping),
      failed: (job, error) => this.failed(job, error),
      logger,
    });
    store.onCommitted(() => this.work.wake());
  }

  private async pull(job: SyncJob, stopping: AbortSignal): Promise<void> {
    const { jobs, waiting, logger } = this.options;
    const { accountId } = job;
    const requests = await waiting.of(accountId);
    const result = await pullTemplates(this.options, accountId, stopping, async (tx, data, pulledAt) => {
      await waiting.settleIn(tx, accountId, requests, { ok: true, data });
      await jobs.finish(job, pulledAt, tx);
    });
    waiting.tell(requests, { ok: true, data: result });
    logger.info({ accountId, ...result }, 'template sync: templates pulled; pulled again within 8 h');
  }

  private async failed(job: SyncJob, error: unknown): Promise<number | null> {
    const { pool, jobs, waiting } = this.options;
    const { accountId, failures } = job;
    const refusal = finalRefusal(error);
    const retryMs = refusal ? null : retryAfter(error, failures);
    if (refusal) {
      const reply: Reply = { ok: false, error: refusal.toData() };
      const requests = await waiting.of(accountId);
      await inTransaction(pool, (tx) => waiting.settleIn(tx, accountId, requests, reply));
      waiting.tell(requests, reply);
    }
    await jobs.fail(job, retryMs);
    return retryMs;
  }
}

/** The refusal that clients get if no retry can succeed; undefined if a retry may succeed. */
function finalRefusal(error: unknown): Rejection | undefined {
  if (error instanceof Rejection) return error;
  if (!(error instanceof CloudApiError)) return undefined;
  const { retryable, meaning } = ruleFor(error.error);
  if (retryable) return undefined;
  const { code, subcode, message } = error.error;
  return new Rejection(
    'upstream_error',
    `Meta did not list the templates. ${meaning}: ${message} (code ${code}).`,
    {
      metaCode: code,
      ...(subcode === undefined ? {} : { metaSubcode: subcode }),
    },
  );
}
