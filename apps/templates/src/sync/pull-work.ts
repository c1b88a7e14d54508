import { CloudApiError } from '@wbiz/cloud-api/graph-error';
import { ruleFor } from '@wbiz/cloud-api/graph-error-fates';
import { DueWork } from '@wbiz/eventing/due-work';
import type { Logger } from '@wbiz/eventing/logger';
import { jittered, retryDelay } from '@wbiz/eventing/retry-delay';
import type { SyncJob, SyncJobs } from './sync.jobs.js';

const AT_ONCE = 4;
const LOOK_MS = 500;
const RETRY_MS = { first: 1_000, longest: 300_000, paced: 60_000 };

export type PullWorkOptions = {
  /** The component's name in log lines. */
  readonly name: string;
  readonly jobs: SyncJobs;
  readonly pull: (job: SyncJob, stopping: AbortSignal) => Promise<void>;
  /** Stores the failure of a pull. Resolves to the ms until the account is due again; null: not retried. */
  readonly failed: (job: SyncJob, error: unknown) => Promise<number | null>;
  readonly logger: Logger;
};

/** Background work that pulls for the accounts due in the table of `jobs`. */
export const pullWork = ({ name, jobs, pull, failed, logger }: PullWorkOptions): DueWork<SyncJob> =>
  new DueWork({
    name,
    lookEveryMs: LOOK_MS,
    atOnce: AT_ONCE,
    claim: (room) => jobs.claim(room),
    work: pull,
    failed,
    renew: (job) => jobs.extend(job),
    release: (job) => jobs.release(job),
    fields: ({ accountId }) => ({ accountId }),
    logger,
  });

/** Time until the retry, in ms, ± 20 %: doubles from 1 s to 5 min; at least 1 min if Meta throttles the account. */
export function retryAfter(error: unknown, failures: number): number {
  const paced = error instanceof CloudApiError && ruleFor(error.error).scope === 'pace-account';
  const wait = retryDelay(failures + 1, RETRY_MS.first, RETRY_MS.longest);
  return jittered(Math.max(wait, paced ? RETRY_MS.paced : 0));
}
