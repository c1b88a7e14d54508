import { isDeepStrictEqual } from 'node:util';
import type { AccountData } from '@wbiz/contracts/account';
import type { CampaignCounts, CampaignReason, CampaignStatus } from '@wbiz/contracts/campaign';
import type { MessageError } from '@wbiz/contracts/message';
import type { TemplateView } from '@wbiz/contracts/template';
import type { Logger } from '@wbiz/eventing/logger';
import { Periodic } from '@wbiz/eventing/periodic';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import { inTransaction } from '@wbiz/eventing/postgres/transaction';
import { unrefused } from '@wbiz/eventing/rejection';
import type { Pool } from 'pg';
import { freeze } from '../audience/freeze.js';
import { campaigns } from '../campaign/campaign.aggregate.js';
import type { CampaignState } from '../campaign/campaign.decider.js';
import { countsOf, type Counted } from '../recipient/counts.js';
import { STATE } from '../recipient/recipient-state.js';
import type { Limits } from './limits.js';
import {
  firstSendsFail,
  OF_SENDER,
  senderObstacle,
  templateObstacle,
  throttled,
  type Obstacle,
} from './obstacles.js';

const LOOK_MS = 1_000;
/** Between two looks at one campaign, by whatever replica. */
const EVERY_MS = 900;
/** How long a replica may take to freeze an audience before another tries as well. */
const FREEZE_MS = 120_000;
/** Until a limit of which messaging cannot say when it ends is asked for again. */
const LIMIT_MS = 3_600_000;

type Due = {
  readonly run: number;
  readonly campaign_id: string;
  readonly account_id: string;
  readonly phone_number_id: string;
  readonly status: CampaignStatus;
  readonly reason: CampaignReason | null;
  readonly prepared: boolean;
  readonly late: boolean;
  readonly resumes: boolean;
  readonly expired_in_a_row: number;
  readonly reported: CampaignCounts | null;
  readonly began_with: CampaignCounts | null;
  readonly state: NonNullable<CampaignState>;
  readonly account: AccountData | null;
  readonly template: TemplateView | null;
  readonly counted: readonly Counted[] | null;
};

export type StewardOptions = {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly limits: Limits;
  /** Resolves when this service knows what contacts, templates and the gateway had committed for the account. */
  readonly allKnown: (accountId: string) => Promise<void>;
  /** A campaign that was due longer ago than this waits for a person. */
  readonly graceMs: number;
  readonly logger: Logger;
};

/**
 * Leads campaigns through their life: starts those that are due, freezes audiences, pauses what cannot go on and lets it
 * go on again, tells progress, ends what is through. One replica looks at a campaign at a time.
 */
export class Steward {
  readonly work: Periodic;

  constructor(private readonly options: StewardOptions) {
    this.work = new Periodic({
      name: 'campaign steward: look',
      everyMs: LOOK_MS,
      run: () => this.look(),
      logger: options.logger,
    });
  }

  private async look(): Promise<void> {
    const { pool, graceMs } = this.options;
    const { rows } = await pool.query<Due>({
      name: 'steward-due',
      text: `with found as (
               update campaigns.runs u set leased_until = now() + $2 * interval '1 millisecond'
               from (select run from campaigns.runs
                     where status in ('scheduled', 'running', 'paused') and leased_until <= now()
                       and (status <> 'scheduled' or starts_at <= now()) and (status <> 'paused' or reason <> 'requested')
                     order by run limit 200 for update skip locked) f
               where u.run = f.run returning u.*) ${OF_FOUND}`,
      values: [graceMs, EVERY_MS],
    });
    await Promise.all(rows.map((one) => this.lead(one)));
  }

  /** A campaign that cannot be led holds no other up. */
  private async lead(one: Due): Promise<void> {
    try {
      if (one.status === 'scheduled') await this.start(one);
      else if (one.status === 'paused') await this.release(one);
      else if (!one.prepared) await this.prepare(one);
      else await this.watch(one);
    } catch (err) {
      this.options.logger.warn(
        { err, campaignId: one.campaign_id },
        'campaign not looked after; trying again in 1 s',
      );
    }
  }

  private async start(one: Due): Promise<void> {
    const data = { ...known(one), late: one.late };
    await this.options.store.apply(campaigns, {
      accountId: one.account_id,
      type: 'campaign.start',
      data,
    });
    await this.leaseFor(one, 0);
  }

  private async release(one: Due): Promise<void> {
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

  private async prepare(one: Due): Promise<void> {
    const { pool, store, allKnown } = this.options;
    const { run, account_id: accountId } = one;
    await this.leaseFor(one, FREEZE_MS);
    try {
      await allKnown(accountId);
      const now = await this.read(one);
      const obstacle = obstacleOf(now);
      if (obstacle) return await this.stop(now, obstacle);
      const { audience, template } = now.state;
      await inTransaction(pool, async (tx) => {
        await freeze(tx, { run, accountId, audience, template });
        const [applied] = await store.applyIn(tx, campaigns, [
          { accountId, type: 'campaign.prepare', data: known(one) },
        ]);
        unrefused(applied!);
      });
      store.committed();
    } finally {
      await this.leaseFor(one, 0);
    }
  }

  private async watch(one: Due): Promise<void> {
    const { counts } = countsOf(one.counted ?? []);
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
      (await this.overLimit(one));
    if (obstacle) return this.stop(one, obstacle);
    if (isDeepStrictEqual({ ...counts }, one.reported)) return;
    await this.options.store.apply(campaigns, { accountId, type: 'campaign.report', data: known(one) });
  }

  /** Whether all sends failed alike since the campaign last began to run. */
  private async failing(one: Due, counts: CampaignCounts): Promise<Obstacle | undefined> {
    if (!firstSendsFail(counts, one.began_with)) return undefined;
    const { rows } = await this.options.pool.query<{ error: MessageError }>(
      `select distinct on (coalesce(error->>'metaCode', error->>'code')) error from campaigns.recipients
       where run = $1 and state = ${STATE.failed} limit 2`,
      [one.run],
    );
    const [first, another] = rows;
    if (!first || another) return undefined;
    const { code, metaCode, message } = first.error;
    const detail = `The first sends all failed: ${metaCode ?? code}, ${message}`;
    return { held: true, reason: 'first_sends_failed', detail: detail.slice(0, 1_000) };
  }

  private async overLimit(one: Due): Promise<Obstacle | undefined> {
    const number = one.account?.phoneNumbers.find(({ id }) => id === one.phone_number_id);
    const limit = number?.messagingLimit ?? null;
    const { left, freesAt } = await this.options.limits.budget(one.account_id, limit);
    if (left > 0) return undefined;
    return {
      held: true,
      reason: 'messaging_limit',
      detail: `Meta's limit of people in 24 hours (${limit}) is used up.`,
      resumesAt: freesAt ?? new Date(Date.now() + LIMIT_MS).toISOString(),
    };
  }

  private async stop(one: Due, { held, ...why }: Obstacle): Promise<void> {
    await this.options.store.apply(campaigns, {
      accountId: one.account_id,
      type: held ? 'campaign.hold' : 'campaign.fail',
      data: { ...known(one), ...why },
    });
  }

  private async read({ run }: Due): Promise<Due> {
    const { rows } = await this.options.pool.query<Due>({
      name: 'steward-read',
      text: `with found as (select * from campaigns.runs where run = $2) ${OF_FOUND}`,
      values: [this.options.graceMs, run],
    });
    return rows[0]!;
  }

  private async leaseFor({ run }: Due, ms: number): Promise<void> {
    await this.options.pool.query(
      `update campaigns.runs set leased_until = now() + $2 * interval '1 millisecond' where run = $1`,
      [run, ms],
    );
  }
}

/** What is known of the campaigns that were found; `$1`: the grace in ms. */
const OF_FOUND = `
  select l.run, l.campaign_id, l.account_id, l.phone_number_id, l.status, l.reason, l.prepared,
    l.starts_at < now() - $1 * interval '1 millisecond' as late, coalesce(l.resumes_at <= now(), false) as resumes,
    l.expired_in_a_row, l.reported, l.began_with, c.state, a.data as account, t.data as template,
    (select json_agg(json_build_object('state', n.state, 'recipients', n.recipients))
     from campaigns.counts n where n.run = l.run) as counted
  from found l join campaigns.campaigns c on c.stream = l.campaign_id
  left join campaigns.accounts a on a.id = l.account_id
  left join campaigns.templates t on t.account_id = l.account_id and t.name = c.state->'template'->>'name'
    and t.language = c.state->'template'->>'language'`;

const known = ({ campaign_id: campaignId }: Due) => ({ campaignId, at: new Date().toISOString() });
const senderOf = ({ account, phone_number_id: phoneNumberId }: Due) => ({ account, phoneNumberId });
const obstacleOf = (one: Due) =>
  senderObstacle(senderOf(one)) ?? templateObstacle({ template: one.template, wanted: one.state.template });
