import type {
  CampaignCounts,
  CampaignData,
  CampaignDefinition,
  CampaignReason,
  CampaignStatus,
  CampaignStatusData,
  CreateCampaignData,
  RetryFailedData,
  UpdateCampaignData,
} from '@wbiz/contracts/campaign';
import type { Decider } from '@wbiz/eventing/decider';
import type { DomainEvent, Message } from '@wbiz/eventing/message';
import { Rejection } from '@wbiz/eventing/rejection';
import { withWaitingSkipped } from '../recipient/read-counts.js';

/** Null before `campaign.created`. `prepared`: the audience was resolved to recipients, who no longer change. */
export type CampaignState =
  | (CampaignDefinition & {
      readonly id: string;
      readonly status: CampaignStatus;
      readonly reason: CampaignReason | null;
      readonly detail: string | null;
      readonly resumesAt: string | null;
      readonly prepared: boolean;
      readonly createdAt: string;
      readonly startedAt: string | null;
      readonly finishedAt: string | null;
    })
  | null;
type Known = NonNullable<CampaignState>;

/**
 * `waiting`: recipients in `counts.queued` whose sends messaging was not asked for yet. `expectedEndAt`: when the last
 * queued send is expected to leave. `retryable`: failed sends that a `campaign.retry-failed` command would repeat.
 * `retrying`: an earlier `campaign.retry-failed` has sends left to queue again.
 */
export type CampaignFacts = {
  readonly counts: CampaignCounts;
  readonly waiting: number;
  readonly expectedEndAt: string | null;
  readonly retryable: number;
  readonly retrying: boolean;
};
type Informed = { readonly facts: CampaignFacts };
type Why = {
  readonly reason: CampaignReason;
  readonly detail: string;
  readonly resumesAt?: string | null;
};

export type CampaignCommand = (
  | Message<'campaign.create', CreateCampaignData>
  | Message<'campaign.update', UpdateCampaignData>
  | Message<'campaign.pause', CampaignData>
  | Message<'campaign.resume', CampaignData>
  | Message<'campaign.cancel', CampaignData>
  | Message<'campaign.retry-failed', RetryFailedData>
  /** The start time has come. A campaign whose start time lies before `since` pauses until a client resumes it. */
  | Message<'campaign.start', CampaignData & { readonly since: string }>
  /** The transaction that applies this command has inserted the recipients. */
  | Message<'campaign.prepare', CampaignData>
  /** The steward (run/steward.ts) pauses a running campaign. */
  | Message<'campaign.hold', CampaignData & Why>
  /** Resumes a campaign that is still paused for `reason`. */
  | Message<'campaign.release', CampaignData & { readonly reason: CampaignReason }>
  | Message<'campaign.fail', CampaignData & Why>
  | Message<'campaign.report', CampaignData>
  | Message<'campaign.complete', CampaignData>
) &
  Informed;

export type CampaignEvent =
  | DomainEvent<'campaign.created', CreateCampaignData>
  | DomainEvent<'campaign.changed', UpdateCampaignData>
  | DomainEvent<'campaign.prepared', CampaignData>
  | DomainEvent<'campaign.retried', RetryFailedData>
  | DomainEvent<'campaign.status', CampaignStatusData>;

const FINAL: readonly CampaignStatus[] = ['completed', 'cancelled', 'failed'];

export const campaign: Decider<CampaignCommand, CampaignState, CampaignEvent> = {
  initial: null,

  decide: {
    'campaign.create': ({ data, facts }, state) => {
      if (state) return [];
      const created = newCampaign(data);
      return [
        { type: 'campaign.created', data },
        statusChange(created, facts, data.at, { status: statusAtFirst(data.startsAt) }),
      ];
    },

    'campaign.update': ({ data, facts }, state) => {
      const before = known(state, data);
      allow(before, ['scheduled'], 'changed', 'only one that has not started yet can be');
      const changes: CampaignEvent = { type: 'campaign.changed', data };
      const startsNow = data.startsAt === null;
      return startsNow
        ? [changes, statusChange({ ...before, ...withoutKnown(data) }, facts, data.at, { status: 'running' })]
        : [changes];
    },

    'campaign.pause': ({ data, facts }, state) => {
      const before = known(state, data);
      const isHeld = before.status === 'paused' && before.reason !== 'requested';
      if (!isHeld) allow(before, ['running'], 'paused', 'only a running one can be');
      return [statusChange(before, facts, data.at, { status: 'paused', reason: 'requested', detail: null })];
    },

    'campaign.resume': ({ data, facts }, state) => {
      const before = known(state, data);
      allow(before, ['paused'], 'resumed', 'only a paused one can be');
      return [statusChange(before, facts, data.at, { status: 'running' })];
    },

    'campaign.cancel': ({ data, facts }, state) => {
      const before = known(state, data);
      allow(before, ['scheduled', 'running', 'paused'], 'cancelled', 'it has ended');
      return [statusChange(before, facts, data.at, { status: 'cancelled' })];
    },

    'campaign.retry-failed': ({ data, facts }, state) => {
      const before = known(state, data);
      allow(
        before,
        ['running', 'paused', 'completed'],
        'retried',
        before.status === 'scheduled' ? 'it has not started yet' : 'what it did not send stays unsent',
      );
      if (facts.retrying)
        throw new Rejection(
          'conflict',
          `Campaign ${before.id} is still queueing failed sends of the retry before; ask again in a second.`,
        );
      if (facts.retryable === 0)
        throw new Rejection(
          'conflict',
          `Campaign ${before.id} has no failed send that may be tried again now.`,
        );
      const isOver = before.status === 'completed';
      const after = isOver
        ? statusChange(before, facts, data.at, { status: 'running' })
        : statusEvent(before, facts, data.at);
      return [{ type: 'campaign.retried', data }, after];
    },

    'campaign.start': ({ data, facts }, state) => {
      const { startsAt = null } = state ?? {};
      if (state?.status !== 'scheduled' || (startsAt !== null && startsAt > data.at)) return [];
      const isLate = startsAt !== null && startsAt < data.since;
      return [
        statusChange(
          state,
          facts,
          data.at,
          isLate
            ? {
                status: 'paused',
                reason: 'missed_start',
                detail: `It was to start at ${startsAt}, and the service was not there. Resume it to start it now.`,
              }
            : { status: 'running' },
        ),
      ];
    },

    'campaign.prepare': ({ data, facts }, state) => {
      if (!state || FINAL.includes(state.status) || state.status === 'scheduled' || state.prepared)
        throw new Rejection('conflict', `Campaign ${data.campaignId} does not wait for its audience.`);
      return [{ type: 'campaign.prepared', data }, statusEvent(state, facts, data.at)];
    },

    'campaign.hold': ({ data: { at, reason, detail, resumesAt = null }, facts }, state) => {
      if (state?.status !== 'running') return [];
      // Meta's limit pauses no campaign that has sends under way: if one fails, another person may be messaged instead.
      if (reason === 'messaging_limit' && !isAtRest(facts)) return [];
      return [statusChange(state, facts, at, { status: 'paused', reason, detail, resumesAt })];
    },

    'campaign.release': ({ data, facts }, state) =>
      state?.status === 'paused' && state.reason === data.reason
        ? [statusChange(state, facts, data.at, { status: 'running' })]
        : [],

    'campaign.fail': ({ data: { at, reason, detail }, facts }, state) =>
      state && !FINAL.includes(state.status)
        ? [statusChange(state, facts, at, { status: 'failed', reason, detail })]
        : [],

    'campaign.report': ({ data, facts }, state) =>
      state && state.status !== 'scheduled' && state.status !== 'paused'
        ? [statusEvent(state, facts, data.at)]
        : [],

    'campaign.complete': ({ data, facts }, state) =>
      state?.status === 'running' && state.prepared && facts.counts.queued === 0 && !facts.retrying
        ? [statusChange(state, facts, data.at, { status: 'completed' })]
        : [],
  },

  evolve: {
    'campaign.created': (_, { data }) => newCampaign(data),
    'campaign.changed': (state, { data }) => ({ ...existing(state), ...withoutKnown(data) }),
    'campaign.prepared': (state) => ({ ...existing(state), prepared: true }),
    'campaign.retried': (state) => existing(state),
    'campaign.status': (state, { data: { status, reason, detail, resumesAt, at } }) => {
      const before = existing(state);
      return {
        ...before,
        status,
        reason,
        detail,
        resumesAt,
        startedAt: before.startedAt ?? (status === 'running' ? at : null),
        finishedAt: FINAL.includes(status) ? (before.finishedAt ?? at) : null,
      };
    },
  },
};

/** True if recipients wait and no send is under way that could fail and so leave room under Meta's messaging limit. */
export const isAtRest = ({ counts, waiting }: Pick<CampaignFacts, 'counts' | 'waiting'>): boolean =>
  waiting > 0 && waiting === counts.queued - counts.held;

const statusAtFirst = (startsAt: string | null): CampaignStatus =>
  startsAt === null ? 'running' : 'scheduled';

function newCampaign({ campaignId, at, ...definition }: CreateCampaignData): Known {
  return {
    ...definition,
    id: campaignId,
    status: 'scheduled',
    reason: null,
    detail: null,
    resumesAt: null,
    prepared: false,
    createdAt: at,
    startedAt: null,
    finishedAt: null,
  };
}

const withoutKnown = ({ campaignId: _, at: __, ...changes }: UpdateCampaignData) => changes;

type Change = Pick<Known, 'status'> & Partial<Pick<Known, 'reason' | 'detail' | 'resumesAt'>>;
const statusChange = (before: Known, facts: CampaignFacts, at: string, change: Change): CampaignEvent =>
  statusEvent({ ...before, reason: null, detail: null, resumesAt: null, ...change }, facts, at);

function statusEvent(
  { id, name, status, reason, detail, resumesAt }: Known,
  { counts, waiting, expectedEndAt }: CampaignFacts,
  at: string,
): CampaignEvent {
  const isUnsent = status === 'cancelled' || status === 'failed';
  return {
    type: 'campaign.status',
    data: {
      campaignId: id,
      name,
      status,
      reason,
      detail,
      resumesAt,
      counts: isUnsent ? withWaitingSkipped({ counts, waiting }) : counts,
      expectedEndAt: status === 'running' ? expectedEndAt : null,
      at,
    },
  };
}

function known(state: CampaignState, { campaignId }: CampaignData): Known {
  if (!state) throw new Rejection('not_found', `There is no campaign ${campaignId}.`);
  return state;
}

function existing(state: CampaignState): Known {
  if (!state) throw new Error('the stream has no first event');
  return state;
}

/** Throws `conflict` unless the campaign's status is one of `from`. */
function allow({ id, status }: Known, from: readonly CampaignStatus[], done: string, why: string) {
  if (!from.includes(status))
    throw new Rejection('conflict', `Campaign ${id} is ${status} and cannot be ${done}: ${why}.`);
}
