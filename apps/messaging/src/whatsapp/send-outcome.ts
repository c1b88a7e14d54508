import type { SendOutcome } from '@wbiz/cloud-api/send-outcome';
import type { MessageError } from '@wbiz/contracts/message';
import type { Outcome } from '../message/message.decider.js';

/** A send that Meta keeps refusing for a passing reason is given up after this many attempts. */
const MAX_ATTEMPTS = 10;

/** What an answer of Meta's, or the lack of one, means for the message. */
export function outcomeOf(answer: SendOutcome, attempt: number): Outcome {
  if (answer.kind === 'accepted') return { kind: 'accepted', wamid: answer.wamid };
  if (answer.kind === 'not_sent') return { kind: 'deferred', reason: answer.reason };
  if (answer.kind === 'unknown') return { kind: 'unknown', reason: answer.reason };
  const { error } = answer;
  if (answer.retryable && attempt < MAX_ATTEMPTS)
    return { kind: 'deferred', reason: `Meta's error ${error.code}` };
  const ours =
    answer.retryable || answer.scope === 'token' || answer.scope === 'account' || answer.scope === 'upstream';
  return { kind: 'refused', error: metaError(ours ? 'upstream_error' : 'rejected_by_meta', error) };
}

type GraphFault = { code: number; subcode?: number; title?: string; message?: string; details?: string };

/** Meta's error as a customer sees it. */
export const metaError = (code: 'upstream_error' | 'rejected_by_meta', error: GraphFault): MessageError => ({
  code,
  message: (error.message ?? error.title ?? 'Meta gave no reason.').slice(0, 1000),
  metaCode: error.code,
  ...(error.subcode === undefined ? {} : { metaSubcode: error.subcode }),
  ...(error.details === undefined ? {} : { details: error.details.slice(0, 2000) }),
});
