import { META_CHANGE, META_ECHO, META_MESSAGE, META_STATUS, type InboundPayloads } from './meta-inbound.js';
import { text } from './meta-item.js';

/** The user id first: Meta gives it always, and the number not always. */
const keyOf = (userId: unknown, phone: unknown) => text(userId) ?? text(phone) ?? '';

/** The keys of the records of items. Those with the same key stay in order: a person's messages and statuses, a WABA's changes. */
export const INBOUND_KEYS: {
  readonly [Type in keyof InboundPayloads]: (data: InboundPayloads[Type]) => string;
} = {
  [META_MESSAGE]: ({ phoneNumberId, message, contact }) =>
    `${phoneNumberId}:${keyOf(message['from_user_id'] ?? contact?.user_id, message['from'])}`,
  [META_STATUS]: ({ phoneNumberId, status }) =>
    `${phoneNumberId}:${keyOf(status['recipient_user_id'], status['recipient_id'])}`,
  [META_ECHO]: ({ phoneNumberId, message }) =>
    `${phoneNumberId}:${keyOf(message['to_user_id'], message['to'])}`,
  [META_CHANGE]: ({ wabaId }) => wabaId,
};
