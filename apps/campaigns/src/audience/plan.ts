import type { CampaignPlan, LeftOutReason } from '@wbiz/contracts/campaign-plan';
import { SHARE } from '../campaign/pace.js';

/** How many people an account may message in 24 hours by its messaging tier at Meta; null: unlimited or unknown. */
export function peopleOf(tier: string | null): number | null {
  const [, count, thousands] = /^TIER_(\d+)(K?)$/.exec(tier ?? '') ?? [];
  return count === undefined ? null : Number(count) * (thousands ? 1_000 : 1);
}

type Start = {
  readonly leftOut: Pick<Record<LeftOutReason, number>, 'opted_out' | 'no_number' | 'variable_missing'>;
  /** Contacts not counted in `leftOut`. */
  readonly sendable: number;
  readonly approved: boolean;
  /** How many more people Meta's messaging limit allows now; null: no limit. */
  readonly room: number | null;
  readonly throughput: number;
  readonly ratePerSecond: number | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
};

/** Estimates a campaign: eligible recipients, those left out by reason, and the expected end. */
export function planOf({ leftOut, sendable, approved, room, ...pace }: Start): CampaignPlan {
  const allowed = approved ? sendable : 0;
  const eligible = Math.min(allowed, Math.max(room ?? allowed, 0));
  const perSecond = Math.min(pace.ratePerSecond ?? Infinity, SHARE * pace.throughput);
  return {
    eligible,
    leftOut: { ...leftOut, template_not_approved: sendable - allowed, over_limit: allowed - eligible },
    expectedEndAt:
      eligible === 0 ? null : new Date(pace.now + Math.ceil((eligible / perSecond) * 1_000)).toISOString(),
  };
}
