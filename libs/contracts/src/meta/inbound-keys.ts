import { META_CHANGE, META_ECHO, META_MESSAGE, META_STATUS, type InboundPayloads } from './inbound.js';
import { text } from './item.js';

/** Prefers the user id: Meta always gives it, but not always the phone number. */
const keyOf = (userId: unknown, phone: unknown) => text(userId) ?? text(phone) ?? '';

/**
 * Kafka record keys of webhook items. Items with one key keep their order: a person's messages and statuses, a WABA's
 * changes.
 */
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
