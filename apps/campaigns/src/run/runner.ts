import type { Logger } from '@wbiz/eventing/logger';
import { Periodic } from '@wbiz/eventing/periodic';
import type { Pool } from 'pg';
import { accountsWithOverdue, claim, overdue, unwanted } from './claims.js';
import type { MessagingLimit } from './messaging-limit.js';
import type { SendRequests } from './send-requests.js';

/** Interval between claims of a phone number; doubles up to `longest` while no campaign runs. */
const TICK_MS = { first: 50, longest: 5_000 };
/** How long a phone number's claims pause after one of them failed. */
const RETRY_MS = 1_000;
const OVERDUE_EVERY_MS = 2_000;
/**
 * A send without outcome is asked for again at this age: past the command's deadline (10 s), when the replica that
 * asked has stopped waiting.
 */
const OVERDUE_MS = 15_000;

type Lane = { readonly phone_number_id: string; readonly account_id: string; readonly limit: string | null };

export type RunnerOptions = {
  readonly pool: Pool;
  readonly sends: SendRequests;
  readonly limits: MessagingLimit;
  /** Resolves when all that contacts had committed for the account before the call is projected, opt-outs included. */
  readonly contactsKnown: (accountId: string) => Promise<void>;
  readonly logger: Logger;
};

/**
 * Claims queued recipients of running campaigns and asks messaging for their sends. Runs on every replica: the first
 * one to lock a phone number claims for that number. Keeps nothing in memory that another replica would need.
 */
export class Runner {
  private readonly ticks: Periodic;
  private overdueAt = 0;
  /** Work in progress: claims by phone number id, repeated asking by account id. Slow work delays no other key. */
  private readonly underWay = new Map<string, Promise<void>>();
  private readonly restsUntil = new Map<string, number>();

  constructor(private readonly options: RunnerOptions) {
    this.ticks = new Periodic({
      name: 'campaign runner: tick',
      everyMs: TICK_MS.first,
      restMs: TICK_MS.longest,
      run: () => this.tick(),
      logger: options.logger,
    });
  }

  start(): void {
    this.ticks.start();
  }

  /** Called when there may be sends to claim or to withdraw. */
  wake(): void {
    this.ticks.wake();
  }

  /** Stops claiming. Resolves when the work in progress has ended. */
  async stop(): Promise<void> {
    await this.ticks.stop();
    await Promise.all(this.underWay.values());
  }

  /** Resolves to true if a prepared campaign runs or the withdrawal of a send was requested. */
  private async tick(): Promise<boolean> {
    const now = performance.now();
    const { pool, sends } = this.options;
    const { rows: lanes } = await pool.query<Lane>({
      name: 'runner-lanes',
      text: `select distinct u.phone_number_id, u.account_id, n.messaging_limit as limit
             from campaigns.runs u left join campaigns.phone_numbers n on n.account_id = u.account_id and n.id = u.phone_number_id
             where u.status = 'running' and u.prepared`,
    });
    const back = await unwanted(pool);
    sends.withdraw(back);
    if (now > this.overdueAt) {
      this.overdueAt = now + OVERDUE_EVERY_MS;
      for (const accountId of await accountsWithOverdue(pool, OVERDUE_MS))
        this.begin(accountId, () => this.askAgain(accountId));
    }
    for (const lane of lanes) {
      const { phone_number_id: id } = lane;
      if (sends.isResting(id) || now < (this.restsUntil.get(id) ?? 0)) continue;
      this.begin(id, () => this.claimAndAsk(lane));
    }
    return lanes.length > 0 || back.length > 0;
  }

  /** Starts `work` unless work of the same key is in progress. */
  private begin(key: string, work: () => Promise<void>): void {
    if (this.underWay.has(key)) return;
    this.underWay.set(
      key,
      work().finally(() => this.underWay.delete(key)),
    );
  }

  /** Asks again for overdue sends. Withdraws unwanted ones instead, and applies messaging's stored replies to them. */
  private async askAgain(accountId: string): Promise<void> {
    const { pool, sends, contactsKnown, logger } = this.options;
    try {
      await contactsKnown(accountId);
      const late = await overdue(pool, { accountId, olderThanMs: OVERDUE_MS });
      await sends.ask(late.filter(({ wanted }) => wanted));
      const back = late.filter(({ wanted }) => !wanted);
      sends.withdraw(back);
      sends.conclude(back);
    } catch (err) {
      logger.warn(
        { err, accountId },
        'campaign runner: overdue sends not asked for again; trying again in 2 to 20 s',
      );
    }
  }

  private async claimAndAsk({ phone_number_id: id, account_id: accountId, limit }: Lane): Promise<void> {
    const { pool, sends, limits, contactsKnown, logger } = this.options;
    try {
      await contactsKnown(accountId);
      const askedAtMost = await limits.askedAtMost(accountId, limit);
      await sends.ask(await claim(pool, { accountId, phoneNumberId: id, askedAtMost }));
      this.restsUntil.delete(id);
    } catch (err) {
      this.restsUntil.set(id, performance.now() + RETRY_MS);
      logger.warn(
        { err, accountId, phoneNumberId: id },
        'campaign runner: claiming or asking for sends failed; claiming for the phone number again in 1 s, asking for claimed sends after 15 s',
      );
    }
  }
}
