import type { MessageState } from './message.decider.js';

/** A message with what was written or is sent. */
export type WholeMessage = MessageState & Required<Pick<MessageState, 'body' | 'payload'>>;

/** One that Meta handed us: its state holds all of it. */
export function handedMessage(message: MessageState): WholeMessage {
  const { body, payload } = message;
  if (body === undefined || payload === undefined) throw new Error(`${message.id} was not received`);
  return { ...message, body, payload };
}

/**
 * The message of the row `m` as SQL: what is sent stands in the first event of its stream. Rows of former versions hold
 * it themselves, with what a customer does not see.
 */
export const whole = (
  m: string,
) => `(case when ${m}.state ? 'body' then ${m}.state - 'content' - 'traceparent'
  else ${m}.state || (select jsonb_build_object('body', e.private->'body', 'payload', e.private->'payload')
    from messaging.events e where e.stream = ${m}.stream and e.version = 1) end)`;
