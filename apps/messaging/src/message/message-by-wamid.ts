import { microBatch } from '@wbiz/eventing/micro-batch';
import type { Pool } from 'pg';

type Wamid = { readonly accountId: string; readonly wamid: string; readonly direction: 'in' | 'out' };
export const MESSAGE_BY_WAMID = Symbol('MESSAGE_BY_WAMID');
/** The id of the account's message, sent or received, with this wamid; null if there is none. */
export type FindByWamid = (of: Wamid) => Promise<string | null>;

/** Looks up messages by wamid; one statement for all pending lookups. */
export const messagesByWamid = (pool: Pool): FindByWamid =>
  microBatch(async (asked: readonly Wamid[]) => {
    const { rows } = await pool.query<{ id: string | null }>({
      name: 'messages-by-wamid',
      text: `select w.message_id as id from unnest($1::text[], $2::text[], $3::text[]) with ordinality as q(account_id, wamid, direction, ord)
             left join messaging.wamids w
               on w.wamid = q.wamid and w.account_id = q.account_id and w.direction = q.direction
             order by q.ord`,
      values: [
        asked.map(({ accountId }) => accountId),
        asked.map(({ wamid }) => wamid),
        asked.map(({ direction }) => direction),
      ],
    });
    return rows.map(({ id }) => id);
  });
