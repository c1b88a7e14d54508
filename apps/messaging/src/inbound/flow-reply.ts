import { isPlainObject } from '@wbiz/contracts/schema/json-values';
import { isOwnFlowToken } from '@wbiz/contracts/flow';
import type { InboundExtras, InboundPayload } from '@wbiz/contracts/inbound-payload';
import { LIMITS } from '@wbiz/contracts/limits';
import type { MessageReceivedData } from '@wbiz/contracts/message';
import type { MetaItem } from '@wbiz/contracts/meta/inbound';
import { object, text } from '@wbiz/contracts/meta/item';
import type { Pool } from 'pg';
import { wholeMessage } from '../message/whole-message.js';

/**
 * The payload of a reply to a flow or to another of Meta's forms (`address_message`). Leaves out a token that WBIZ or
 * Meta made.
 */
export function flowReply({
  name,
  response_json: json,
}: MetaItem): Omit<InboundPayload<'flow_reply'>, keyof InboundExtras> {
  const response = responseIn(json);
  if (!response) return { name: text(name), response, responseText: text(json) };
  const token = tokenIn(response);
  if (token === undefined || !isOwnFlowToken(token)) return { name: text(name), response, flowToken: token };
  const { flow_token: _token, ...answers } = response;
  return { name: text(name), response: answers };
}

export const FLOW_REPLIES = Symbol('FLOW_REPLIES');
/** Adds to a flow reply the ids of the send and of the flow that the reply answers; `message` is Meta's message. */
export type MatchFlowReply = (
  accountId: string,
  received: MessageReceivedData,
  message: MetaItem,
) => Promise<MessageReceivedData>;

/** Matches a flow reply to the send that it quotes, or else to the conversation's newest send with the reply's token. */
export const flowReplies =
  (pool: Pool): MatchFlowReply =>
  async (accountId, received, message) => {
    const { kind, payload, replyTo, conversationId } = received;
    if (kind !== 'flow_reply' || payload?.['name'] === 'address_message') return received;
    const send = async (which: string, values: readonly string[]) => {
      const { rows } = await pool.query<{ id: string; flowId: string | null }>(
        `select stream as id, ${wholeMessage('m')}->'payload'->>'flowId' as "flowId" from messaging.messages m
         where account_id = $1 and state->>'direction' = 'out' and state->>'kind' in ('flow', 'template') and ${which}
         order by stream collate "C" desc limit 1`,
        [accountId, ...values],
      );
      return rows[0];
    };
    const token = tokenIn(responseIn(object(object(message['interactive'])['nfm_reply'])['response_json']));
    const answered =
      (replyTo &&
        (await send(
          `stream in (select message_id from messaging.wamids where wamid = $2 and account_id = $1)`,
          [replyTo],
        ))) ||
      (token &&
        (await send(`conversation_id = $2 and $3 in (stream, state->>'flowToken')`, [
          conversationId,
          token,
        ])));
    if (!answered) return received;
    const { id: flowMessageId, flowId } = answered;
    return { ...received, payload: { ...payload, ...(flowId && { flowId }), flowMessageId } };
  };

/** The answers in the reply to a form; null if they are not a JSON object, since the sender can send any text. */
function responseIn(json: unknown): MetaItem | null {
  if (isPlainObject(json)) return json;
  try {
    const parsed: unknown = JSON.parse(text(json) ?? '');
    return isPlainObject(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

const tokenIn = (response: MetaItem | null) => text(response?.['flow_token'], LIMITS.flowToken);
