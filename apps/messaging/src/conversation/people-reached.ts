import { firstId } from '@wbiz/contracts/ids';
import type { PoolClient } from 'pg';
import type { MessageState } from '../message/message.state.js';

/*
 * Meta limits how many people a business reaches in 24 hours: a person counts if a template goes to them outside their
 * service window. `reached_minute` of a conversation is the last minute in which its person was reached.
 */

/** SQL: a window with less than this left counts as closed: Meta may accept the template up to this much later. */
const SLACK = "interval '5 minutes'";
/** SQL: how long a person counts, from the start of `reached_minute`: 24 hours (Meta), that minute, and SLACK. */
export const COUNTED = `(interval '24 hours 1 minute' + ${SLACK})`;
/**
 * A template sent to Meta more than this (ms) after its creation is late: {@link countLate} counts its person again.
 */
const PROMPT_MS = 60_000;

/**
 * SQL: `reached_minute` of the conversation row `c` after a template was accepted in `minute` (null: no template was).
 */
export const reachedAfter = (c: string, minute: string) =>
  `case when ${c}.window_expires_at > ${minute} at time zone 'UTC' + interval '1 minute' + ${SLACK}
               then ${c}.reached_minute else greatest(${c}.reached_minute, ${minute}) end`;

/** Counts the people of late templates as reached now, when Meta is called, unless their service window is open. */
export async function countLate(started: readonly MessageState[], tx: PoolClient): Promise<void> {
  const prompt = firstId('msg', Date.now() - PROMPT_MS);
  const late = started.filter(({ id, kind }) => kind === 'template' && id < prompt);
  if (late.length === 0) return;
  await tx.query({
    name: 'conversations-reach-late',
    text: `with late as (
             select stream from messaging.conversations
             where stream = any($1) and (window_expires_at is null or window_expires_at <= now() + ${SLACK})
             order by stream for no key update)
           update messaging.conversations c
           set reached_minute = greatest(reached_minute, date_trunc('minute', now() at time zone 'UTC'))
           from late where c.stream = late.stream`,
    values: [late.map(({ conversationId }) => conversationId)],
  });
}
