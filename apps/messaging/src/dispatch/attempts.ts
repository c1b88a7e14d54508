import type { RefusalScope } from '@wbiz/cloud-api/graph-error-fates';
import type { SendOutcome } from '@wbiz/cloud-api/send-outcome';
import { USER_ID } from '@wbiz/contracts/schema/text-fields';
import type { Logger } from '@wbiz/eventing/logger';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import { setTimeout as delay } from 'node:timers/promises';
import type { CompleteMessage } from '../media/upload-before-send.js';
import { messages } from '../message/message.aggregate.js';
import type { Outcome } from '../message/message.commands.js';
import type { MessageState, Outgoing } from '../message/message.state.js';
import { mediaWithoutMetaId } from '../message/meta-media-id.js';
import type { Claimed } from './claim-sends.js';
import type { Lane } from './lane.js';
import { outcomeOf } from './outcome-of.js';
import { classOf } from './send-class.js';

/**
 * Maximum time that a campaign's send waits behind single sends, in ms. After that the send is deferred, so that single
 * sends to the same person need not wait.
 */
const TURN_PATIENCE_MS = 2000;

export type AttemptsOptions = {
  readonly store: EventStore;
  readonly send: (message: Outgoing, body: Record<string, unknown>) => Promise<SendOutcome>;
  readonly complete: CompleteMessage;
  /** Whether the outcome of a send is added to the trace of the request that created the send. */
  readonly isTraced?: boolean;
  /** Called after each attempt with its outcome, and with Meta's answer (or why there is none). */
  readonly onOutcome?: (outcome: Outcome, answer: SendOutcome) => void;
  readonly logger: Logger;
};

/** Makes the attempts to send: waits for a send's turn, calls Meta, stores the outcome. */
export class Attempts {
  /** `lanes`: of all phone numbers that this replica dispatches. */
  constructor(
    private readonly options: AttemptsOptions,
    private readonly lanes: ReadonlyMap<string, Lane>,
  ) {}

  /**
   * Waits for the send's turn, then calls Meta. `deferred`: the turn came too late for the send or for the lease.
   */
  async outcome(lane: Lane, claimed: Claimed): Promise<Outcome> {
    const isComplete = mediaWithoutMetaId(claimed.message).length === 0;
    const completed = isComplete ? claimed : await this.options.complete(claimed.message);
    if ('notSent' in completed) return this.outcomeOf(lane, claimed, completed.notSent);
    if (!(await lane.turns.turn(classOf(claimed.message), turnDeadline(claimed.message))))
      return { kind: 'deferred', reason: 'single sends went first' };
    if (performance.now() > lane.lease.validUntil)
      return { kind: 'deferred', reason: 'the lease ran out before the call' };
    const { message } = completed;
    const answer = await this.options.send(message, bodyOf(message));
    if (answer.kind === 'accepted') lane.pace.passed();
    return this.outcomeOf(lane, claimed, answer);
  }

  private outcomeOf(lane: Lane, { message, attempt }: Claimed, answer: SendOutcome): Outcome {
    if (answer.kind === 'refused') this.slowDown(lane, answer.scope);
    const outcome = outcomeOf(answer, { attempt, ageMs: Date.now() - Date.parse(message.createdAt) });
    this.options.onOutcome?.(outcome, answer);
    return outcome;
  }

  /**
   * Pauses claims for the phone number, or for all numbers of the account, that Meta throttles. A pair limit needs no
   * pause: the deferred send already holds back later sends to the same person.
   */
  private slowDown({ lease }: Lane, scope: RefusalScope): void {
    if (scope !== 'pace-number' && scope !== 'pace-account') return;
    for (const [phoneNumberId, lane] of this.lanes) {
      const counted =
        scope === 'pace-account'
          ? lane.lease.accountId === lease.accountId
          : phoneNumberId === lease.phoneNumberId;
      if (!counted) continue;
      lane.pace.refused(performance.now());
      this.options.logger.warn(
        {
          phoneNumberId,
          accountId: lease.accountId,
          scope,
          pauseMs: Math.round(lane.pace.pausedFor(performance.now())),
        },
        'dispatcher: Meta throttles this phone number or its account; no sends are claimed until the pause ends',
      );
    }
  }

  /** Stores the outcome of an attempt. Retries until that succeeds, since no other process knows the outcome. */
  async settle(
    { id: messageId, accountId, traceparent }: Pick<Outgoing, 'id' | 'accountId'> & Partial<Outgoing>,
    attempt: number,
    outcome: Outcome,
  ) {
    for (let wait = 100; ; wait = Math.min(wait * 2, 2000)) {
      try {
        const settled = await this.options.store.apply(messages, {
          accountId,
          ...(this.options.isTraced && traceparent && { traceparent }),
          type: 'message.settle',
          data: { messageId, attempt, outcome, at: new Date().toISOString() },
        });
        return settled.ok ? settled.state : null;
      } catch (err) {
        this.options.logger.warn(
          { err, messageId, accountId, attempt, outcome: outcome.kind, retryMs: wait },
          'dispatcher: storing the outcome of a send failed; trying again after retryMs',
        );
        await delay(wait);
      }
    }
  }
}

/** Until when a send waits for its turn (monotonic clock, ms); Infinity for a single send. */
const turnDeadline = ({ expiresAt }: MessageState) =>
  expiresAt === undefined
    ? Infinity
    : performance.now() + Math.min(TURN_PATIENCE_MS, Date.parse(expiresAt) - Date.now());

/**
 * The body of the send. Meta repeats `biz_opaque_callback_data` (our id; at most 512 characters) in every status, so a
 * status settles a send whose answer was lost.
 */
const bodyOf = (message: Outgoing) => ({
  messaging_product: 'whatsapp',
  recipient_type: 'individual',
  ...(message.to !== null && USER_ID.test(message.to) ? { recipient: message.to } : { to: message.to }),
  ...message.content,
  biz_opaque_callback_data: message.id,
});
