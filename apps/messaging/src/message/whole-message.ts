import type { MessageState } from './message.state.js';

/** A message with its content. */
export type WholeMessage = MessageState & Required<Pick<MessageState, 'body' | 'payload'>>;

/** The message with its content, which is in the state of a message from Meta's webhook. Throws for a send. */
export function handedMessage(message: MessageState): WholeMessage {
  const { body, payload } = message;
  if (body === undefined || payload === undefined) throw new Error(`${message.id} was not received`);
  return { ...message, body, payload };
}

/**
 * SQL: the message of row `m` with its content. A send's content is in the stream's first event; rows of received
 * messages and of former versions hold the content themselves, the latter with `content` and `traceparent`, which are
 * internal and left out.
 */
export const wholeMessage = (
  m: string,
) => `(case when ${m}.state ? 'body' then ${m}.state - 'content' - 'traceparent'
  else ${m}.state || (select jsonb_build_object('body', e.private->'body', 'payload', e.private->'payload')
    from messaging.events e where e.stream = ${m}.stream and e.version = 1) end)`;
