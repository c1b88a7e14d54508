import { microBatch } from '@wbiz/eventing/micro-batch';
import type { Pool } from 'pg';

type Wamid = { readonly accountId: string; readonly wamid: string };
export const SENT_MESSAGE = Symbol('SENT_MESSAGE');
/** The id of the message that an account sent under this wamid; null: it sent none. */
export type FindSent = (of: Wamid) => Promise<string | null>;

/** Looks up sent messages by wamid, one statement for all that wait. */
export const sentMessages = (pool: Pool): FindSent =>
  microBatch(async (asked: readonly Wamid[]) => {
    const { rows } = await pool.query<{ stream: string | null }>({
      name: 'sent-messages',
      text: `select m.stream from unnest($1::text[], $2::text[]) with ordinality as q(account_id, wamid, ord)
             left join lateral (
               select stream from messaging.messages
               where wamid = q.wamid and account_id = q.account_id and state->>'direction' = 'out' limit 1) m on true
             order by q.ord`,
      values: [asked.map(({ accountId }) => accountId), asked.map(({ wamid }) => wamid)],
    });
    return rows.map(({ stream }) => stream);
  });
