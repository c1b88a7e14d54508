import { contactIdOf, conversationIdOf } from '@wbiz/contracts/conversation';
import { timedId } from '@wbiz/contracts/ids';
import type { MessageReceivedData } from '@wbiz/contracts/message';
import type { MetaItem, MetaMessage, MetaStatus } from '@wbiz/contracts/meta-inbound';
import { isPlainObject } from '@wbiz/contracts/field';
import { toE164 } from '@wbiz/contracts/phone';
import { metaError } from './send-outcome.js';

/** Meta's times are strings of Unix seconds. */
const timeOf = (item: MetaItem, fallback: string): string => {
  const seconds = Number(item.timestamp);
  return Number.isFinite(seconds) && seconds > 0 ? new Date(seconds * 1000).toISOString() : fallback;
};
const text = (value: unknown): string | null =>
  typeof value === 'string' && value.length > 0 ? value : null;

/** What a person reads of a message, per type of Meta's; the other types carry nothing but their payload. */
const BODIES: Readonly<Record<string, (content: MetaItem) => unknown>> = {
  text: ({ body }) => body,
};

/**
 * A message of Meta's as the event that tells of it; undefined where it has no id or no sender. The id comes from
 * Meta's time and wamid, so that the same message delivered twice is one message.
 */
export function receivedFrom(
  accountId: string,
  { message, contact, phoneNumberId, receivedAt }: MetaMessage,
) {
  const wamid = text(message.id);
  const from = toE164(text(message.from) ?? text(contact?.wa_id) ?? '') ?? null;
  const userId = text(message.from_user_id) ?? text(contact?.user_id);
  const person = from ?? userId;
  if (!wamid || !person) return undefined;
  const at = timeOf(message, receivedAt);
  const kind = text(message.type) ?? 'unsupported';
  const content = isPlainObject(message[kind]) ? message[kind] : {};
  const context = isPlainObject(message.context) ? message.context : {};
  const received: MessageReceivedData = {
    messageId: timedId('msg', Date.parse(at), accountId, wamid),
    wamid,
    conversationId: conversationIdOf(accountId, phoneNumberId, person),
    contactId: contactIdOf(accountId, person),
    from,
    ...(userId ? { userId } : {}),
    name: text(contact?.profile?.name),
    phoneNumberId,
    kind,
    body: text(BODIES[kind]?.(content)),
    payload: kind === 'text' ? null : content,
    mediaId: null,
    replyTo: text(context.id),
    receivedAt: at,
  };
  return received;
}

const REPORTED = ['sent', 'delivered', 'read', 'failed'] as const;

/** A status of Meta's about a message of ours, by the id we sent along; undefined where it is about none or of an unknown kind. */
export function statusFrom({ status, phoneNumberId, receivedAt }: MetaStatus) {
  const messageId = text(status.biz_opaque_callback_data);
  const wamid = text(status.id);
  const reported = REPORTED.find((known) => known === status.status);
  if (!messageId?.startsWith('msg_') || !wamid || !reported) return undefined;
  const fault =
    Array.isArray(status.errors) && isPlainObject(status.errors[0]) ? status.errors[0] : undefined;
  const details = isPlainObject(fault?.error_data) ? text(fault.error_data.details) : null;
  return {
    messageId,
    wamid,
    phoneNumberId,
    status: reported,
    at: timeOf(status, receivedAt),
    error: fault
      ? metaError('rejected_by_meta', {
          code: Number(fault.code) || 0,
          message: text(fault.title) ?? text(fault.message) ?? 'Meta gave no reason.',
          ...(details ? { details } : {}),
        })
      : null,
  };
}
