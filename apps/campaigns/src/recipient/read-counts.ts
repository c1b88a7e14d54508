import type { CampaignCounts } from '@wbiz/contracts/campaign';
import { STATE, type State } from './recipient-state.js';

/** A row of campaigns.counts. Written by move-recipients.ts, retry-failed.ts, ../run/claims.ts and ../audience/freeze.ts. */
export type CountRow = { readonly state: State; readonly recipients: string | number };

/** The counts as the API shows them. `waiting`: recipients whose sends messaging was not asked for yet. */
export function countsOf(rows: readonly CountRow[]): {
  readonly counts: CampaignCounts;
  readonly waiting: number;
} {
  const of = (...states: readonly State[]) =>
    rows.reduce((sum, row) => sum + (states.includes(row.state) ? Number(row.recipients) : 0), 0);
  const { queued, sending, held, accepted, sent, failed, delivered, read, skipped } = STATE;
  return {
    counts: {
      total: of(...Object.values(STATE)),
      queued: of(queued, sending, held),
      sent: of(accepted, sent, delivered, read),
      delivered: of(delivered, read),
      read: of(read),
      failed: of(failed),
      skipped: of(skipped),
      held: of(held),
    },
    waiting: of(queued),
  };
}

/** The counts of a cancelled or failed campaign: waiting recipients count as skipped. */
export const withWaitingSkipped = ({ counts, waiting }: ReturnType<typeof countsOf>): CampaignCounts => ({
  ...counts,
  queued: counts.queued - waiting,
  skipped: counts.skipped + waiting,
});

/** SQL: the counts of a run (row `l` of campaigns.runs) as a JSON array of {@link CountRow}; null if it has none. */
export const COUNT_ROWS = `(select json_agg(json_build_object('state', n.state, 'recipients', n.recipients))
    from campaigns.counts n where n.run = l.run)`;
