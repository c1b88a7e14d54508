import type { Pool } from 'pg';
import { peopleOf } from '../audience/plan.js';
import { STATE } from '../recipient/recipient-state.js';

/** How long an answer of messaging's is taken to hold, beside what campaigns have sent since. */
const KEPT_MS = 1_000;

type Reached = { readonly people: number; readonly freesAt: string | null };
type Known = Reached & { readonly asked: number; readonly at: number };
export type Budget = { readonly left: number; readonly freesAt: string | null };

/** What Meta's messaging limit leaves: unique people in a rolling 24 hours, outside their service windows. */
export class Limits {
  private readonly known = new Map<string, Known>();

  constructor(
    private readonly pool: Pool,
    private readonly reached: (accountId: string) => Promise<Reached>,
  ) {}

  /** Everything asked of messaging since it was asked counts as a person of its own. */
  async budget(accountId: string, tier: string | null): Promise<Budget> {
    const limit = peopleOf(tier);
    if (limit === null) return { left: Infinity, freesAt: null };
    let known = this.known.get(accountId);
    if (!known || performance.now() - known.at > KEPT_MS) {
      const { settled, underWay } = await this.askedBy(accountId);
      known = { ...(await this.reached(accountId)), asked: settled - underWay, at: performance.now() };
      this.known.set(accountId, known);
    }
    const { settled } = await this.askedBy(accountId);
    const { people, asked, freesAt } = known;
    return { left: Math.max(0, limit - people - (settled - asked)), freesAt };
  }

  /** Recipients of all campaigns of an account that messaging was asked to send to, and those under way. */
  private async askedBy(accountId: string): Promise<{ settled: number; underWay: number }> {
    const { rows } = await this.pool.query<{ settled: number; underWay: number }>({
      name: 'campaign-sends',
      text: `select coalesce(sum(recipients), 0)::int as settled,
               coalesce(sum(recipients) filter (where state = ${STATE.sending}), 0)::int as "underWay"
             from campaigns.counts c join campaigns.runs u on u.run = c.run
             where u.account_id = $1 and c.state not in (${STATE.queued}, ${STATE.skipped}) and u.status in ('running', 'paused')`,
      values: [accountId],
    });
    return rows[0]!;
  }
}
