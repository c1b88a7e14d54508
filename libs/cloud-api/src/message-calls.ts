import { codeLabel } from './graph-error-fates.js';
import type { CallOutcome, GraphClient } from './graph-client.js';
import { refusedWith, sendOutcome, type SendOutcome } from './send-outcome.js';

const TRACEPARENT = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;

const OUTCOME_OF_SEND = { accepted: 'ok', unknown: 'broken', not_sent: 'not_sent' } as const;
const outcomeOfSend = (outcome: SendOutcome): CallOutcome =>
  outcome.kind === 'refused'
    ? { kind: 'refused', code: codeLabel(outcome.error) }
    : { kind: OUTCOME_OF_SEND[outcome.kind] };

/** Calls about messages. */
export const messageCalls = ({ transport, watch, tokenFault, pathTo, request }: GraphClient) => ({
  /** Sends `body` unchanged by `POST /{phone number}/messages`. Never retries. */
  async sendMessage(
    token: string,
    phoneNumberId: string,
    body: Readonly<Record<string, unknown>>,
    { traceparent }: { readonly traceparent?: string | undefined } = {},
  ): Promise<SendOutcome> {
    const fault = tokenFault(token);
    if (fault !== undefined) return refusedWith(fault);
    const given = traceparent !== undefined && TRACEPARENT.test(traceparent) ? traceparent : undefined;
    const watching = watch?.({ operation: 'send_message', method: 'POST', traceparent: given });
    const exchange = await transport.call({
      method: 'POST',
      path: pathTo(phoneNumberId, 'messages'),
      token,
      body: JSON.stringify(body),
      traceparent: watching?.traceparent ?? given,
    });
    const outcome = sendOutcome(exchange);
    watching?.ended(outcomeOfSend(outcome));
    return outcome;
  },

  /**
   * Marks an inbound message and the person's earlier ones read; `typing`: Meta shows the typing bubble for up to 25 s.
   */
  async markRead(
    token: string,
    phoneNumberId: string,
    wamid: string,
    { typing = false }: { readonly typing?: boolean } = {},
  ): Promise<void> {
    const body = {
      messaging_product: 'whatsapp',
      status: 'read',
      message_id: wamid,
      ...(typing ? { typing_indicator: { type: 'text' } } : {}),
    };
    await request('mark_read', {
      method: 'POST',
      path: pathTo(phoneNumberId, 'messages'),
      token,
      body: JSON.stringify(body),
    });
  },
});
