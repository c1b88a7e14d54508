import type { Pool, PoolClient } from 'pg';
import { peopleOf } from '../audience/plan.js';

/** How long messaging's count of people is cached; sends asked for after that count are added to the count. */
const KEPT_MS = 1_000;

type Reached = { readonly people: number; readonly freesAt: string | null };
type Known = Reached & { readonly askedAtMost: number; readonly at: number };

/**
 * How many more sends Meta's messaging limit allows an account. Meta counts unique people in a rolling 24 hours,
 * outside their service windows; here every send asked for since messaging's last answer counts as a new person.
 */
export class MessagingLimit {
  private readonly known = new Map<string, Known>();

  constructor(
    private readonly pool: Pool,
    private readonly reached: (accountId: string) => Promise<Reached>,
  ) {}

  /** The limit as a bound on `everAsked` of {@link askedBy}; null: no limit. */
  async askedAtMost(accountId: string, tier: string | null): Promise<number | null> {
    const limit = peopleOf(tier);
    return limit === null ? null : (await this.lookedUp(accountId, limit)).askedAtMost;
  }

  /** Undefined while the limit leaves room. `freesAt`: when the first counted person's 24 hours end; null: unknown. */
  async isReached(accountId: string, tier: string | null): Promise<Pick<Reached, 'freesAt'> | undefined> {
    const limit = peopleOf(tier);
    if (limit === null) return undefined;
    const { askedAtMost, freesAt } = await this.lookedUp(accountId, limit);
    const { everAsked } = await askedBy(this.pool, accountId);
    return everAsked < askedAtMost ? undefined : { freesAt };
  }

  private async lookedUp(accountId: string, limit: number): Promise<Known> {
    const known = this.known.get(accountId);
    if (known && performance.now() - known.at < KEPT_MS) return known;
    const { everAsked, underWay } = await askedBy(this.pool, accountId);
    const reached = await this.reached(accountId);
    const askedAtMost = everAsked - underWay + limit - reached.people;
    const found = { ...reached, askedAtMost, at: performance.now() };
    this.known.set(accountId, found);
    return found;
  }
}

/** Totals over an account's phone numbers: sends that messaging was ever asked for, and sends still without outcome. */
export async function askedBy(
  db: Pool | PoolClient,
  accountId: string,
): Promise<{ readonly everAsked: number; readonly underWay: number }> {
  const { rows } = await db.query<{ everAsked: number; underWay: number }>({
    name: 'asked-by',
    text: `select coalesce(sum(l.asked), 0)::float8 as "everAsked",
             coalesce(sum((select count(*) from campaigns.flights f where f.phone_number_id = l.phone_number_id)), 0)::int as "underWay"
           from campaigns.phone_numbers n join campaigns.lanes l on l.phone_number_id = n.id where n.account_id = $1`,
    values: [accountId],
  });
  return rows[0]!;
}
