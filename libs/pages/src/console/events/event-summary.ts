import type { EventType, WbizEvent } from '@wbiz/sdk/operations';

type Summaries = { readonly [Type in EventType]: (data: WbizEvent<Type>['data']) => string };

const words = (text: string) => text.replaceAll('_', ' ');
const joined = (...parts: readonly (string | null | undefined | false)[]) =>
  parts.filter(Boolean).join(' · ');

/** An event in one line. */
const SUMMARIES: Summaries = {
  'message.received': ({ from, name, kind, body }) => joined(name ?? from, body ?? words(kind)),
  'message.status': ({ status, to, error, campaignId, held }) =>
    joined(`${status} → ${to}`, String(error?.['message'] ?? ''), held && 'held', campaignId && 'campaign'),
  'message.echoed': ({ to, kind, body }) => joined(`→ ${to}`, body ?? words(kind)),
  'conversation.opened': ({ conversationId }) => conversationId,
  'conversation.closed': ({ conversationId }) => conversationId,
  'contact.created': ({ contact }) => joined(contact.name, contact.phone, contact.source),
  'contact.updated': ({ contact, changed }) => joined(contact.name ?? contact.phone, changed.join(', ')),
  'contact.opted_out': ({ phone, userId, how }) => joined(phone ?? userId, words(how)),
  'template.status': ({ name, language, status, reason }) => joined(`${name} (${language})`, status, reason),
  'campaign.status': ({ name, status, counts, reason }) =>
    joined(name, status, `${counts.sent} of ${counts.total} sent`, reason && words(reason)),
  'account.status': ({ status, reason }) => joined(status, reason),
  'phone_number.quality': ({ displayPhoneNumber, event, messagingLimit }) =>
    joined(displayPhoneNumber, words(event.toLowerCase()), messagingLimit),
  'webhook.disabled': ({ webhookId, reason, detail }) => joined(webhookId, reason, detail),
};

export function summaryOf({ type, data }: WbizEvent): string {
  return (SUMMARIES[type] as (data: WbizEvent['data']) => string)(data);
}

const BAD = new Set(['failed', 'rejected', 'paused', 'suspended', 'disconnected']);
/** Whether the event reports a problem that somebody must see to. */
export const isBad = ({ type, data }: WbizEvent): boolean =>
  type === 'webhook.disabled' || ('status' in data && BAD.has(data.status));

/** Event types by subject, for the filter. */
export const GROUPS = {
  Messages: ['message.received', 'message.status', 'message.echoed'],
  Conversations: ['conversation.opened', 'conversation.closed'],
  Contacts: ['contact.created', 'contact.updated', 'contact.opted_out'],
  Templates: ['template.status'],
  Campaigns: ['campaign.status'],
  Account: ['account.status', 'phone_number.quality', 'webhook.disabled'],
} as const satisfies Record<string, readonly EventType[]>;
type GroupName = keyof typeof GROUPS;

/** The types behind a filter choice: a group, or one type; undefined: all. */
export function typesOf(choice: string | undefined): readonly EventType[] | undefined {
  if (!choice) return undefined;
  if (Object.hasOwn(GROUPS, choice)) return GROUPS[choice as GroupName];
  return Object.hasOwn(SUMMARIES, choice) ? [choice as EventType] : undefined;
}

/** Whether the event's id or any text in its data equals what is looked for. */
export const isAbout = ({ id, data }: WbizEvent, looked: string): boolean =>
  id === looked || holds(data, looked);

function holds(value: unknown, looked: string): boolean {
  if (typeof value === 'string') return value === looked;
  return (
    typeof value === 'object' && value !== null && Object.values(value).some((one) => holds(one, looked))
  );
}
