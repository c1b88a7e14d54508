import { META_CHANGE, META_MESSAGE, META_STATUS, type InboundPayloads } from './meta-inbound.js';
import { text } from './meta-item.js';

const keyOf = (phone: unknown, userId: unknown) => text(phone) ?? text(userId) ?? '';

/** The keys of the records of items. Those with the same key stay in order: a person's messages and statuses, a WABA's changes. */
export const INBOUND_KEYS: {
  readonly [Type in keyof InboundPayloads]: (data: InboundPayloads[Type]) => string;
} = {
  [META_MESSAGE]: ({ phoneNumberId, message }) =>
    `${phoneNumberId}:${keyOf(message['from'], message['from_user_id'])}`,
  [META_STATUS]: ({ phoneNumberId, status }) =>
    `${phoneNumberId}:${keyOf(status['recipient_id'], status['recipient_user_id'])}`,
  [META_CHANGE]: ({ wabaId }) => wabaId,
};
