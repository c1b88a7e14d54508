import type {
  MessageEchoedData,
  MessageReceivedData,
  MessageStatus,
  MessageStatusData,
  MessageWithdrawnData,
  StatusChange,
} from '@wbiz/contracts/message';
import type { Decider } from '@wbiz/eventing/decider';
import type { MessageCommand } from './message.commands.js';
import type { Accepted, MessageEvent } from './message.events.js';
import { isUnsettled, type MessageState } from './message.state.js';

/** The state of a message after each of its events. */
export const evolve: Decider<MessageCommand, MessageState | null, MessageEvent>['evolve'] = {
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
    return afterAccepted(data, accepted, [change]);
  },
  'message.queued': (_, { data, private: accepted }) => {
    if (!accepted) throw new Error(`${data.messageId} lacks what is sent`);
    return afterAccepted(data, accepted, []);
  },
  'message.withdrawn': (known, { data: { reason, at } }) => {
    const error = { code: 'withdrawn', message: WITHDRAWN[reason] };
    return {
      ...begun(known),
      status: 'failed',
      statusAt: at,
      error,
      history: [...begun(known).history, { status: 'failed', at, error }],
    };
  },
  'message.marketing_stopped': (known) => begun(known),
  'message.received': (_, { data, private: own }) => ({
    ...afterHanded(data, { accountId: own?.accountId ?? '', status: 'received', at: data.receivedAt }),
    direction: 'in',
    to: null,
    from: data.from ?? data.userId ?? null,
  }),
  'message.echoed': (_, { data, private: own }) => ({
    ...afterHanded(data, { accountId: own?.accountId ?? '', status: 'sent', at: data.sentAt }),
    direction: 'out',
    source: data.source,
    to: data.to,
    from: null,
  }),
  'message.attempted': (known) => begun(known),
  'message.submitted': (known, { data }) => ({
    ...begun(known),
    wamid: data.wamid,
    isUnknown: false,
    awaiting: null,
  }),
  // A message sent again after an unknown outcome can no longer return to its campaign, so its expiry is removed.
  'message.deferred': (known, { data: { attempt, reason } }) => {
    const { expiresAt, ...state } = begun(known);
    const expires = reason === 'outcome_unknown' || expiresAt === undefined ? {} : { expiresAt };
    return { ...state, ...expires, deferrals: attempt, isUnknown: false };
  },
  'message.outcome_unknown': (known, { data }) => ({
    ...begun(known),
    status: 'outcome_unknown',
    statusAt: data.at,
    isUnknown: true,
    history: [...begun(known).history, { status: 'outcome_unknown', at: data.at }],
  }),
  'message.read_requested': (known) => begun(known),
  'message.marked_read': (known, { data: { at } }) => ({
    ...begun(known),
    status: 'read',
    statusAt: at,
    history: [...begun(known).history, { status: 'read', at }],
  }),
  'message.status_late': (known, { data }) => ({
    ...begun(known),
    history: [...begun(known).history, data],
  }),
};

const WITHDRAWN: Readonly<Record<MessageWithdrawnData['reason'], string>> = {
  withdrawn: 'The campaign was stopped before Meta was asked to take the message.',
  expired: 'The message was not handed to Meta in time; its campaign sends another.',
};

const afterAccepted = (
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

/** The state after the first event of a message from Meta's webhook. */
const afterHanded = (
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

function begun(known: MessageState | null): MessageState {
  if (!known) throw new Error('the stream has no first event');
  return known;
}
