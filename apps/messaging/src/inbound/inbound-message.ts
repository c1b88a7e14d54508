import { nameFrom } from '@wbiz/contracts/contact';
import { contactIdOf, conversationIdOf } from '@wbiz/contracts/conversation';
import { timedId } from '@wbiz/contracts/ids';
import { LIMITS } from '@wbiz/contracts/limits';
import type { MessageReceivedData } from '@wbiz/contracts/message';
import type { MetaMessage } from '@wbiz/contracts/meta-inbound';
import { cut, idOf, object, personOf, text, timeOf } from '@wbiz/contracts/meta-item';
import { contentOf, holdsMedia } from './inbound-content.js';

/**
 * A message of Meta's as the event that tells of it. The id comes from Meta's time and wamid, so that the same message
 * delivered twice is one message. Throws where it has no id, or nobody sent it.
 */
export function receivedFrom(
  accountId: string,
  { message, contact, phoneNumberId, receivedAt }: MetaMessage,
): MessageReceivedData {
  const wamid = text(message['id'], LIMITS.wamid);
  const sender = personOf([message['from'], contact?.wa_id], [message['from_user_id'], contact?.user_id]);
  if (!wamid || !sender) throw new Error(`A message of Meta's has no ${wamid ? 'sender' : 'id'}.`);
  const { phone: from, userId } = sender;
  const person = (from ?? userId)!;
  const at = timeOf(message['timestamp'], receivedAt);
  const content = contentOf(message);
  const groupId = idOf(message['group_id']);
  return {
    messageId: timedId('msg', Date.parse(at), accountId, wamid),
    wamid,
    conversationId: conversationIdOf(accountId, phoneNumberId, groupId ? `group:${groupId}` : person),
    contactId: contactIdOf(accountId, person),
    from,
    ...(userId ? { userId } : {}),
    name: nameFrom(contact?.profile?.name) ?? nameFrom(contact?.profile?.username) ?? null,
    phoneNumberId,
    ...content,
    body: content.body === null ? null : cut(content.body, LIMITS.inboundBody),
    mediaId: holdsMedia(content) ? timedId('med', Date.parse(at), accountId, wamid) : null,
    replyTo: text(object(message['context'])['id'], LIMITS.wamid) ?? null,
    receivedAt: at,
  };
}
