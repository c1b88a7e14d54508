import { fateOf } from '@wbiz/cloud-api/graph-error-fates';
import type { SendOutcome } from '@wbiz/cloud-api/send-outcome';
import { LIMITS } from '@wbiz/contracts/limits';
import { text } from '@wbiz/contracts/meta/item';
import type { Outcome } from '../message/message.commands.js';
import { metaError } from '../message/meta-error.js';

/** Maximum age of a message that is sent again after a temporary error, in ms: nobody wants yesterday's message. */
const MAX_AGE_MS = 86_400_000;

/** The outcome of an attempt, from Meta's answer or from why there is none. */
export function outcomeOf(
  answer: SendOutcome,
  { attempt, ageMs }: { attempt: number; ageMs: number },
): Outcome {
  if (answer.kind === 'accepted') {
    const wamid = text(answer.wamid, LIMITS.wamid);
    const held = answer.messageStatus === 'held_for_quality_assessment';
    return wamid
      ? { kind: 'accepted', wamid, ...(held && { held }) }
      : { kind: 'unknown', reason: `an id that does not have 1 to ${LIMITS.wamid.max} characters` };
  }
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
