import { ruleFor, type RefusalScope } from './graph-error-fates.js';
import { graphErrorIn, type GraphError } from './graph-error.js';
import type { Exchange } from './graph-transport.js';

/**
 * The outcome of a send, so that no message is sent twice or lost:
 * - `accepted`: Meta gave the message an id.
 * - `refused`: Meta answered with a Graph error, or this client refused the token; certainly nothing was accepted.
 * - `not_sent`: nothing left this host; a retry is safe. `code`: why, if an operator has to act.
 * - `unknown`: the request was sent, and no answer tells whether it was accepted.
 */
export type SendOutcome =
  | {
      readonly kind: 'accepted';
      readonly wamid: string;
      readonly waId?: string;
      /** Templates only: accepted, held_for_quality_assessment or paused. */
      readonly messageStatus?: string;
    }
  | {
      readonly kind: 'refused';
      readonly error: GraphError;
      readonly retryable: boolean;
      readonly scope: RefusalScope;
    }
  | { readonly kind: 'not_sent'; readonly reason: string; readonly code?: 'token_sealed' }
  | { readonly kind: 'unknown'; readonly reason: string };

export const refusedWith = (error: GraphError): SendOutcome => {
  const { retryable, scope } = ruleFor(error);
  return { kind: 'refused', error, retryable, scope };
};

type Accepted = {
  readonly messages?: readonly { readonly id?: unknown; readonly message_status?: unknown }[];
  readonly contacts?: readonly { readonly wa_id?: unknown }[];
};

export function sendOutcome(exchange: Exchange): SendOutcome {
  if (exchange.kind === 'not_sent') return exchange;
  if (exchange.kind === 'broken') return { kind: 'unknown', reason: exchange.reason };
  const { httpStatus, body } = exchange;
  const answer = jsonIn(body);
  const error = graphErrorIn(answer, httpStatus);
  if (error !== undefined) return refusedWith(error);
  const { messages, contacts } = (answer ?? {}) as Accepted;
  const message = Array.isArray(messages) ? messages[0] : undefined;
  if (httpStatus !== 200 || typeof message?.id !== 'string')
    return { kind: 'unknown', reason: `HTTP ${httpStatus} with a body that is not the Graph API's` };
  const waId = Array.isArray(contacts) ? contacts[0]?.wa_id : undefined;
  return {
    kind: 'accepted',
    wamid: message.id,
    ...(typeof waId === 'string' ? { waId } : {}),
    ...(typeof message.message_status === 'string' ? { messageStatus: message.message_status } : {}),
  };
}

/** The parsed text; undefined if it is not JSON, such as a proxy's error page or a truncated answer. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
