import { fateOf } from '@wbiz/cloud-api/graph-error-codes';
import type { SendOutcome } from '@wbiz/cloud-api/send-outcome';
import type { MessageError } from '@wbiz/contracts/message';
import type { Outcome } from '../message/message.decider.js';

/** What passes some day is given up after one: nobody wants yesterday's message. */
const MAX_AGE_MS = 86_400_000;

/** What an answer of Meta's, or the lack of one, means for the message. */
export function outcomeOf(
  answer: SendOutcome,
  { attempt, ageMs }: { attempt: number; ageMs: number },
): Outcome {
  if (answer.kind === 'accepted') return { kind: 'accepted', wamid: answer.wamid };
  if (answer.kind === 'not_sent')
    return ageMs < MAX_AGE_MS
      ? { kind: 'deferred', reason: answer.reason }
      : {
          kind: 'refused',
          error: { code: 'upstream_error', message: 'For 24 hours the message could not be handed to Meta.' },
        };
  if (answer.kind === 'unknown') return { kind: 'unknown', reason: answer.reason };
  const { error } = answer;
  const { attempts, answer: code } = fateOf(error);
  return attempt < attempts && ageMs < MAX_AGE_MS
    ? { kind: 'deferred', reason: `Meta's error ${error.code}` }
    : { kind: 'refused', error: metaError(code, error) };
}

type GraphFault = { code: number; subcode?: number; title?: string; message?: string; details?: string };

/** Meta's error as a customer sees it. */
export const metaError = (code: 'upstream_error' | 'rejected_by_meta', error: GraphFault): MessageError => ({
  code,
  message: readable(error.message ?? error.title ?? 'Meta gave no reason.', 1000),
  metaCode: error.code,
  ...(error.subcode === undefined ? {} : { metaSubcode: error.subcode }),
  ...(error.details === undefined ? {} : { details: readable(error.details, 2000) }),
});

/** Text of Meta's that Postgres can hold, also where it was cut through a character. */
const readable = (text: string, max: number) => text.slice(0, max).replaceAll('\u0000', '').toWellFormed();
