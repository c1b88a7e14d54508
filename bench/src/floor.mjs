// The floor: the durable steps of a send in one process on one Postgres, and nothing else. One account, one number; no
// event log, no limits, no recovery, no order over replicas. Prints its address.
import { createHmac } from 'node:crypto';
import { newId } from '@wbiz/contracts/ids';
import { microBatch } from '@wbiz/eventing/micro-batch';
import Fastify from 'fastify';
import pg from 'pg';
import { Pool } from 'undici';

const { databaseUrl, cloudApiUrl, accessToken, phoneNumberId, appSecret } = JSON.parse(
  process.env.BENCH_FLOOR,
);
const ACCOUNT = newId('acc');
const RANK = { accepted: 0, sent: 1, delivered: 2, read: 3 };
const GRAPH_HEADERS = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' };

const database = new pg.Pool({ connectionString: databaseUrl, max: 6 });
const graph = new Pool(cloudApiUrl, { connections: 128 });
let through = 0;
let lastAt = 0;

await database.query(`
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
    type text not null, data json not null, created_at timestamptz not null default now(), unique (stream, version))`);

/** Items that wait together share a transaction; two transactions at a time. */
const batched = (work) =>
  microBatch(
    async (items) => {
      const client = await database.connect();
      try {
        await client.query('begin');
        await work((name, text, ...values) => client.query({ name, text, values }), items);
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

const append = (query, events) =>
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
const statusEvent = ({ id, wamid = null, to }, version, status, at) => ({
  version,
  data: { messageId: id, wamid, to, status, error: null, at },
});

const accept = batched(async (query, messages) => {
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
    messages.map((message) => statusEvent(message, 1, 'accepted', message.at)),
  );
  await query(
    'reply',
    'insert into floor.replies select id, reply from rows from (unnest($1::text[]), json_array_elements($2::json)) r(id, reply)',
    messages.map(({ commandId }) => commandId),
    JSON.stringify(messages.map(({ id, to }) => ({ id, status: 'accepted', to }))),
  );
});

const settle = batched(async (query, calls) => {
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
});

const takeStatus = batched(async (query, statuses) => {
  const { rows } = await query(
    'lock',
    'select message_id as id, version, status, history from floor.progress where message_id = any($1) order by 1 for no key update',
    [...new Set(statuses.map(({ id }) => id))],
  );
  const messages = new Map(rows.map((row) => [row.id, row]));
  const events = [];
  for (const status of statuses) {
    const message = messages.get(status.id);
    message.history.push({ status: status.status, at: status.at });
    if (RANK[status.status] <= RANK[message.status]) continue;
    message.status = status.status;
    events.push(statusEvent(status, (message.version += 1), status.status, status.at));
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
  through += events.filter(({ data }) => data.status === 'read').length;
  lastAt = Date.now();
});

const app = Fastify({ bodyLimit: 4_000_000 });
app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
  done(null, body),
);

app.post('/messages', async (request, reply) => {
  const { template, language, variables, to } = JSON.parse(request.body);
  const parameters = variables.map((text) => ({ type: 'text', text }));
  const content = {
    type: 'template',
    template: { name: template, language: { code: language }, components: [{ type: 'body', parameters }] },
  };
  const at = new Date().toISOString();
  const id = newId('msg');
  await accept({ id, commandId: newId('cmd'), to, content, at });
  const { statusCode, body } = await graph.request({
    method: 'POST',
    path: `/v25.0/${phoneNumberId}/messages`,
    headers: GRAPH_HEADERS,
    body: JSON.stringify({
      messaging_product: 'whatsapp',
      to,
      ...content,
      biz_opaque_callback_data: id,
    }),
  });
  const answer = await body.json();
  if (statusCode !== 200) return reply.code(502).send(answer);
  const [{ id: wamid }] = answer.messages;
  await settle({ id, wamid });
  return reply.code(201).send({ id, wamid, status: 'accepted', to, createdAt: at });
});

app.get('/webhook', ({ query }) => query['hub.challenge']);
app.post('/webhook', async ({ headers, body }, reply) => {
  const signature = createHmac('sha256', appSecret).update(body).digest('hex');
  if (headers['x-hub-signature-256'] !== `sha256=${signature}`) return reply.code(401).send();
  const statuses = JSON.parse(body)
    .entry.flatMap(({ changes }) => changes)
    .flatMap(({ value }) => value.statuses ?? []);
  await Promise.all(
    statuses.map(({ id: wamid, biz_opaque_callback_data: id, status, recipient_id: to, timestamp: at }) =>
      takeStatus({ id, wamid, to, status, at }),
    ),
  );
  return reply.send();
});

app.get('/through', () => ({ through, lastAt }));
console.log(JSON.stringify({ url: await app.listen({ host: '127.0.0.1', port: 0 }) }));
process.on('SIGTERM', () => process.exit(0));
