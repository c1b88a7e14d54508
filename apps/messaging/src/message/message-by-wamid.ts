import { microBatch } from '@wbiz/eventing/micro-batch';
import type { Pool } from 'pg';

type Wamid = { readonly accountId: string; readonly wamid: string; readonly direction: 'in' | 'out' };
export const MESSAGE_BY_WAMID = Symbol('MESSAGE_BY_WAMID');
/** The id of the message that an account sent or received under this wamid; null: there is none. */
export type FindByWamid = (of: Wamid) => Promise<string | null>;

/** Looks up messages by wamid, one statement for all that wait. */
export const messagesByWamid = (pool: Pool): FindByWamid =>
  microBatch(async (asked: readonly Wamid[]) => {
    const { rows } = await pool.query<{ stream: string | null }>({
      name: 'messages-by-wamid',
      text: `select m.stream from unnest($1::text[], $2::text[], $3::text[]) with ordinality as q(account_id, wamid, direction, ord)
             left join lateral (
               select stream from messaging.messages
               where wamid = q.wamid and account_id = q.account_id and state->>'direction' = q.direction limit 1) m on true
             order by q.ord`,
      values: [
        asked.map(({ accountId }) => accountId),
        asked.map(({ wamid }) => wamid),
        asked.map(({ direction }) => direction),
      ],
    });
    return rows.map(({ stream }) => stream);
  });
