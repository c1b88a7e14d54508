import { nameFrom } from '@wbiz/contracts/contact';
import { contactIdOf, conversationIdOf } from '@wbiz/contracts/conversation';
import { timedId } from '@wbiz/contracts/ids';
import { LIMITS } from '@wbiz/contracts/limits';
import type { MessageEchoedData, MessageReceivedData } from '@wbiz/contracts/message';
import type { MetaEcho, MetaMessage } from '@wbiz/contracts/meta/inbound';
import { cut, idOf, object, personOf, text, timeOf } from '@wbiz/contracts/meta/item';
import { contentOf, holdsMedia, previousUserIdOf } from './inbound-content.js';

/**
 * The event data of Meta's message. The message's id is derived from Meta's time and wamid, so that a message delivered
 * twice gets one id. Throws if the message has no wamid or no sender.
 */
export function receivedFrom(
  accountId: string,
  { message, contact, phoneNumberId, receivedAt }: MetaMessage,
): MessageReceivedData {
  const wamid = text(message['id'], LIMITS.wamid);
  const told = object(message['system']);
  const sender =
    personOf([message['from'], contact?.wa_id], [message['from_user_id'], contact?.user_id]) ??
    // A system message may name its person only in `system`, if the person has no number.
    personOf([], [previousUserIdOf(told), told['user_id']]);
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

/**
 * The event data of a message from the WhatsApp Business app: {@link receivedFrom} with sender and recipient swapped.
 */
export function echoedFrom(accountId: string, { message, ...item }: MetaEcho): MessageEchoedData {
  const { to, to_user_id: userId, ...rest } = message;
  const received = receivedFrom(accountId, { ...item, message: { ...rest, from: to, from_user_id: userId } });
  const { from, name: _name, receivedAt: sentAt, ...handed } = received;
  return { ...handed, to: from ?? handed.userId ?? '', source: 'business_app', sentAt };
}
