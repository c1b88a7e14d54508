import { fateOf } from '@wbiz/cloud-api/graph-error-codes';
import { nameFrom } from '@wbiz/contracts/contact';
import { contactIdOf, conversationIdOf } from '@wbiz/contracts/conversation';
import { timedId } from '@wbiz/contracts/ids';
import { LIMITS } from '@wbiz/contracts/limits';
import type { MessageError, MessageReceivedData } from '@wbiz/contracts/message';
import type { MetaItem, MetaMessage, MetaStatus } from '@wbiz/contracts/meta-inbound';
import { entryOf, faultOf, object, objects, phoneOf, text, timeOf } from '@wbiz/contracts/meta-item';
import { contentOf, holdsMedia } from './inbound-content.js';
import { metaError } from '../message/meta-error.js';

/**
 * A message of Meta's as the event that tells of it. The id comes from Meta's time and wamid, so that the same message
 * delivered twice is one message. Throws where it has no id or no sender
 * that a field holds.
 */
export function receivedFrom(
  accountId: string,
  { message, contact, phoneNumberId, receivedAt }: MetaMessage,
): MessageReceivedData {
  const wamid = text(message['id'], LIMITS.wamid);
  const from = phoneOf(message['from']) ?? phoneOf(contact?.wa_id) ?? null;
  const userId = text(message['from_user_id'], LIMITS.userId) ?? text(contact?.user_id, LIMITS.userId);
  const person = from ?? userId;
  if (!wamid || !person) throw new Error(`A message of Meta's has no ${wamid ? 'sender' : 'id'}.`);
  const at = timeOf(message['timestamp'], receivedAt);
  const content = contentOf(message);
  return {
    messageId: timedId('msg', Date.parse(at), accountId, wamid),
    wamid,
    conversationId: conversationIdOf(accountId, phoneNumberId, person),
    contactId: contactIdOf(accountId, person),
    from,
    ...(userId ? { userId } : {}),
    name: nameFrom(contact?.profile?.name) ?? nameFrom(contact?.profile?.username) ?? null,
    phoneNumberId,
    ...content,
    mediaId: holdsMedia(content) ? timedId('med', Date.parse(at), accountId, wamid) : null,
    replyTo: text(object(message['context'])['id'], LIMITS.wamid) ?? null,
    receivedAt: at,
  };
}

/** Meta's statuses and ours. A voice message that was played has been read; what else there is says nothing to us. */
const STATUSES = {
  sent: 'sent',
  delivered: 'delivered',
  read: 'read',
  played: 'read',
  failed: 'failed',
} as const;

/**
 * A status of Meta's, with the id we sent along; that is undefined where it carries none of ours. Undefined where it is
 * of a kind that says nothing of a message of ours: those of groups tell of one member each.
 */
export function statusFrom({ status, phoneNumberId, receivedAt }: MetaStatus) {
  const wamid = text(status['id'], LIMITS.wamid);
  const said = entryOf(STATUSES, status['status']);
  if (!wamid || !said || status['recipient_type'] === 'group') return undefined;
  const ours = text(status['biz_opaque_callback_data']);
  const [fault] = objects(status['errors']);
  return {
    messageId: ours?.startsWith('msg_') ? ours : undefined,
    report: {
      wamid,
      phoneNumberId,
      status: said,
      at: timeOf(status['timestamp'], receivedAt),
      error: fault ? errorOf(fault) : null,
    },
  };
}

function errorOf(fault: MetaItem): MessageError {
  const error = faultOf(fault);
  return metaError(fateOf({ ...error, httpStatus: 0 }).answer, error);
}
