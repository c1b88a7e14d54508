import { setTimeout as delay } from 'node:timers/promises';
import { CloudApiError } from '@wbiz/cloud-api/graph-error';
import { ruleFor } from '@wbiz/cloud-api/graph-error-codes';
import type { Reply } from '@wbiz/eventing/message';
import { inTransaction } from '@wbiz/eventing/postgres/transaction';
import { Rejection } from '@wbiz/eventing/rejection';
import type { WaitingRequests } from './sync-request.waiting.js';
import type { SyncJob, SyncJobs } from './sync.jobs.js';
import { pullTemplates, type PullOptions } from './sync.pull.js';

const AT_ONCE = 4;
const POLL_MS = 500;
const HEARTBEAT_MS = 15_000;
const STOP_MS = 1_000;
const RETRY_MS = { first: 1_000, longest: 300_000, paced: 60_000 };

export type SyncWorkerOptions = PullOptions & {
  readonly jobs: SyncJobs;
  readonly waiting: WaitingRequests;
};

/** Pulls the templates of accounts that are due, outside of any consumer, and settles who asked for it. */
export class SyncWorker {
  private readonly stopping = new AbortController();
  private readonly held = new Map<SyncJob, Promise<void>>();
  private taking: Promise<void> = Promise.resolve();
  private woken = false;
  private rise: () => void = () => undefined;

  constructor(private readonly options: SyncWorkerOptions) {
    options.store.onCommitted(() => this.wake());
  }

  start(): void {
    this.taking = this.takeJobs();
  }

  /** Waits a second for pulls under way, then leaves them to another replica. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.taking;
    await Promise.race([Promise.all(this.held.values()), delay(STOP_MS)]);
    await Promise.all([...this.held.keys()].map((job) => this.options.jobs.release(job)));
  }

  private wake() {
    this.woken = true;
    this.rise();
  }

  private async takeJobs(): Promise<void> {
    const { jobs, logger } = this.options;
    while (!this.stopping.signal.aborted) {
      this.woken = false;
      try {
        for (let job; this.held.size < AT_ONCE && (job = await jobs.claim());)
          this.held.set(job, this.run(job));
      } catch (err) {
        logger.warn({ err }, 'it cannot be seen whose templates are due; trying again');
      }
      await this.nap();
    }
  }

  private async nap(): Promise<void> {
    if (this.woken) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, POLL_MS);
      this.rise = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private async run(job: SyncJob): Promise<void> {
    const { jobs, logger } = this.options;
    const { accountId } = job;
    const heartbeat = setInterval(() => {
      jobs
        .extend(job)
        .catch((err: unknown) => logger.warn({ err, accountId }, 'the lease of a pull was not extended'));
    }, HEARTBEAT_MS);
    try {
      await this.pull(job).catch((error: unknown) =>
        this.stopping.signal.aborted ? jobs.release(job) : this.failed(job, error),
      );
    } catch (err) {
      logger.warn({ err, accountId }, 'a pull could not be given back; its lease will run out');
    } finally {
      clearInterval(heartbeat);
      this.held.delete(job);
      this.wake();
    }
  }

  private async pull(job: SyncJob): Promise<void> {
    const { jobs, waiting, logger } = this.options;
    const { accountId } = job;
    const requests = await waiting.of(accountId);
    const { signal } = this.stopping;
    const result = await pullTemplates(this.options, accountId, signal, async (tx, data, pulledAt) => {
      await waiting.settleIn(tx, accountId, requests, { ok: true, data });
      await jobs.finish(job, pulledAt, tx);
    });
    waiting.tell(requests, { ok: true, data: result });
    logger.info({ accountId, ...result }, 'templates pulled');
  }

  private async failed(job: SyncJob, error: unknown): Promise<void> {
    const { pool, jobs, waiting, logger } = this.options;
    const { accountId, failures } = job;
    const refusal = finalRefusal(error);
    const retryMs = refusal ? null : retryAfter(error, failures);
    logger.warn({ err: error, accountId, retryMs }, 'templates could not be pulled');
    if (refusal) {
      const reply: Reply = { ok: false, error: refusal.toData() };
      const requests = await waiting.of(accountId);
      await inTransaction(pool, (tx) => waiting.settleIn(tx, accountId, requests, reply));
      waiting.tell(requests, reply);
    }
    await jobs.fail(job, retryMs);
  }
}

/** A refusal that waiting does not mend, as the customer is told of it. */
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

/** In ms, ± 20 %: doubled each time, and at least a minute where Meta says that it is asked too often. */
function retryAfter(error: unknown, failures: number): number {
  const paced = error instanceof CloudApiError && ruleFor(error.error).scope === 'pace-account';
  const wait = Math.min(RETRY_MS.first * 2 ** failures, RETRY_MS.longest);
  return Math.max(wait, paced ? RETRY_MS.paced : 0) * (0.8 + Math.random() * 0.4);
}
