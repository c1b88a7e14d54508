import type { AnySend, OfCampaign, SendMessageData } from '@wbiz/contracts/send';
import type { TemplateView } from '@wbiz/contracts/template';
import { fold } from '@wbiz/eventing/decider';
import type { Of } from '@wbiz/eventing/message';
import type { MessageCommand, Outcome, SendFacts } from './message.commands.js';
import { message } from './message.decider.js';
import type { MessageEvent } from './message.events.js';
import type { WholeMessage } from './whole-message.js';

export const AT = '2026-11-22T10:00:00.000Z';
export const MESSAGE_ID = 'msg_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E';
const ids = {
  messageId: MESSAGE_ID,
  conversationId: 'cnv_1',
  contactId: 'cnt_1',
  phoneNumberId: '2000',
  at: AT,
};

export const template = (over: Partial<TemplateView> = {}): TemplateView => ({
  id: 'tpl_1',
  metaId: '9',
  name: 'order_confirmation',
  language: 'en_US',
  category: 'UTILITY',
  status: 'approved',
  rejectionReason: null,
  qualityScore: null,
  components: [{ type: 'BODY', text: 'Hi {{1}}, order {{2}} is confirmed.' }],
  parameterFormat: 'POSITIONAL',
  createdAt: AT,
  updatedAt: AT,
  ...over,
});

export const openWindow: SendFacts = {
  windowExpiresAt: '2026-11-22T20:00:00.000Z',
  firstDayUntil: '2026-01-02T00:00:00.000Z',
  template: null,
  media: new Map(),
  replyToWamid: null,
  reactedWamid: null,
  optedOut: false,
};

type Send = Extract<MessageCommand, { type: 'message.send' }>;
const send = (data: SendMessageData, facts: Partial<SendFacts>): Send => ({
  type: 'message.send',
  data: {
    ...data,
    accountId: 'acc_1',
    awaiting: null,
    traceparent: null,
    facts: { ...openWindow, ...facts },
  },
});

export const sendAny = (any: AnySend, facts: Partial<SendFacts> = {}) => send({ ...ids, ...any }, facts);

export const sendText = (facts: Partial<SendFacts> = {}, request: object = {}) =>
  send({ ...ids, kind: 'text', request: { to: '+918899332211', body: 'Hi!', ...request } }, facts);

export const sendTemplate = (facts: Partial<SendFacts> = {}, request: object = {}) =>
  send(
    {
      ...ids,
      kind: 'template',
      request: { to: '+918899332211', template: 'order_confirmation', language: 'en_US', ...request },
    },
    facts,
  );

export const accepted: Of<MessageEvent, 'message.status'> = {
  type: 'message.status',
  data: {
    messageId: MESSAGE_ID,
    wamid: null,
    conversationId: 'cnv_1',
    contactId: 'cnt_1',
    to: '+918899332211',
    status: 'accepted',
    error: null,
    metadata: null,
    campaignId: null,
    at: AT,
  },
  private: {
    accountId: 'acc_1',
    kind: 'text',
    phoneNumberId: '2000',
    contactId: 'cnt_1',
    body: 'Hi!',
    payload: null,
    content: { type: 'text', text: { body: 'Hi!' } },
    replyTo: null,
    mediaId: null,
    awaiting: null,
    traceparent: null,
  },
};

type Received = Of<MessageEvent, 'message.received'>;
export const received: Received = {
  type: 'message.received',
  data: {
    messageId: MESSAGE_ID,
    wamid: 'wamid.IN',
    conversationId: 'cnv_1',
    contactId: 'cnt_1',
    from: '+918899332211',
    name: 'Gaurav',
    phoneNumberId: '2000',
    kind: 'text',
    body: 'Hello',
    payload: null,
    mediaId: null,
    replyTo: null,
    receivedAt: AT,
  },
  private: { accountId: 'acc_1' },
};
const { from: to, name: _name, receivedAt: sentAt, ...handed } = received.data;
export const echoed: Of<MessageEvent, 'message.echoed'> = {
  type: 'message.echoed',
  data: { ...handed, wamid: 'wamid.E', to: to!, source: 'business_app', sentAt },
  private: { accountId: 'acc_1' },
};
/** A received message; a text by default. */
export const receiveAny = (over: Partial<Received['data']> = {}, accountId = 'acc_1') => ({
  accountId,
  type: 'message.receive' as const,
  data: { ...received.data, ...over, accountId },
});

export const submitted: MessageEvent = {
  type: 'message.submitted',
  data: { attempt: 1, wamid: 'wamid.A', at: AT },
};
export const unknown: MessageEvent = {
  type: 'message.outcome_unknown',
  data: { attempt: 1, reason: 'reset', at: AT },
};
export const deferred = (reason = 'busy'): MessageEvent => ({
  type: 'message.deferred',
  data: { attempt: 1, reason, at: AT },
});

export const settle = (outcome: Outcome, number = 1): MessageCommand => ({
  type: 'message.settle',
  data: { messageId: MESSAGE_ID, attempt: number, outcome, at: AT },
});
type Reported = 'sent' | 'delivered' | 'read' | 'failed';
export const noteStatus = (status: Reported, phoneNumberId = '2000'): MessageCommand => ({
  type: 'message.note-status',
  data: { messageId: MESSAGE_ID, wamid: 'wamid.A', phoneNumberId, status, error: null, at: AT },
  facts: {},
});
/** A status of a send; with `first`, the status that brings Meta's id. */
export const reported = (status: Reported, first = false): MessageEvent => ({
  type: 'message.status',
  data: {
    ...accepted.data,
    wamid: 'wamid.A',
    status,
  },
  ...(first && { private: { isTaken: true } }),
});
export const giveUp: MessageCommand = {
  type: 'message.give-up',
  data: { messageId: MESSAGE_ID, attempt: 1, at: AT },
};
export const sendAgain: MessageCommand = {
  type: 'message.send-again',
  data: { messageId: MESSAGE_ID, attempt: 1, at: AT },
};

export const CAMPAIGN: OfCampaign = { campaignId: 'cmp_1', expiresAt: '2026-11-22T10:01:00.000Z' };
/** The same send as part of a campaign. */
export const ofCampaign = (one: Send): Send => ({ ...one, data: { ...one.data, campaign: CAMPAIGN } });
export const queued: Of<MessageEvent, 'message.queued'> = {
  type: 'message.queued',
  data: { ...accepted.data, campaignId: 'cmp_1' },
  private: {
    accountId: 'acc_1',
    kind: 'template',
    phoneNumberId: '2000',
    contactId: 'cnt_1',
    body: 'Hi Asha, order 7 is confirmed.',
    payload: null,
    content: { type: 'template', template: { name: 'order_confirmation', language: { code: 'en_US' } } },
    replyTo: null,
    mediaId: null,
    expiresAt: CAMPAIGN.expiresAt,
    awaiting: null,
    traceparent: null,
  },
};
/** A status of a campaign's message; with `first`, the status that brings Meta's id. */
export const toldOfCampaign = (
  over: Partial<Of<MessageEvent, 'message.status'>['data']>,
  first = false,
): MessageEvent => ({
  type: 'message.status',
  data: { ...queued.data, wamid: 'wamid.A', ...over },
  ...(first && {
    private: { isTaken: true, shown: { contactId: 'cnt_1', phoneNumberId: '2000', kind: 'template' } },
  }),
});
export const withdraw = (isUnderWay = false): MessageCommand => ({
  type: 'message.withdraw',
  data: { messageId: MESSAGE_ID, conversationId: 'cnv_1', at: AT },
  facts: { isUnderWay },
});
export const expire = (isUnderWay = false): MessageCommand => ({
  type: 'message.expire',
  data: { messageId: MESSAGE_ID, at: AT },
  facts: { isUnderWay },
});
export const withdrawn = (reason: 'withdrawn' | 'expired'): MessageEvent => ({
  type: 'message.withdrawn',
  data: { messageId: MESSAGE_ID, campaignId: 'cmp_1', contactId: 'cnt_1', reason, at: AT },
});

/** A message as read from its row and its first event. */
export function wholeOf(events: readonly MessageEvent[]): WholeMessage {
  const state = fold(message, events)!;
  const [first] = events as Of<MessageEvent, 'message.queued'>[];
  const { body = null, payload = null } = state.direction === 'in' || state.source ? state : first!.private!;
  return { ...state, body, payload };
}
