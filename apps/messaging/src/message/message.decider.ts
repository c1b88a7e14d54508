import type {
  Elsewhere,
  MarketingStoppedData,
  MarkReadData,
  MessageEchoedData,
  MessageError,
  MessageReceivedData,
  MessageStatus,
  MessageStatusData,
  MessageWithdrawnData,
  StatusChange,
} from '@wbiz/contracts/message';
import type { SendMessageData, WithdrawMessageData } from '@wbiz/contracts/send';
import type { Decider } from '@wbiz/eventing/decider';
import type { DomainEvent, Message, Of } from '@wbiz/eventing/message';
import { Rejection } from '@wbiz/eventing/rejection';
import { refused, type GraphBody, type Named } from './graph-body.js';
import type { Link } from '../person/identity.js';
import type { Arrival, Place } from '../person/people.js';
import { compose, mediaOf } from './compose-send.js';

/**
 * A message sent or received; null before its first event. An outgoing message changes several times; its constant
 * part is in its first event only ({@link Composed}).
 */
export type MessageState = {
  readonly id: string;
  readonly accountId: string;
  readonly direction: 'in' | 'out';
  /** Set if it was not sent through WBIZ. */
  readonly source?: Elsewhere;
  readonly kind: string;
  readonly status: MessageStatus;
  readonly wamid: string | null;
  readonly to: string | null;
  readonly from: string | null;
  readonly phoneNumberId: string;
  readonly conversationId: string;
  readonly contactId: string;
  /** Set for messages from Meta's webhook. */
  readonly body?: string | null;
  readonly payload?: Record<string, unknown> | null;
  readonly error: MessageError | null;
  readonly metadata: Record<string, string> | null;
  readonly campaignId: string | null;
  readonly replyTo: string | null;
  readonly mediaId: string | null;
  /** The other media that the cards of a carousel show. */
  readonly otherMediaIds?: readonly string[];
  /** Set for a sent flow: the token that its reply carries. */
  readonly flowToken?: string;
  /** Set for a campaign's message: it returns to its campaign at this time unless Meta was asked. */
  readonly expiresAt?: string;
  readonly createdAt: string;
  readonly statusAt: string;
  /** Ended attempts that are followed by another; the current attempt is in the queue row. */
  readonly deferrals: number;
  /** Whether the outcome of the current attempt is unknown. */
  readonly isUnknown: boolean;
  /** Who still waits for the outcome; null once the reply was sent. */
  readonly awaiting: Awaiting | null;
  readonly history: readonly StatusChange[];
};

/**
 * The content of a send. `content` is the body for Meta without the recipient; `traceparent` the W3C trace context of
 * the request.
 */
type Composed = {
  readonly body: string | null;
  readonly payload: Record<string, unknown> | null;
  readonly content: GraphBody;
  readonly traceparent: string | null;
};
/** A message in the form sent to Meta. */
export type Outgoing = MessageState & Pick<Composed, 'content' | 'traceparent'>;

/** Who waits for the outcome of a send: the gateway's address and the id of its command. */
export type Awaiting = { readonly address: string; readonly commandId: string };

/** Facts looked up before a send is decided. */
export type SendFacts = Named & {
  readonly windowExpiresAt: string | null;
  /** The end of the account's first day; null while the account is unknown here, and so new. */
  readonly firstDayUntil: string | null;
  /** The wamid of the message replied to; null if `replyTo` is not a message of this account. */
  readonly replyToWamid: string | null;
  /** Looked up for marketing templates only; `unavailable`: contacts did not answer. */
  readonly optedOut: boolean | 'unavailable';
  /** The recipient's contact and conversation, unless they derive from `to`. */
  readonly place?: Place;
};

/**
 * The outcome of a call to Meta. `refused` is final; `deferred`: Meta certainly did not accept it, and it may be
 * retried.
 */
export type Outcome =
  | {
      readonly kind: 'accepted';
      readonly wamid: string;
      /** Meta accepted it and holds it for quality assessment. */
      readonly held?: boolean;
    }
  | { readonly kind: 'refused'; readonly error: MessageError }
  | { readonly kind: 'deferred'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

type MetaStatusReport = {
  readonly wamid: string;
  readonly phoneNumberId: string;
  readonly status: 'sent' | 'delivered' | 'read' | 'failed';
  readonly error: MessageError | null;
  readonly at: string;
};

/** Facts read under the message's lock before a send leaves the queue. */
export type QueueFacts = {
  /** An attempt is started and not settled. */
  readonly isUnderWay: boolean;
};

type Out<Type extends string, Data> = Message<Type, Data & { readonly messageId: string }>;
export type MessageCommand =
  | Out<
      'message.send',
      SendMessageData & {
        readonly facts: SendFacts;
        readonly awaiting: Awaiting | null;
        readonly traceparent: string | null;
        readonly accountId: string;
      }
    >
  | Out<'message.settle', { readonly attempt: number; readonly outcome: Outcome; readonly at: string }>
  | (Out<'message.note-status', MetaStatusReport> & {
      /** The person's contact and conversation now, if they have changed. */
      readonly facts: { readonly place?: Place };
    })
  | Out<'message.give-up', { readonly attempt: number; readonly at: string }>
  | Out<'message.send-again', { readonly attempt: number; readonly at: string }>
  | (Out<'message.withdraw', WithdrawMessageData> & { readonly facts: QueueFacts })
  | (Out<'message.expire', { readonly at: string }> & { readonly facts: QueueFacts })
  | Out<'message.mark-read', MarkReadData & { readonly awaiting: Awaiting | null }>
  | Out<'message.note-read', { readonly at: string }>
  | (Message<'message.receive', MessageReceivedData & { readonly accountId: string }> & {
      readonly facts: Arrival;
    })
  | (Message<'message.echo', MessageEchoedData & { readonly accountId: string }> & {
      readonly facts: Arrival;
    });

/** The account, and the identity links that the event adds. */
type Told = { readonly accountId: string; readonly links?: readonly Link[] };
const told = (accountId: string, links: readonly Link[]): Told => ({
  accountId,
  ...(links.length > 0 && { links }),
});

type Accepted = Pick<
  MessageState,
  | 'accountId'
  | 'kind'
  | 'phoneNumberId'
  | 'contactId'
  | 'replyTo'
  | 'mediaId'
  | 'otherMediaIds'
  | 'flowToken'
  | 'expiresAt'
  | 'awaiting'
> &
  Composed;
/** The fields of a message that the inbox shows. */
export type Shown = Pick<MessageState, 'contactId' | 'phoneNumberId' | 'kind'>;
/** Private data of the status that brought Meta's id; the inbox shows a campaign's message from then on. */
type Taken = { readonly isTaken: true; readonly shown?: Shown };
export type MessageEvent =
  | DomainEvent<'message.status', MessageStatusData, Accepted | Taken | undefined>
  /**
   * The first event of a campaign's message, which is published once Meta accepts it. Any other message starts with
   * its status.
   */
  | DomainEvent<'message.queued', MessageStatusData, Accepted>
  | DomainEvent<'message.withdrawn', MessageWithdrawnData>
  | DomainEvent<'message.marketing_stopped', MarketingStoppedData>
  | DomainEvent<'message.received', MessageReceivedData, Told>
  | DomainEvent<'message.echoed', MessageEchoedData, Told>
  /** From former versions; the queue row holds it now. */
  | DomainEvent<
      'message.attempted',
      { readonly attempt: number; readonly replica: string; readonly at: string }
    >
  | DomainEvent<
      'message.submitted',
      { readonly attempt: number; readonly wamid: string; readonly at: string }
    >
  | DomainEvent<
      'message.deferred',
      { readonly attempt: number; readonly reason: string; readonly at: string }
    >
  | DomainEvent<
      'message.outcome_unknown',
      { readonly attempt: number; readonly reason: string; readonly at: string }
    >
  | DomainEvent<'message.status_late', StatusChange>
  | DomainEvent<
      'message.read_requested',
      { readonly typing: boolean; readonly at: string },
      { readonly wamid: string; readonly phoneNumberId: string; readonly awaiting: Awaiting | null }
    >
  | DomainEvent<'message.marked_read', { readonly conversationId: string; readonly at: string }>;

/** The private data of a status that brought Meta's id; undefined for any other. */
export const takenIn = ({
  private: given,
}: Of<MessageEvent, 'message.status' | 'message.queued'>): Taken | undefined =>
  given && 'isTaken' in given ? given : undefined;

/** Only a higher rank replaces the current status. `outcome_unknown` is provisional. */
export const RANK: Readonly<Record<MessageStatus, number>> = {
  accepted: 0,
  outcome_unknown: 1,
  sent: 2,
  failed: 3,
  delivered: 4,
  read: 5,
  received: 9,
};

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

const isCampaigns = ({ campaignId }: MessageState) => campaignId !== null;
const takenOf = (message: MessageState): Taken => {
  const { contactId, phoneNumberId, kind } = message;
  return { isTaken: true, ...(isCampaigns(message) && { shown: { contactId, phoneNumberId, kind } }) };
};

const isOutgoing = (message: MessageState | null): message is MessageState => message?.direction === 'out';
/** Whether Meta has reported nothing about this message yet. */
const isUnsettled = (message: MessageState) =>
  RANK[message.status] <= RANK.outcome_unknown && message.wamid === null;

/** Whether this attempt is the current one and its outcome still unknown. */
const isStillUnknown = (message: MessageState, attempt: number) =>
  message.isUnknown && isUnsettled(message) && attempt === message.deferrals + 1;

/** Whether a campaign's message waits for a resend after an unknown outcome: it no longer expires. */
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

/** Returns a campaign's message to its campaign if Meta cannot have accepted it. */
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
        // A message given up stays failed until Meta's status says otherwise.
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
     * A message waiting for a resend does not return to its campaign, since Meta may have accepted it: it is given
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
        : [{ type: 'message.received', data: { ...received, ...place }, private: told(accountId, links) }],

    'message.echo': ({ data: { accountId, ...echoed }, facts: { links, ...place } }, known) =>
      known
        ? []
        : [{ type: 'message.echoed', data: { ...echoed, ...place }, private: told(accountId, links) }],

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

  evolve: {
    'message.status': (known, { data, private: accepted }) => {
      const change: StatusChange = {
        status: data.status,
        at: data.at,
        ...(data.error ? { error: data.error } : {}),
      };
      if (known)
        return {
          ...known,
          wamid: data.wamid,
          status: data.status,
          statusAt: data.at,
          error: data.error,
          isUnknown: false,
          awaiting: isUnsettled(known) ? known.awaiting : null,
          history: [...known.history, change],
        };
      if (!accepted || !('accountId' in accepted)) throw new Error(`${data.messageId} has no first event`);
      return begin(data, accepted, [change]);
    },
    'message.queued': (_, { data, private: accepted }) => {
      if (!accepted) throw new Error(`${data.messageId} lacks what is sent`);
      return begin(data, accepted, []);
    },
    'message.withdrawn': (known, { data: { reason, at } }) => {
      const error = { code: 'withdrawn', message: WITHDRAWN[reason] };
      return {
        ...began(known),
        status: 'failed',
        statusAt: at,
        error,
        history: [...began(known).history, { status: 'failed', at, error }],
      };
    },
    'message.marketing_stopped': (known) => began(known),
    'message.received': (_, { data, private: own }) => ({
      ...handed(data, { accountId: own?.accountId ?? '', status: 'received', at: data.receivedAt }),
      direction: 'in',
      to: null,
      from: data.from ?? data.userId ?? null,
    }),
    'message.echoed': (_, { data, private: own }) => ({
      ...handed(data, { accountId: own?.accountId ?? '', status: 'sent', at: data.sentAt }),
      direction: 'out',
      source: data.source,
      to: data.to,
      from: null,
    }),
    'message.attempted': (known) => began(known),
    'message.submitted': (known, { data }) => ({
      ...began(known),
      wamid: data.wamid,
      isUnknown: false,
      awaiting: null,
    }),
    // A resend after an unknown outcome no longer returns to its campaign, so it loses its expiry.
    'message.deferred': (known, { data: { attempt, reason } }) => {
      const { expiresAt, ...state } = began(known);
      const expires = reason === 'outcome_unknown' || expiresAt === undefined ? {} : { expiresAt };
      return { ...state, ...expires, deferrals: attempt, isUnknown: false };
    },
    'message.outcome_unknown': (known, { data }) => ({
      ...began(known),
      status: 'outcome_unknown',
      statusAt: data.at,
      isUnknown: true,
      history: [...began(known).history, { status: 'outcome_unknown', at: data.at }],
    }),
    'message.read_requested': (known) => began(known),
    'message.marked_read': (known, { data: { at } }) => ({
      ...began(known),
      status: 'read',
      statusAt: at,
      history: [...began(known).history, { status: 'read', at }],
    }),
    'message.status_late': (known, { data }) => ({
      ...began(known),
      history: [...began(known).history, data],
    }),
  },
};

const WITHDRAWN: Readonly<Record<MessageWithdrawnData['reason'], string>> = {
  withdrawn: 'The campaign was stopped before Meta was asked to take the message.',
  expired: 'The message was not handed to Meta in time; its campaign sends another.',
};

const begin = (
  data: MessageStatusData,
  { body: _b, payload: _p, content: _c, traceparent: _t, ...accepted }: Accepted,
  history: readonly StatusChange[],
): MessageState => ({
  ...accepted,
  id: data.messageId,
  direction: 'out',
  status: data.status,
  wamid: null,
  to: data.to,
  from: null,
  conversationId: data.conversationId,
  error: null,
  metadata: data.metadata,
  campaignId: data.campaignId,
  createdAt: data.at,
  statusAt: data.at,
  deferrals: 0,
  isUnknown: false,
  history,
});

/** A message from Meta's webhook has exactly one event. */
const handed = (
  data: MessageReceivedData | MessageEchoedData,
  { accountId, status, at }: { accountId: string; status: MessageStatus; at: string },
) => ({
  id: data.messageId,
  accountId,
  kind: data.kind,
  status,
  wamid: data.wamid,
  phoneNumberId: data.phoneNumberId,
  conversationId: data.conversationId,
  contactId: data.contactId,
  body: data.body,
  payload: data.payload,
  error: null,
  metadata: null,
  campaignId: null,
  replyTo: data.replyTo,
  mediaId: data.mediaId,
  createdAt: at,
  statusAt: at,
  deferrals: 0,
  isUnknown: false,
  awaiting: null,
  history: [{ status, at }],
});

function began(known: MessageState | null): MessageState {
  if (!known) throw new Error('the stream has no first event');
  return known;
}

function requireConsent({ optedOut }: SendFacts, to: string) {
  if (optedOut === 'unavailable')
    throw new Rejection('unavailable', 'Whether the person opted out cannot be looked up right now.');
  if (optedOut)
    throw new Rejection(
      'recipient_opted_out',
      `${to} opted out: templates of the category marketing are not sent to people who do not want them.`,
    );
}

/** On an account's first day an unknown window may still be open: Meta decides. */
function requireOpenWindow({ windowExpiresAt, firstDayUntil }: SendFacts, at: string) {
  const until = windowExpiresAt ?? firstDayUntil;
  const open = until === null || until > at;
  if (!open)
    throw new Rejection(
      'service_window_closed',
      'The person has not written in the last 24 hours: only an approved template can be sent.',
    );
}
