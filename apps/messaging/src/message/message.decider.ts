import type { MessageError, MessageStatusData, MessageWithdrawnData } from '@wbiz/contracts/message';
import type { Decider } from '@wbiz/eventing/decider';
import { Rejection } from '@wbiz/eventing/rejection';
import { mayBeOpen } from '../conversation/service-window.js';
import type { Link } from '../person/identity.js';
import type { Place } from '../person/people.js';
import { compose, mediaOf } from './compose-send.js';
import { refused } from './graph-body.js';
import type { MessageCommand, QueueFacts, SendFacts } from './message.commands.js';
import type { HandedBy, MessageEvent, Taken } from './message.events.js';
import { evolve } from './message.evolve.js';
import { isCampaigns, isOutgoing, isUnsettled, RANK, type MessageState } from './message.state.js';

const handedBy = (accountId: string, links: readonly Link[]): HandedBy => ({
  accountId,
  ...(links.length > 0 && { links }),
});

type Change = Pick<MessageStatusData, 'status' | 'at' | 'held'> & {
  readonly wamid?: string;
  readonly error?: MessageError | null;
};
const statusOf = (message: MessageState, change: Change, place: Partial<Place> = {}): MessageEvent => ({
  type: 'message.status',
  data: {
    messageId: message.id,
    wamid: change.wamid ?? message.wamid,
    conversationId: message.conversationId,
    contactId: message.contactId,
    ...place,
    to: message.to ?? '',
    status: change.status,
    error: change.error ?? null,
    metadata: message.metadata,
    campaignId: message.campaignId,
    ...(change.held && { held: true }),
    at: change.at,
  },
  ...(message.wamid === null && change.wamid ? { private: takenOf(message) } : {}),
});

/** Meta's error for a marketing message to a person who opted out of marketing. */
const MARKETING_STOPPED = 131050;
const stoppedBy = (
  { id: messageId, contactId, to }: MessageState,
  error: MessageError | null,
  at: string,
): MessageEvent[] =>
  error?.metaCode === MARKETING_STOPPED
    ? [{ type: 'message.marketing_stopped', data: { messageId, contactId, to: to ?? '', at } }]
    : [];

const takenOf = (message: MessageState): Taken => {
  const { contactId, phoneNumberId, kind } = message;
  return { isTaken: true, ...(isCampaigns(message) && { shown: { contactId, phoneNumberId, kind } }) };
};

/** Whether this attempt is the current one and its outcome is still unknown. */
const isStillUnknown = (message: MessageState, attempt: number) =>
  message.isUnknown && isUnsettled(message) && attempt === message.deferrals + 1;

/**
 * Whether a campaign's message waits for its resend after an unknown outcome; such a message no longer has an expiry.
 */
const isToBeResent = (message: MessageState, { isUnderWay }: QueueFacts) =>
  isCampaigns(message) &&
  message.expiresAt === undefined &&
  message.status === 'outcome_unknown' &&
  isUnsettled(message) &&
  !isUnderWay;

const gaveUp = (message: MessageState, at: string) =>
  statusOf(message, {
    status: 'failed',
    error: { code: 'outcome_unknown', message: 'Whether Meta took the message could not be found out.' },
    at,
  });

/** Returns a message to its campaign; no event if the message has no campaign or Meta may have accepted it. */
function withdrawn(
  { id: messageId, campaignId, contactId, status, wamid }: MessageState,
  { isUnderWay }: QueueFacts,
  reason: MessageWithdrawnData['reason'],
  at: string,
): MessageEvent[] {
  if (campaignId === null || status !== 'accepted' || wamid !== null || isUnderWay) return [];
  return [{ type: 'message.withdrawn', data: { messageId, campaignId, contactId, reason, at } }];
}

export const message: Decider<MessageCommand, MessageState | null, MessageEvent> = {
  initial: null,

  decide: {
    'message.send': ({ data }, known) => {
      if (known) return [];
      const { facts, request } = data;
      const { contactId, conversationId } = facts.place ?? data;
      if (data.kind !== 'template') requireOpenWindow(facts, data.at);
      if (request.replyTo !== undefined && facts.replyToWamid === null)
        throw refused(
          'reply_target_not_found',
          `There is no message ${request.replyTo} to reply to.`,
          '/replyTo',
        );
      const composed = compose(data, facts);
      const [mediaId, ...otherMediaIds] = new Set(mediaOf(data).map(({ id }) => id));
      requireConsent(facts, request.to);
      const { campaign } = data;
      return [
        {
          type: campaign ? 'message.queued' : 'message.status',
          data: {
            messageId: data.messageId,
            wamid: null,
            conversationId,
            contactId,
            to: request.to,
            status: 'accepted',
            error: null,
            metadata: request.metadata ?? null,
            campaignId: campaign?.campaignId ?? null,
            at: data.at,
          },
          private: {
            accountId: data.accountId,
            kind: data.kind === 'media' ? data.request.type : data.kind,
            phoneNumberId: data.phoneNumberId,
            contactId,
            body: composed.body,
            payload: composed.payload,
            // Meta accepts no quote with a reaction: a reaction already names its message.
            content:
              facts.replyToWamid && data.kind !== 'reaction'
                ? { ...composed.content, context: { message_id: facts.replyToWamid } }
                : composed.content,
            replyTo: request.replyTo ?? null,
            mediaId: mediaId ?? null,
            ...(otherMediaIds.length > 0 ? { otherMediaIds } : {}),
            ...(data.kind === 'flow' && { flowToken: data.request.flowToken }),
            ...(campaign && { expiresAt: campaign.expiresAt }),
            awaiting: campaign ? null : data.awaiting,
            traceparent: data.traceparent,
          },
        },
      ];
    },

    'message.settle': ({ data: { attempt, outcome, at } }, known) => {
      if (!isOutgoing(known)) return [];
      if (outcome.kind === 'accepted') {
        const { wamid, held = false } = outcome;
        if (known.wamid !== null) return [];
        if (!isCampaigns(known)) return [{ type: 'message.submitted', data: { attempt, wamid, at } }];
        // A message that was given up stays failed until a status from Meta replaces that.
        return isUnsettled(known) ? [statusOf(known, { status: 'accepted', wamid, held, at })] : [];
      }
      if (attempt !== known.deferrals + 1 || !isUnsettled(known)) return [];
      if (outcome.kind === 'refused')
        return [
          statusOf(known, { status: 'failed', error: outcome.error, at }),
          ...stoppedBy(known, outcome.error, at),
        ];
      if (outcome.kind === 'deferred')
        return [{ type: 'message.deferred', data: { attempt, reason: outcome.reason, at } }];
      return known.isUnknown
        ? []
        : [{ type: 'message.outcome_unknown', data: { attempt, reason: outcome.reason, at } }];
    },

    'message.note-status': ({ data, facts: { place } }, known) => {
      if (!isOutgoing(known) || known.phoneNumberId !== data.phoneNumberId) return [];
      if (RANK[data.status] > RANK[known.status])
        return [statusOf(known, data, place), ...stoppedBy(known, data.error, data.at)];
      if (known.history.some(({ status }) => status === data.status)) return [];
      return [
        {
          type: 'message.status_late',
          data: { status: data.status, at: data.at, ...(data.error ? { error: data.error } : {}) },
        },
        ...stoppedBy(known, data.error, data.at),
      ];
    },

    'message.give-up': ({ data: { attempt, at } }, known) =>
      isOutgoing(known) && isStillUnknown(known, attempt) ? [gaveUp(known, at)] : [],

    /**
     * A message that waits for a resend does not return to its campaign, since Meta may have accepted it: it is given
     * up.
     */
    'message.withdraw': ({ data: { at }, facts }, known) => {
      if (!isOutgoing(known)) return [];
      return isToBeResent(known, facts) ? [gaveUp(known, at)] : withdrawn(known, facts, 'withdrawn', at);
    },

    'message.expire': ({ data: { at }, facts }, known) =>
      isOutgoing(known) && known.expiresAt !== undefined ? withdrawn(known, facts, 'expired', at) : [],

    'message.send-again': ({ data: { attempt, at } }, known) =>
      isOutgoing(known) && isStillUnknown(known, attempt)
        ? [{ type: 'message.deferred', data: { attempt, reason: 'outcome_unknown', at } }]
        : [],

    'message.receive': ({ data: { accountId, ...received }, facts: { links, ...place } }, known) =>
      known
        ? []
        : [
            {
              type: 'message.received',
              data: { ...received, ...place },
              private: handedBy(accountId, links),
            },
          ],

    'message.echo': ({ data: { accountId, ...echoed }, facts: { links, ...place } }, known) =>
      known
        ? []
        : [{ type: 'message.echoed', data: { ...echoed, ...place }, private: handedBy(accountId, links) }],

    'message.mark-read': ({ data: { messageId, typing, at, awaiting } }, known) => {
      if (known?.direction !== 'in' || known.wamid === null)
        throw new Rejection('not_found', `There is no message ${messageId} that was received.`);
      const { wamid, phoneNumberId, status } = known;
      if (status === 'read' && !typing) return [];
      return [
        {
          type: 'message.read_requested',
          data: { typing, at },
          private: { wamid, phoneNumberId, awaiting },
        },
      ];
    },

    'message.note-read': ({ data: { at } }, known) =>
      known?.direction === 'in' && known.status !== 'read'
        ? [{ type: 'message.marked_read', data: { conversationId: known.conversationId, at } }]
        : [],
  },

  evolve,
};

function requireConsent({ optedOut }: SendFacts, to: string) {
  if (optedOut === 'unavailable')
    throw new Rejection('unavailable', 'Whether the person opted out cannot be looked up right now.');
  if (optedOut)
    throw new Rejection(
      'recipient_opted_out',
      `${to} opted out: templates of the category marketing are not sent to people who do not want them.`,
    );
}

function requireOpenWindow(facts: SendFacts, at: string) {
  if (!mayBeOpen(facts, at))
    throw new Rejection(
      'service_window_closed',
      'The person has not written in the last 24 hours: only an approved template can be sent.',
    );
}
