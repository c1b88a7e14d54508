import type { MessageState } from './message.state.js';

/** A message with its content. */
export type WholeMessage = MessageState & Required<Pick<MessageState, 'body' | 'payload'>>;

/** A message that came by Meta's webhook: its state holds the content. Throws for any other. */
export function handedMessage(message: MessageState): WholeMessage {
  const { body, payload } = message;
  if (body === undefined || payload === undefined) throw new Error(`${message.id} was not received`);
  return { ...message, body, payload };
}

/**
 * SQL: the message of row `m` with its content, which is in the first event of the stream. Rows of received messages
 * and of former versions hold it themselves; `content` and `traceparent` of the latter are internal.
 */
export const wholeMessage = (
  m: string,
) => `(case when ${m}.state ? 'body' then ${m}.state - 'content' - 'traceparent'
  else ${m}.state || (select jsonb_build_object('body', e.private->'body', 'payload', e.private->'payload')
    from messaging.events e where e.stream = ${m}.stream and e.version = 1) end)`;
