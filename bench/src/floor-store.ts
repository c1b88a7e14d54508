import { newId } from '@wbiz/contracts/ids';
import { microBatch } from '@wbiz/eventing/micro-batch';
import pg from 'pg';

const ACCOUNT = newId('acc');
const RANK: Readonly<Record<string, number>> = { accepted: 0, sent: 1, delivered: 2, read: 3 };

type Message = {
  readonly id: string;
  readonly commandId: string;
  readonly to: string;
  readonly content: object;
  readonly at: string;
};
type Call = { readonly id: string; readonly wamid: string };
type Status = Call & { readonly to: string; readonly status: string; readonly at: string };
type Progress = { readonly id: string; version: number; status: string; readonly history: object[] };
type StatusEvent = {
  readonly version: number;
  readonly data: { readonly messageId: string; readonly status: string };
};
type Query = <Row extends object>(
  name: string,
  text: string,
  ...values: readonly unknown[]
) => Promise<{ readonly rows: Row[] }>;

/** Writes the steps of a send to Postgres; steps that wait at the same time share a transaction. */
export async function openFloorStore(databaseUrl: string, phoneNumberId: string) {
  const database = new pg.Pool({ connectionString: databaseUrl, max: 6 });
  await database.query(SCHEMA);
  let through = 0;
  let lastAt = 0;

  /** Batches waiting items, at most two transactions at a time. */
  const batched = <Item>(work: (query: Query, items: readonly Item[]) => Promise<void>) =>
    microBatch<Item, Item>(
      async (items) => {
        const client = await database.connect();
        try {
          await client.query('begin');
          await work((name, text, ...values) => client.query({ name, text, values: [...values] }), items);
          await client.query('commit');
        } catch (error) {
          await client.query('rollback');
          throw error;
        } finally {
          client.release();
        }
        return items;
      },
      { lanes: 2 },
    );

  return {
    accept: batched<Message>((query, messages) => accept(query, messages, phoneNumberId)),
    settle: batched<Call>(settle),
    takeStatus: batched<Status>(async (query, statuses) => {
      const events = await takeStatuses(query, statuses);
      through += events.filter(({ data }) => data.status === 'read').length;
      lastAt = Date.now();
    }),
    progress: () => ({ through, lastAt }),
  };
}

async function accept(query: Query, messages: readonly Message[], phoneNumberId: string): Promise<void> {
  const ids = messages.map(({ id }) => id);
  await query(
    'message',
    `insert into floor.messages (id, account_id, conversation_id, data) select id, $2, conversation, data
     from rows from (unnest($1::text[], $3::text[]), json_array_elements($4::json)) m(id, conversation, data)`,
    ids,
    ACCOUNT,
    messages.map(({ to }) => `cnv_${to}`),
    JSON.stringify(messages.map(({ to, content }) => ({ to, phoneNumberId, content }))),
  );
  await query(
    'progress',
    `insert into floor.progress (message_id, version, status, history) select id, 1, 'accepted', '[]' from unnest($1::text[]) m(id)`,
    ids,
  );
  await query('claim', `insert into floor.dispatch select id, 'started' from unnest($1::text[]) m(id)`, ids);
  await append(
    query,
    messages.map(({ at, ...message }) => statusEvent({ ...message, wamid: null, status: 'accepted', at }, 1)),
  );
  await query(
    'reply',
    'insert into floor.replies select id, reply from rows from (unnest($1::text[]), json_array_elements($2::json)) r(id, reply)',
    messages.map(({ commandId }) => commandId),
    JSON.stringify(messages.map(({ id, to }) => ({ id, status: 'accepted', to }))),
  );
}

async function settle(query: Query, calls: readonly Call[]): Promise<void> {
  const ids = calls.map(({ id }) => id);
  const wamids = calls.map(({ wamid }) => wamid);
  await query(
    'settled',
    'update floor.progress p set wamid = c.wamid from unnest($1::text[], $2::text[]) c(id, wamid) where p.message_id = c.id',
    ids,
    wamids,
  );
  await query('wamid', 'insert into floor.wamids select * from unnest($1::text[], $2::text[])', wamids, ids);
  await query('done', 'delete from floor.dispatch where message_id = any($1)', ids);
}

/** Stores statuses; resolves with an event for each status that is further than its message's status was. */
async function takeStatuses(query: Query, statuses: readonly Status[]): Promise<readonly StatusEvent[]> {
  const { rows } = await query<Progress>(
    'lock',
    'select message_id as id, version, status, history from floor.progress where message_id = any($1) order by 1 for no key update',
    [...new Set(statuses.map(({ id }) => id))],
  );
  const messages = new Map(rows.map((row) => [row.id, row]));
  const events: StatusEvent[] = [];
  for (const status of statuses) {
    const message = messages.get(status.id)!;
    message.history.push({ status: status.status, at: status.at });
    if (RANK[status.status]! <= RANK[message.status]!) continue;
    message.status = status.status;
    events.push(statusEvent(status, (message.version += 1)));
  }
  await query(
    'move',
    `update floor.progress p set version = m.version, status = m.status, changed_at = now(), history = m.history
     from rows from (unnest($1::text[], $2::int[], $3::text[]), json_array_elements($4::json)) m(id, version, status, history) where p.message_id = m.id`,
    rows.map(({ id }) => id),
    rows.map(({ version }) => version),
    rows.map(({ status }) => status),
    JSON.stringify(rows.map(({ history }) => history)),
  );
  if (events.length > 0) await append(query, events);
  return events;
}

const append = (query: Query, events: readonly StatusEvent[]) =>
  query(
    'append',
    `insert into floor.events (id, account_id, stream, version, type, data)
     select id, $2, stream, version, 'message.status', data
     from rows from (unnest($1::text[], $3::text[], $4::int[]), json_array_elements($5::json)) e(id, stream, version, data)`,
    events.map(() => newId('evt')),
    ACCOUNT,
    events.map(({ data }) => data.messageId),
    events.map(({ version }) => version),
    JSON.stringify(events.map(({ data }) => data)),
  );

const statusEvent = (
  { id, wamid, to, status, at }: Omit<Status, 'wamid'> & { readonly wamid: string | null },
  version: number,
) => ({ version, data: { messageId: id, wamid, to, status, error: null, at } });

const SCHEMA = `
  create schema floor;
  create table floor.messages (
    id text primary key, account_id text not null, conversation_id text not null, created_at timestamptz not null default now(), data json not null);
  create index on floor.messages (account_id, id desc);
  create index on floor.messages (conversation_id, id desc);
  create table floor.progress (
    message_id text primary key, version int not null, status text not null, changed_at timestamptz not null default now(), wamid text, history json not null
  ) with (fillfactor = 60);
  create table floor.wamids (wamid text primary key, message_id text not null);
  create table floor.dispatch (message_id text primary key, state text not null);
  create table floor.replies (command_id text primary key, reply json not null);
  create table floor.events (
    sequence bigint generated always as identity primary key, id text not null, account_id text not null, stream text not null, version int not null,
    type text not null, data json not null, created_at timestamptz not null default now(), unique (stream, version))`;
