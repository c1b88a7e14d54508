import { isDeepStrictEqual } from 'node:util';
import type { CampaignDefinition } from '@wbiz/contracts/campaign';
import type { Logger } from '@wbiz/eventing/logger';
import { Periodic } from '@wbiz/eventing/periodic';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import { inTransaction } from '@wbiz/eventing/postgres/transaction';
import { unrefused } from '@wbiz/eventing/rejection';
import type { Pool } from 'pg';
import { freeze } from '../audience/freeze.js';
import { campaigns } from '../campaign/campaign.aggregate.js';
import { countsOf, withWaitingSkipped } from '../recipient/read-counts.js';
import { queueAgain } from '../recipient/retry-failed.js';
import { EVERY_MS, isAnySoon, leaseDue, leaseFor, readAgain, type Due } from './due-campaigns.js';
import { obstacleAtStart, obstacleOf, senderOf } from './find-obstacle.js';
import type { MessagingLimit } from './messaging-limit.js';
import { OF_SENDER, senderObstacle, type Obstacle } from './obstacle-rules.js';

/**
 * Interval between queries for due campaigns; doubles while no campaign runs or starts soon. `first` is a fraction of
 * EVERY_MS, so that a campaign that falls due just after a query is not delayed by a whole EVERY_MS.
 */
const LOOK_MS = { first: 250, longest: 5_000 };
/** How long a campaign is leased while its audience is frozen; after that, another replica tries too. */
const FREEZE_MS = 120_000;
/** Most audiences that a replica freezes in parallel, one per account: each holds a database connection meanwhile. */
const FREEZES = 4;
/** Most failed sends that one transaction queues again. */
const PORTION = 10_000;

export type StewardOptions = {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly limits: MessagingLimit;
  /** Resolves once all that contacts, templates and gateway committed for the account before the call is projected. */
  readonly allKnown: (accountId: string) => Promise<void>;
  /** A campaign overdue by more than this does not start: it pauses until a client resumes it. */
  readonly graceMs: number;
  readonly logger: Logger;
};

/**
 * Makes the changes of campaigns that no client asks for: starts due campaigns, freezes audiences, pauses at obstacles,
 * resumes, reports progress, completes. A lease lets one replica work on a campaign at a time.
 */
export class Steward {
  private readonly looks: Periodic;
  /** Work in progress by campaign id: a slow or failing campaign delays no other. */
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

  /** Starts no more work. Resolves when the work in progress has ended. */
  async stop(): Promise<void> {
    await this.looks.stop();
    await Promise.all(this.underWay.values());
  }

  /** Resolves to true if a campaign was due, is being worked on, runs, or starts within 10 s. */
  private async look(): Promise<boolean> {
    const { pool } = this.options;
    const due = await leaseDue(pool);
    for (const one of due) {
      const { campaign_id: id } = one;
      if (this.underWay.has(id)) continue;
      this.underWay.set(
        id,
        this.workOn(one).finally(() => this.underWay.delete(id)),
      );
    }
    return due.length > 0 || this.underWay.size > 0 || isAnySoon(pool, 2 * LOOK_MS.longest);
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
        'campaign steward: work on a campaign failed; trying again when the lease on it expires, in 1 s to 2 min',
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
    await leaseFor(this.options.pool, one, 0);
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
    if (queued === PORTION) await leaseFor(this.options.pool, one, 0);
  }

  private async prepare(one: Due): Promise<void> {
    const { pool, store, allKnown } = this.options;
    const { run, account_id: accountId } = one;
    await allKnown(accountId);
    const now = await readAgain(pool, one);
    const obstacle = obstacleAtStart(now);
    if (obstacle) return this.hold(now, obstacle);
    if (this.freezing.has(accountId) || this.freezing.size >= FREEZES) return;
    this.freezing.add(accountId);
    try {
      await leaseFor(this.options.pool, one, FREEZE_MS);
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
      await leaseFor(this.options.pool, one, EVERY_MS);
    }
  }

  private async watch(one: Due): Promise<void> {
    const counted = countsOf(one.counted ?? []);
    const { account_id: accountId } = one;
    if (counted.counts.queued === 0) {
      await this.options.store.apply(campaigns, {
        accountId,
        type: 'campaign.complete',
        data: known(one),
      });
      return;
    }
    const obstacle = await obstacleOf(this.options, one, counted);
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

  private async hold(one: Due, { held, ...why }: Obstacle): Promise<void> {
    await this.options.store.apply(campaigns, {
      accountId: one.account_id,
      type: held ? 'campaign.hold' : 'campaign.fail',
      data: { ...known(one), ...why },
    });
  }

  private async definitionOf({ campaign_id: id }: Due): Promise<CampaignDefinition> {
    const { rows } = await this.options.pool.query<{ state: CampaignDefinition }>(
      'select state from campaigns.campaigns where stream = $1',
      [id],
    );
    return rows[0]!.state;
  }
}

const known = ({ campaign_id: campaignId }: Due) => ({ campaignId, at: new Date().toISOString() });
