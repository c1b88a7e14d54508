import type { AccountCredentials } from '@wbiz/contracts/account';
import { inOrder } from '@wbiz/contracts/schema/in-order';
import { TemplateView } from '@wbiz/contracts/template';
import { DueWork } from '@wbiz/eventing/due-work';
import type { Logger } from '@wbiz/eventing/logger';
import type { Reply } from '@wbiz/eventing/message';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import { inTransaction } from '@wbiz/eventing/postgres/transaction';
import { Rejection, unrefused } from '@wbiz/eventing/rejection';
import { jittered, retryDelay } from '@wbiz/eventing/retry-delay';
import type { ReplyPublisher } from '@wbiz/eventing/rpc/reply-publisher';
import type { Pool } from 'pg';
import { markDue, onceMore } from '../sync/sync.jobs.js';
import { templates } from '../template/template.aggregate.js';
import type { Outcome } from '../template/template.messages.js';
import type { TemplateState } from '../template/template.state.js';
import type { submitToMeta } from './submit-to-meta.js';
import { finalRefusal, refusalAfterRetries } from './meta-refusal.js';
import type { SubmissionJob, SubmissionJobs } from './submission.jobs.js';

const AT_ONCE = 12;
const LOOK_MS = 500;
/** Most attempts while certainly none had an effect at Meta: 0.5, 1, 2 and 4 s apart, since the client waits. */
const ATTEMPTS = 5;
/** Most attempts once a call may have taken effect at Meta: spread over about two hours. */
const ATTEMPTS_IN_DOUBT = 30;
/** If Meta refuses a lookup with one of these codes, it stays open whether an earlier call took effect. */
const LEAVES_OPEN: readonly string[] = ['unavailable', 'upstream_error'];
const RETRY_MS = { first: 500, longest: 300_000 };

export type SubmissionWorkerOptions = {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly jobs: SubmissionJobs;
  readonly credentialsOf: (accountId: string) => Promise<AccountCredentials | null>;
  readonly unseal: (sealedToken: string, accountId: string) => string;
  readonly ask: ReturnType<typeof submitToMeta>;
  readonly replies: Pick<ReplyPublisher, 'reply'>;
  readonly logger: Logger;
};

/** Submits templates to Meta in the background, and replies to the clients that wait. */
export class SubmissionWorker {
  readonly work: DueWork<SubmissionJob>;

  constructor(private readonly options: SubmissionWorkerOptions) {
    const { jobs, logger } = options;
    this.work = new DueWork({
      name: 'template submission',
      lookEveryMs: LOOK_MS,
      atOnce: AT_ONCE,
      claim: (room) => jobs.claim(room),
      work: (job) => this.submit(job),
      failed: async (job) => {
        const retryMs = jittered(retryDelay(job.failures + 1, RETRY_MS.first, RETRY_MS.longest));
        await jobs.retry(job, retryMs);
        return retryMs;
      },
      renew: (job) => jobs.extend(job),
      release: (job) => jobs.release(job),
      fields: ({ id, accountId, templateId }) => ({ id, accountId, templateId }),
      logger,
    });
  }

  private async submit(job: SubmissionJob): Promise<void> {
    const { jobs, ask, logger } = this.options;
    const { view, request } = await this.requestOf(job);
    const asOf = Date.now();
    let { called } = job;
    let outcome: Outcome;
    try {
      const account = await this.accountOf(job.accountId);
      const calling = async (now: boolean) => {
        await jobs.call(job, now);
        called = now;
      };
      outcome = await ask(request, { view, account, called, calling });
    } catch (error) {
      const refusal = refusalOf(error, job.failures + 1, called);
      if (!refusal) throw error;
      logger.info(
        {
          err: error,
          id: job.id,
          accountId: job.accountId,
          templateId: job.templateId,
          code: refusal.code,
        },
        'template submission: ended without success; storing the refusal as its outcome',
      );
      outcome = { kind: 'refused', error: refusal.toData() };
    }
    await this.settle({ ...job, called }, outcome, asOf);
    this.work.wake(); // Another submission of the account may be claimed now.
  }

  private async requestOf({ id, accountId, templateId }: SubmissionJob) {
    const { rows } = await this.options.pool.query<{ state: TemplateState }>(
      'select state from templates.templates where account_id = $1 and stream = $2',
      [accountId, templateId],
    );
    const { view, submission } = rows[0]!.state;
    if (!view || submission?.id !== id) throw new Error(`Template ${templateId} does not wait for ${id}.`);
    return { view, request: submission.request };
  }

  /** Throws `upstream_error` for an account that has no token. */
  private async accountOf(accountId: string) {
    const { credentialsOf, unseal } = this.options;
    const credentials = await credentialsOf(accountId);
    if (!credentials) throw new Rejection('upstream_error', 'The account has no access token at Meta.');
    const { wabaId, appId, sealedToken } = credentials;
    return { accountId, wabaId, appId, token: unseal(sealedToken, accountId) };
  }

  /** Stores the outcome and replies to the client. Throws {@link LeaseLost} if another replica has taken over. */
  private async settle(job: SubmissionJob, outcome: Outcome, asOf: number): Promise<void> {
    const { pool, store, jobs, replies, logger } = this.options;
    const { id: submissionId, accountId, templateId, replyTo, traceparent } = job;
    const now = new Date();
    const times = { asOf, answeredAt: now.getTime(), at: now.toISOString() };
    const data = { templateId, submissionId, ...times, outcome };
    const reply = await inTransaction(pool, async (tx) => {
      const [applied] = await store.applyIn(tx, templates, [
        { type: 'template.settle', accountId, data, ...(traceparent && { traceparent }) },
      ]);
      const settled = replyOf(outcome, unrefused(applied!).state);
      await jobs.settle(job, settled, tx);
      if (settled.ok) await onceMore(tx, accountId);
      // Meta's template differs from ours, or may differ: makes the account due for a pull.
      else if (job.called || settled.error.code === 'conflict') await markDue(tx, [accountId]);
      return settled;
    });
    store.committed();
    if (replyTo) replies.reply(replyTo, { commandId: submissionId, stage: 'settled', reply });
    logger.info(
      { id: submissionId, accountId, templateId, outcome: outcome.kind },
      'template submission: outcome stored; no further attempt',
    );
  }
}

/** The refusal that ends the submission; undefined: retry. A retry first looks up what an earlier call did. */
function refusalOf(error: unknown, attempts: number, called: boolean): Rejection | undefined {
  const final = finalRefusal(error);
  if (!called) return final ?? (attempts >= ATTEMPTS ? refusalAfterRetries(error) : undefined);
  if (final && !LEAVES_OPEN.includes(final.code)) return final;
  if (attempts < ATTEMPTS_IN_DOUBT) return undefined;
  return new Rejection(
    'outcome_unknown',
    'Meta did not tell what became of this. Its templates are being synced.',
  );
}

function replyOf(outcome: Outcome, { view }: TemplateState): Reply {
  if (outcome.kind === 'refused') return { ok: false, error: outcome.error };
  return { ok: true, data: outcome.kind === 'deleted' ? null : inOrder(TemplateView, view!) };
}
