import { withDatabase } from './database.ts';

/** By table: the column that finds a message's rows, and the columns that differ per copy; `n`: 24 digits, unique per copy. */
const ROWS = {
  messages: {
    of: 'stream',
    own: `'stream', 'msg_00' || n, 'state', t.state || jsonb_build_object('id', 'msg_00' || n, 'wamid', 'wamid.' || n, 'conversationId', 'cnv_00' || n)`,
  },
  events: { of: 'stream', own: `'stream', 'msg_00' || n, 'id', 'evt_00' || n || t.version` },
  wamids: { of: 'message_id', own: `'message_id', 'msg_00' || n, 'wamid', 'wamid.' || n` },
  conversations: { of: 'stream', own: `'stream', 'cnv_00' || n, 'person', '+99' || n` },
};

/** Writes `count` copies of a message that the account has sent, each with another person as recipient. */
export async function fillMessages(databaseUrl: string, accountId: string, count: number): Promise<void> {
  await withDatabase(databaseUrl, async (client) => {
    const { rows } = await client.query<{ stream: string; conversation: string }>(
      `select stream, state->>'conversationId' as conversation from messaging.messages
       where account_id = $1 and state->>'status' = 'read' limit 1`,
      [accountId],
    );
    const { stream, conversation } = rows[0]!;
    for (const [table, { of, own }] of Object.entries(ROWS)) {
      const columns = await client.query<{ list: string }>(
        `select string_agg(quote_ident(column_name), ', ' order by ordinal_position) as list from information_schema.columns
         where table_schema = 'messaging' and table_name = $1 and is_generated = 'NEVER' and is_identity = 'NO'`,
        [table],
      );
      const { list } = columns.rows[0]!;
      await client.query(
        `insert into messaging.${table} (${list}) select ${list.replace(/[a-z_]+/g, 'r.$&')}
         from messaging.${table} t
         cross join (select lpad(i::text, 24, '0') as n from generate_series(1, $2::int) i) s
         cross join lateral jsonb_populate_record(t, jsonb_build_object(${own})) r where t.${of} = $1`,
        [table === 'conversations' ? conversation : stream, count],
      );
      await client.query(`vacuum analyze messaging.${table}`);
    }
  });
}
