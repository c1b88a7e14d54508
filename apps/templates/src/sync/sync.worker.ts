import { setTimeout as delay } from 'node:timers/promises';
import type { CloudApi } from '@wbiz/cloud-api/cloud-api';
import { CloudApiError } from '@wbiz/cloud-api/graph-error';
import { ruleFor } from '@wbiz/cloud-api/graph-error-codes';
import type { AccountCredentials } from '@wbiz/contracts/account';
import { newId } from '@wbiz/contracts/ids';
import type { TemplateSyncResult } from '@wbiz/contracts/template';
import type { Logger } from '@wbiz/eventing/logger';
import type { Reply } from '@wbiz/eventing/message';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import { inTransaction } from '@wbiz/eventing/postgres/transaction';
import { Rejection } from '@wbiz/eventing/rejection';
import type { ReplyPublisher } from '@wbiz/eventing/rpc/reply-publisher';
import type { Pool, PoolClient } from 'pg';
import { isKnownStatus, listedTemplate } from '../template/meta-template.js';
import { templates, type TemplateChange } from '../template/template.aggregate.js';
import type { ListedTemplate } from '../template/template.decider.js';
import { syncRequests } from './sync-request.aggregate.js';
import type { SyncRequestState } from './sync-request.decider.js';
import type { SyncJob, SyncJobs } from './sync.jobs.js';
import { planSync, type KnownTemplate, type SyncPlan } from './sync.plan.js';

const LANES = 4;
const POLL_MS = 500;
const HEARTBEAT_MS = 15_000;
const STOP_MS = 1_000;
const RETRY_MS = { first: 1_000, longest: 300_000, paced: 60_000 };
const BATCH = 200;

export type SyncWorkerOptions = {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly jobs: SyncJobs;
  readonly credentialsOf: (accountId: string) => Promise<AccountCredentials | null>;
  readonly unseal: (sealedToken: string, accountId: string) => string;
  readonly cloudApi: Pick<CloudApi, 'listTemplates'>;
  readonly replies: Pick<ReplyPublisher, 'reply'>;
  readonly logger: Logger;
};

type Request = NonNullable<SyncRequestState>;

/** Pulls the templates of accounts that are due, outside of any consumer, and settles who asked for it. */
export class SyncWorker {
  private readonly stopping = new AbortController();
  private readonly held = new Set<SyncJob>();
  private readonly naps = new Set<() => void>();
  private lanes: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: SyncWorkerOptions) {
    options.store.onCommitted(() => this.wake());
  }

  start(): void {
    this.lanes = Promise.all(Array.from({ length: LANES }, () => this.lane()));
  }

  /** Waits a second for pulls under way, then leaves them to another replica. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await Promise.race([this.lanes, delay(STOP_MS)]);
    await Promise.all([...this.held].map((job) => this.options.jobs.release(job)));
  }

  private wake() {
    for (const rise of this.naps) rise();
  }

  private async lane(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      try {
        const job = await this.options.jobs.claim();
        if (job) await this.run(job);
        else await this.nap();
      } catch (err) {
        if (!this.stopping.signal.aborted)
          this.options.logger.warn({ err }, 'pulling templates goes on in a moment');
        await this.nap();
      }
    }
  }

  private nap(): Promise<void> {
    if (this.stopping.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const rise = () => {
        clearTimeout(timer);
        this.naps.delete(rise);
        resolve();
      };
      const timer = setTimeout(rise, POLL_MS);
      this.naps.add(rise);
    });
  }

  private async run(job: SyncJob): Promise<void> {
    const { jobs, logger } = this.options;
    const { accountId } = job;
    this.held.add(job);
    const heartbeat = setInterval(() => {
      jobs
        .extend(job)
        .catch((err: unknown) => logger.warn({ err, accountId }, 'the lease of a pull was not extended'));
    }, HEARTBEAT_MS);
    try {
      await this.pull(job);
    } catch (error) {
      if (this.stopping.signal.aborted) return;
      await this.failed(job, error);
    } finally {
      clearInterval(heartbeat);
      this.held.delete(job);
    }
  }

  private async pull(job: SyncJob): Promise<void> {
    const { pool, store, logger } = this.options;
    const { accountId } = job;
    const requests = await this.openRequests(accountId);
    const list = await this.listFor(accountId);
    const pulledAt = new Date();
    const listed = await list();
    const known = await this.known(accountId);
    const plan = planSync(known, listed);
    // A page that shifts while the list is read can hide a template: only what is missing twice is gone.
    const missingTwice = plan.removals.length > 0 ? planSync(known, await list()).removals : [];
    const removals = plan.removals.filter((templateId) => missingTwice.includes(templateId));

    const result = await inTransaction(pool, async (tx) => {
      const made = await this.carryOut(tx, accountId, { ...plan, removals }, pulledAt);
      await this.settleIn(tx, accountId, requests, { ok: true, data: made });
      await this.options.jobs.finish(job, pulledAt, tx);
      return made;
    });
    store.committed();
    this.reply(requests, { ok: true, data: result });
    logger.info({ accountId, ...result }, 'templates pulled');
  }

  /** Everything Meta lists of the account. Throws `upstream_error` where that will not change by waiting. */
  private async listFor(accountId: string): Promise<() => Promise<ListedTemplate[]>> {
    const { credentialsOf, unseal, cloudApi, logger } = this.options;
    const credentials = await credentialsOf(accountId);
    if (!credentials) throw new Rejection('upstream_error', 'The account has no access token at Meta.');
    const { wabaId, sealedToken } = credentials;
    const token = unseal(sealedToken, accountId);
    return async () => {
      const listed: ListedTemplate[] = [];
      for await (const meta of cloudApi.listTemplates(token, wabaId)) {
        this.stopping.signal.throwIfAborted();
        if (!isKnownStatus(meta.status))
          logger.warn(
            { status: meta.status, metaId: meta.id },
            'a status that Meta has added counts as pending',
          );
        const template = listedTemplate(meta);
        if (template) listed.push(template);
      }
      return listed;
    };
  }

  private async carryOut(
    tx: PoolClient,
    accountId: string,
    { imports, removals }: SyncPlan,
    pulledAt: Date,
  ): Promise<TemplateSyncResult> {
    const { store } = this.options;
    const now = Date.now();
    const known = (templateId: string) => ({
      templateId,
      asOf: pulledAt.getTime(),
      at: new Date(now).toISOString(),
    });
    // First, since a new template may bear the name of one that is gone.
    const removed = await store.applyIn(
      tx,
      templates,
      removals.map((templateId) => ({
        accountId,
        type: 'template.remove' as const,
        data: known(templateId),
      })),
    );
    const result = {
      total: imports.length,
      created: 0,
      updated: 0,
      removed: removed.filter(hasChanged).length,
    };
    for (let from = 0; from < imports.length; from += BATCH) {
      const batch = imports.slice(from, from + BATCH);
      const replies = await store.applyIn(
        tx,
        templates,
        batch.map(({ templateId = newId('tpl', now), template }) => ({
          accountId,
          type: 'template.import' as const,
          data: { ...known(templateId), template },
        })),
      );
      replies.forEach((reply, index) => {
        if (hasChanged(reply)) result[batch[index]!.templateId ? 'updated' : 'created'] += 1;
      });
    }
    return result;
  }

  private async failed(job: SyncJob, error: unknown): Promise<void> {
    const { jobs, logger } = this.options;
    const { accountId, failures } = job;
    const refusal = finalRefusal(error);
    const retryMs = refusal ? null : retryAfter(error, failures);
    logger.warn({ err: error, accountId, retryMs }, 'templates could not be pulled');
    await jobs.fail(job, retryMs);
    if (!refusal) return;
    const reply: Reply = { ok: false, error: refusal.toData() };
    const requests = await this.openRequests(accountId);
    await inTransaction(this.options.pool, (tx) => this.settleIn(tx, accountId, requests, reply));
    this.reply(requests, reply);
  }

  private async known(accountId: string): Promise<KnownTemplate[]> {
    const { rows } = await this.options.pool.query<KnownTemplate>(
      `select stream as "templateId", state->'view'->>'metaId' as "metaId", state->'view'->>'name' as name,
              state->'view'->>'language' as language, state->'removed' = 'true' as removed
       from templates.templates where account_id = $1`,
      [accountId],
    );
    return rows;
  }

  private async openRequests(accountId: string): Promise<Request[]> {
    const { rows } = await this.options.pool.query<{ state: Request }>(
      `select state from templates.sync_requests where account_id = $1 and state->'reply' = 'null'`,
      [accountId],
    );
    return rows.map(({ state }) => state);
  }

  private async settleIn(
    tx: PoolClient,
    accountId: string,
    requests: readonly Request[],
    reply: Reply,
  ): Promise<void> {
    await this.options.store.applyIn(
      tx,
      syncRequests,
      requests.map(({ requestId }) => ({
        accountId,
        type: 'template.settle-sync' as const,
        data: { requestId, reply },
      })),
    );
  }

  private reply(requests: readonly Request[], reply: Reply): void {
    for (const { requestId, replyTo } of requests)
      if (replyTo) this.options.replies.reply(replyTo, { commandId: requestId, stage: 'settled', reply });
  }
}

const hasChanged = (reply: Reply) => reply.ok && (reply.data as TemplateChange).changed;

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
