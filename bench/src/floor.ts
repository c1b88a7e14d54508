// The floor, the least that a durable send can cost: one process writes a send's steps to Postgres and calls Meta. One account,
// one phone number; no event log, limits, recovery or order across replicas. Prints the URL that it listens on.
import { createHmac } from 'node:crypto';
import { newId } from '@wbiz/contracts/ids';
import Fastify from 'fastify';
import { Pool } from 'undici';
import { openFloorStore } from './floor-store.ts';
import { jobOf, tellUrl } from './jobs.ts';

type Send = {
  readonly template: string;
  readonly language: string;
  readonly variables: readonly string[];
  readonly to: string;
};
type GraphAnswer = { readonly messages: readonly [{ readonly id: string }] };
type WebhookStatus = {
  readonly id: string;
  readonly biz_opaque_callback_data: string;
  readonly status: string;
  readonly recipient_id: string;
  readonly timestamp: string;
};
type Webhook = {
  readonly entry: readonly {
    readonly changes: readonly { readonly value: { readonly statuses?: readonly WebhookStatus[] } }[];
  }[];
};

const { databaseUrl, cloudApiUrl, accessToken, phoneNumberId, appSecret } = jobOf('floor');
const GRAPH_HEADERS = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' };

const graph = new Pool(cloudApiUrl, { connections: 128 });
const store = await openFloorStore(databaseUrl, phoneNumberId);

const app = Fastify({ bodyLimit: 4_000_000 });
app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
  done(null, body),
);

app.post<{ Body: Buffer }>('/messages', async (request, reply) => {
  const { template, language, variables, to } = JSON.parse(request.body.toString()) as Send;
  const parameters = variables.map((text) => ({ type: 'text', text }));
  const content = {
    type: 'template',
    template: { name: template, language: { code: language }, components: [{ type: 'body', parameters }] },
  };
  const at = new Date().toISOString();
  const id = newId('msg');
  await store.accept({ id, commandId: newId('cmd'), to, content, at });
  const { statusCode, body } = await graph.request({
    method: 'POST',
    path: `/v25.0/${phoneNumberId}/messages`,
    headers: GRAPH_HEADERS,
    body: JSON.stringify({ messaging_product: 'whatsapp', to, ...content, biz_opaque_callback_data: id }),
  });
  const answer = await body.json();
  if (statusCode !== 200) return reply.code(502).send(answer);
  const [{ id: wamid }] = (answer as GraphAnswer).messages;
  await store.settle({ id, wamid });
  return reply.code(201).send({ id, wamid, status: 'accepted', to, createdAt: at });
});

app.get<{ Querystring: Record<string, string> }>('/webhook', ({ query }) => query['hub.challenge']);
app.post<{ Body: Buffer }>('/webhook', async ({ headers, body }, reply) => {
  const signature = createHmac('sha256', appSecret).update(body).digest('hex');
  if (headers['x-hub-signature-256'] !== `sha256=${signature}`) return reply.code(401).send();
  const statuses = (JSON.parse(body.toString()) as Webhook).entry
    .flatMap(({ changes }) => changes)
    .flatMap(({ value }) => value.statuses ?? []);
  await Promise.all(
    statuses.map(({ id: wamid, biz_opaque_callback_data: id, status, recipient_id: to, timestamp: at }) =>
      store.takeStatus({ id, wamid, to, status, at }),
    ),
  );
  return reply.send();
});

app.get('/through', () => store.progress());
tellUrl(await app.listen({ host: '127.0.0.1', port: 0 }));
process.on('SIGTERM', () => process.exit(0));
