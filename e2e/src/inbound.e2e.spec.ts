import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
import pg from 'pg';
// @boundaries-ignore the samples of Meta's messages and their events exist only there
import { META_MESSAGES, RAW_MESSAGES } from '../../apps/messaging/src/inbound/inbound.samples.js';
// @boundaries-ignore the tests run the processes as npm start does
import { sharing } from '../../scripts/apps.ts';
import { type Client } from './api-client.js';
import { PERSON, startSystem, type System } from './system.js';

let system: System;
let api: Client & { accountId: string };
let database: pg.Pool;
const begun = new Date().toISOString();

beforeAll(async () => {
  system = await startSystem({ together: sharing('') });
  database = new pg.Pool({ connectionString: system.databaseUrl });
  database.on('error', () => undefined); // the database stops before this client
  api = await system.connect();
}, 120_000);
afterAll(async () => {
  await database?.end();
  await system?.stop();
});

const received = async () => (await api.allEvents()).filter(({ type }) => type === 'message.received');
const wrote = async (message: object) =>
  (await system.control<{ wamid: string }>('POST', '/inbound', { from: PERSON, name: 'Asha', message }))
    .wamid;
const derive = () => system.admin('POST', '/meta-webhooks/derive', { since: begun });

it('shows every type of message in the feed, once, in batches and sent twice', async () => {
  await system.control('POST', '/behaviour', { batch: 10, duplicate: 1 });
  const all = [...META_MESSAGES, ...RAW_MESSAGES].filter(([, { type }]) => typeof type === 'string');
  const sent = await Promise.all(
    all.map(async ([what, message, became]) => ({ what, became, wamid: await wrote(message) })),
  );
  await system.control('POST', '/behaviour', { batch: 1, duplicate: 0 });
  await system.writeIn(api);
  const events = await until(
    async () => {
      const seen = await received();
      return sent.every(({ wamid }) => seen.some(({ data }) => data.wamid === wamid)) && seen;
    },
    { timeoutMs: 20_000, describe: 'every message in the feed' },
  );
  for (const { wamid, what, became } of sent) {
    const found = events.filter(({ data }) => data.wamid === wamid);
    expect(found).toMatchObject([{ data: { ...became, from: PERSON } }]);
    // Meta's webhook has no contact for a system message; the contacts in this body belong to other messages.
    if (found[0]!.data.kind !== 'system') expect([what, found[0]!.data.name]).toEqual([what, 'Asha']);
  }
  const { body } = await api.get(`/v1/messages/${String(events[0]!.data.messageId)}`);
  expect(body).toMatchObject({ direction: 'in', status: 'received', from: PERSON });
});

it('brings back from Meta’s webhooks what a database has lost, and doubles nothing', async () => {
  const before = await received();
  expect(await derive()).toMatchObject({ status: 200, body: { items: expect.any(Number) } });
  // A person's messages keep their order: once this message is in the feed, all earlier ones are.
  await system.writeIn(api);
  const after = await received();
  expect(after).toHaveLength(before.length + 1);

  const lost = before.map(({ data }) => String(data.messageId));
  await database.query('delete from messaging.events where stream = any($1)', [lost]);
  await database.query('delete from messaging.messages where stream = any($1)', [lost]);
  await database.query('delete from messaging.wamids where message_id = any($1)', [lost]);
  expect((await api.get(`/v1/messages/${lost[0]}`)).status).toBe(404);
  await derive();
  await until(async () => (await received()).length === after.length + lost.length, { timeoutMs: 20_000 });
  await derive();
  await system.writeIn(api);
  const back = (await received()).slice(after.length, -1);
  expect(back.map(({ data }) => data)).toEqual(expect.arrayContaining(before.map(({ data }) => data)));
  expect(back).toHaveLength(lost.length);
  for (const id of lost) expect((await api.get(`/v1/messages/${id}`)).status).toBe(200);
});
