import type { MessageState } from './message.decider.js';

/** A message with its content. */
export type WholeMessage = MessageState & Required<Pick<MessageState, 'body' | 'payload'>>;

/** A message from Meta's webhook: its state already holds the content. */
export function handedMessage(message: MessageState): WholeMessage {
  const { body, payload } = message;
  if (body === undefined || payload === undefined) throw new Error(`${message.id} was not received`);
  return { ...message, body, payload };
}

/**
 * SQL: the whole message of the row `m`. The content comes from the first event of its stream. Rows of former
 * versions hold it themselves, with fields customers do not see.
 */
export const whole = (
  m: string,
) => `(case when ${m}.state ? 'body' then ${m}.state - 'content' - 'traceparent'
  else ${m}.state || (select jsonb_build_object('body', e.private->'body', 'payload', e.private->'payload')
    from messaging.events e where e.stream = ${m}.stream and e.version = 1) end)`;
