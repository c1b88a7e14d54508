import type { CloudApi } from '@wbiz/cloud-api/cloud-api';
import type { SendOutcome } from '@wbiz/cloud-api/send-outcome';
import type { Credentials } from '../account/credentials.js';
import { notSent } from '../account/not-sent.js';
import type { Outgoing } from '../message/message.state.js';

/** Sends a message with the account's token; if Meta refuses the token, fetches the token again and retries once. */
export function sendToMeta(api: CloudApi, credentials: Credentials) {
  const call = async (
    { accountId, phoneNumberId, traceparent }: Outgoing,
    body: Record<string, unknown>,
  ): Promise<SendOutcome> => {
    let token: string | undefined;
    try {
      token = await credentials.tokenOf(accountId);
    } catch (error) {
      return notSent('the access token cannot be had', error);
    }
    if (!token) return { kind: 'not_sent', reason: 'the account has no access token' };
    return api.sendMessage(token, phoneNumberId, body, { traceparent: traceparent ?? undefined });
  };
  return async (message: Outgoing, body: Record<string, unknown>): Promise<SendOutcome> => {
    const answer = await call(message, body);
    if (answer.kind !== 'refused' || answer.scope !== 'token') return answer;
    credentials.forget(message.accountId);
    return call(message, body);
  };
}
