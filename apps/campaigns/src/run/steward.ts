import { isDeepStrictEqual } from 'node:util';
import type { AccountData } from '@wbiz/contracts/account';
import type {
  CampaignCounts,
  CampaignDefinition,
  CampaignReason,
  CampaignStatus,
  CampaignTemplate,
} from '@wbiz/contracts/campaign';
import type { MessageError } from '@wbiz/contracts/message';
import { cut } from '@wbiz/contracts/meta/item';
import type { TemplateView } from '@wbiz/contracts/template';
import type { Logger } from '@wbiz/eventing/logger';
import { Periodic } from '@wbiz/eventing/periodic';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import { inTransaction } from '@wbiz/eventing/postgres/transaction';
import { unrefused } from '@wbiz/eventing/rejection';
import type { Pool } from 'pg';
import { freeze } from '../audience/freeze.js';
import { campaigns } from '../campaign/campaign.aggregate.js';
import { isAtRest } from '../campaign/campaign.decider.js';
import { COUNT_ROWS, countsOf, withWaitingSkipped, type CountRow } from '../recipient/read-counts.js';
import { STATE } from '../recipient/recipient-state.js';
import { queueAgain } from '../recipient/retry-failed.js';
import type { MessagingLimit } from './messaging-limit.js';
import {
  OF_SENDER,
  senderObstacle,
  sendsFail,
  templateObstacle,
  throttled,
  type Obstacle,
} from './obstacles.js';

/**
 * Interval between queries for due campaigns; doubles while no campaign runs or starts soon. `first` is a fraction of
 * EVERY_MS, so that a campaign that falls due just after a query is not delayed by a whole EVERY_MS.
 */
const LOOK_MS = { first: 250, longest: 5_000 };
/** Lease on one campaign: all replicas together look at it once in this time. */
const EVERY_MS = 1_000;
/** Lease while an audience is frozen; once it has expired, another replica tries too. */
const FREEZE_MS = 120_000;
/** Audiences that a replica freezes in parallel, one per account: each takes a database connection meanwhile. */
const FREEZES = 4;
/** Pause for Meta's messaging limit if messaging cannot say when the limit leaves room again. */
const LIMIT_MS = 3_600_000;
/** Failed sends queued again per transaction. */
const PORTION = 10_000;
/** Reasons of pauses that only a client's request ends. */
const FOR_A_PERSON: readonly CampaignReason[] = [
  'requested',
  'missed_start',
  'first_sends_failed',
  'sends_failed',
];

/**
 * SQL condition on campaigns.runs: the steward has work. Each part has a partial index, since most campaigns are over.
 */
export const TO_LOOK_AFTER = `(status = 'scheduled' and starts_at <= now()) or status = 'running' or retrying is not null
  or (status = 'paused' and reason <> all ('{${FOR_A_PERSON.join(',')}}'))
  or (status in ('cancelled', 'failed') and reported->>'queued' <> '0')`;

type Due = {
  readonly run: number;
  readonly campaign_id: string;
  readonly account_id: string;
  readonly phone_number_id: string;
  readonly status: CampaignStatus;
  readonly reason: CampaignReason | null;
  readonly prepared: boolean;
  readonly resumes: boolean;
  readonly expired_in_a_row: number;
  readonly reported: CampaignCounts | null;
  readonly reported_at: Date;
  readonly began_with: CampaignCounts | null;
  readonly began_at: Date | null;
  readonly retries: boolean;
  readonly retrying: readonly string[] | null;
  readonly wanted: CampaignTemplate;
  readonly account: AccountData | null;
  readonly template: TemplateView | null;
  readonly counted: readonly CountRow[] | null;
};

export type StewardOptions = {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly limits: MessagingLimit;
  /**
   * Resolves when all that contacts, templates and the gateway had committed for the account at the call is projected.
   */
  readonly allKnown: (accountId: string) => Promise<void>;
  /** A campaign overdue by more than this does not start: it pauses until a client resumes it. */
  readonly graceMs: number;
  readonly logger: Logger;
};

/**
 * Makes the changes of campaigns that no request asks for: starts due ones, freezes audiences, pauses and resumes by
 * obstacles, reports progress, completes. A lease lets one replica work on a campaign at a time.
 */
export class Steward {
  private readonly looks: Periodic;
  /** Work in progress by campaign: a slow or failing campaign holds up no other. */
  private readonly underWay = new Map<string, Promise<void>>();
  private readonly freezing = new Set<string>();

  constructor(private readonly options: StewardOptions) {
    this.looks = new Periodic({
      name: 'campaign steward: look',
      everyMs: LOOK_MS.first,
      restMs: LOOK_MS.longest,
      run: () => this.look(),
      logger: options.logger,
    });
  }

  start(): void {
    this.looks.start();
  }

  wake(): void {
    this.looks.wake();
  }

  /** Begins nothing more. Resolves when all that is under way has ended. */
  async stop(): Promise<void> {
    await this.looks.stop();
    await Promise.all(this.underWay.values());
  }

  /** Resolves to true if a campaign was due, is being worked on, runs, or starts within 10 s. */
  private async look(): Promise<boolean> {
    const { pool } = this.options;
    const { rows } = await pool.query<Due>({
      name: 'steward-due',
      text: `with found as (
               update campaigns.runs u set leased_until = now() + $1 * interval '1 millisecond'
               from (select run from campaigns.runs where leased_until <= now() and (${TO_LOOK_AFTER})
                     order by leased_until limit 200 for update skip locked) f
               where u.run = f.run returning u.*) ${OF_FOUND}`,
      values: [EVERY_MS],
    });
    for (const one of rows) {
      const { campaign_id: id } = one;
      if (this.underWay.has(id)) continue;
      this.underWay.set(
        id,
        this.workOn(one).finally(() => this.underWay.delete(id)),
      );
    }
    if (rows.length > 0 || this.underWay.size > 0) return true;
    const { rows: soon } = await pool.query({
      name: 'steward-soon',
      text: `select from campaigns.runs
             where status = 'running' or (status = 'scheduled' and starts_at < now() + $1 * interval '1 millisecond') limit 1`,
      values: [2 * LOOK_MS.longest],
    });
    return soon.length > 0;
  }

  private async workOn(one: Due): Promise<void> {
    try {
      if (one.retries) await this.queueAgain(one);
      else if (one.status === 'scheduled') await this.startDue(one);
      else if (one.status === 'paused') await this.resume(one);
      else if (one.status !== 'running') await this.report(one);
      else if (!one.prepared) await this.prepare(one);
      else await this.watch(one);
    } catch (err) {
      this.options.logger.warn(
        { err, accountId: one.account_id, campaignId: one.campaign_id, status: one.status },
        'campaign steward: look at campaign failed; looking again when its lease expires, in 1 s to 2 min',
      );
    }
  }

  private async startDue(one: Due): Promise<void> {
    const since = new Date(Date.now() - this.options.graceMs).toISOString();
    const data = { ...known(one), since };
    await this.options.store.apply(campaigns, {
      accountId: one.account_id,
      type: 'campaign.start',
      data,
    });
    await this.leaseFor(one, 0);
  }

  private async resume(one: Due): Promise<void> {
    const reason = one.reason!;
    const isGone = one.resumes || (OF_SENDER.includes(reason) && !senderObstacle(senderOf(one)));
    if (!isGone) return;
    const data = { ...known(one), reason };
    await this.options.store.apply(campaigns, {
      accountId: one.account_id,
      type: 'campaign.release',
      data,
    });
  }

  private async queueAgain(one: Due): Promise<void> {
    const { run, retrying: codes } = one;
    const queued = await inTransaction(this.options.pool, (tx) =>
      queueAgain(tx, { run, codes, most: PORTION }),
    );
    if (queued === PORTION) await this.leaseFor(one, 0);
  }

  private async prepare(one: Due): Promise<void> {
    const { pool, store, allKnown } = this.options;
    const { run, account_id: accountId } = one;
    await allKnown(accountId);
    const now = await this.read(one);
    const obstacle = obstacleOf(now);
    if (obstacle) return this.hold(now, obstacle);
    if (this.freezing.has(accountId) || this.freezing.size >= FREEZES) return;
    this.freezing.add(accountId);
    try {
      await this.leaseFor(one, FREEZE_MS);
      const { audience, template } = await this.definitionOf(one);
      await inTransaction(pool, async (tx) => {
        await freeze(tx, { run, accountId, audience, template });
        const [applied] = await store.applyIn(tx, campaigns, [
          { accountId, type: 'campaign.prepare', data: known(one) },
        ]);
        unrefused(applied!);
      });
      store.committed();
    } finally {
      this.freezing.delete(accountId);
      await this.leaseFor(one, EVERY_MS);
    }
  }

  private async watch(one: Due): Promise<void> {
    const counted = countsOf(one.counted ?? []);
    const { counts } = counted;
    const { account_id: accountId } = one;
    if (counts.queued === 0) {
      await this.options.store.apply(campaigns, {
        accountId,
        type: 'campaign.complete',
        data: known(one),
      });
      return;
    }
    const obstacle =
      obstacleOf(one) ??
      throttled(one.expired_in_a_row, Date.now()) ??
      (await this.failing(one, counts)) ??
      (await this.overLimit(one, counted));
    if (obstacle) return this.hold(one, obstacle);
    await this.report(one);
  }

  /** Reports the counts if they changed since the last report. */
  private async report(one: Due): Promise<void> {
    const counted = countsOf(one.counted ?? []);
    const counts = one.status === 'running' ? counted.counts : withWaitingSkipped(counted);
    if (isDeepStrictEqual({ ...counts }, one.reported)) return;
    await this.options.store.apply(campaigns, {
      accountId: one.account_id,
      type: 'campaign.report',
      data: known(one),
    });
  }

  /** An obstacle if all sends since the campaign last began to run, or since the last report, failed with one error. */
  private async failing(one: Due, counts: CampaignCounts): Promise<Obstacle | undefined> {
    const { began_at: began } = one;
    if (began && sendsFail(counts, one.began_with)) {
      const error = await this.onlyError(one, began);
      if (error) return failed('first_sends_failed', error);
    }
    if (!sendsFail(counts, one.reported)) return undefined;
    const error = await this.onlyError(one, one.reported_at);
    return error && failed('sends_failed', error);
  }

  /** The common error of up to 1,000 sends that failed since `since`; undefined if their errors differ. */
  private async onlyError({ run }: Due, since: Date): Promise<MessageError | undefined> {
    const { rows } = await this.options.pool.query<{ error: MessageError }>(
      `select distinct on (coalesce(error->>'metaCode', error->>'code')) error from (
         select error from campaigns.recipients
         where run = $1 and state = ${STATE.failed} and status_at >= $2 limit 1000) as latest limit 2`,
      [run, since],
    );
    return rows.length === 1 ? rows[0]!.error : undefined;
  }

  /** An obstacle if Meta's messaging limit leaves room for none of the waiting recipients. */
  private async overLimit(one: Due, counted: ReturnType<typeof countsOf>): Promise<Obstacle | undefined> {
    if (!isAtRest(counted)) return undefined;
    const number = one.account?.phoneNumbers.find(({ id }) => id === one.phone_number_id);
    const limit = number?.messagingLimit ?? null;
    const reached = await this.options.limits.isReached(one.account_id, limit);
    if (!reached) return undefined;
    return {
      held: true,
      reason: 'messaging_limit',
      detail: `Meta's limit of people in 24 hours (${limit}) is used up.`,
      resumesAt: reached.freesAt ?? new Date(Date.now() + LIMIT_MS).toISOString(),
    };
  }

  private async hold(one: Due, { held, ...why }: Obstacle): Promise<void> {
    await this.options.store.apply(campaigns, {
      accountId: one.account_id,
      type: held ? 'campaign.hold' : 'campaign.fail',
      data: { ...known(one), ...why },
    });
  }

  private async read({ run }: Due): Promise<Due> {
    const { rows } = await this.options.pool.query<Due>({
      name: 'steward-read',
      text: `with found as (select * from campaigns.runs where run = $1) ${OF_FOUND}`,
      values: [run],
    });
    return rows[0]!;
  }

  private async definitionOf({ campaign_id: id }: Due): Promise<CampaignDefinition> {
    const { rows } = await this.options.pool.query<{ state: CampaignDefinition }>(
      'select state from campaigns.campaigns where stream = $1',
      [id],
    );
    return rows[0]!.state;
  }

  private async leaseFor({ run }: Due, ms: number): Promise<void> {
    await this.options.pool.query(
      `update campaigns.runs set leased_until = now() + $2 * interval '1 millisecond' where run = $1`,
      [run, ms],
    );
  }
}

/** Joins each run in `found` with its template, account and counts, as {@link Due}. */
const OF_FOUND = `
  select l.run, l.campaign_id, l.account_id, l.phone_number_id, l.status, l.reason, l.prepared,
    coalesce(l.resumes_at <= now(), false) as resumes, l.expired_in_a_row, l.reported, l.reported_at, l.began_with, l.began_at,
    l.retrying is not null as retries, l.retrying, c.state->'template' as wanted, a.data as account, t.data as template,
    ${COUNT_ROWS} as counted
  from found l join campaigns.campaigns c on c.stream = l.campaign_id
  left join campaigns.accounts a on a.id = l.account_id
  left join campaigns.templates t on t.account_id = l.account_id and t.name = c.state->'template'->>'name'
    and t.language = c.state->'template'->>'language'`;

const known = ({ campaign_id: campaignId }: Due) => ({ campaignId, at: new Date().toISOString() });
const failed = (reason: CampaignReason, { code, metaCode, message }: MessageError): Obstacle => ({
  held: true,
  reason,
  detail: cut(`Its sends fail alike: ${metaCode ?? code}, ${message}`, { max: 1_000 }),
});
const senderOf = ({ account, phone_number_id: phoneNumberId }: Due) => ({ account, phoneNumberId });
const obstacleOf = (one: Due) =>
  senderObstacle(senderOf(one)) ?? templateObstacle({ template: one.template, wanted: one.wanted });
