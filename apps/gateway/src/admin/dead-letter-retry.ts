import { isId } from '@wbiz/contracts/ids';
import { SERVICES, topics } from '@wbiz/contracts/topics';
import { issuedAt } from '@wbiz/eventing/command-id';
import type { DeadLetter, Fate } from '@wbiz/eventing/kafka/dead-letter';
import { REPLIES_KEPT_MS } from '@wbiz/eventing/postgres/reply-partitions';

/** A letter that names its topic and consumer group, and so can be put back. */
type Sent = DeadLetter & { readonly topic: string; readonly group: string };

type Retry =
  | { readonly refusal: string }
  | {
      readonly letter: Sent;
      /** Replaces the command's own deadline (ms since the epoch). */
      readonly deadline?: number;
    };

type Circumstances = {
  /** TOPIC_PREFIX. */
  readonly prefix: string | undefined;
  readonly fate: Fate | undefined;
  /** Also retry commands past their deadline. */
  readonly pastDeadline: boolean;
  readonly now: number;
};

const isSent = (letter: DeadLetter): letter is Sent =>
  letter.topic !== undefined && letter.group !== undefined;

/**
 * Decides whether a dead letter may be retried. Items of Meta's webhooks: always. Commands: until their deadline; with
 * `pastDeadline` for 24 hours, while their stored reply keeps them from taking effect twice. Never a command whose
 * deadline had passed before it was handled: its caller was told that nothing was done.
 */
export function decideRetry(letter: DeadLetter, { prefix, fate, pastDeadline, now }: Circumstances): Retry {
  if (fate?.state === 'retried') return { refusal: `It was retried at ${fate.at} by ${fate.by}.` };
  if (!isSent(letter)) return { refusal: 'It does not say which topic and consumer group it comes from.' };
  const name = topics(prefix);
  const { topic, commandId, at, deadline = Infinity } = letter;
  if (topic === name.inbound || topic === name.inboundChanges) return { letter };
  if (!SERVICES.some((service) => topic === name.commands(service)))
    return { refusal: `Nothing is put back on the topic ${topic}.` };
  if (!isId(commandId)) return { refusal: 'It has no id by which it would have effect only once.' };
  const until = issuedAt(commandId).getTime() + REPLIES_KEPT_MS;
  if (now > until)
    return { refusal: 'It is older than 24 hours: whether it had an effect is not known any more.' };
  // Negated, so that an unreadable `at` (NaN) is refused too.
  if (!(Date.parse(at) <= deadline))
    return { refusal: 'Its deadline had passed before: its caller was told that nothing was done.' };
  if (now <= deadline) return { letter };
  if (pastDeadline) return { letter, deadline: until };
  return {
    refusal: `Its deadline passed at ${new Date(deadline).toISOString()}: its caller was told 500 and may have asked again. With pastDeadline (--past-deadline) it is retried all the same.`,
  };
}
