import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
// @boundaries-ignore the tests run the processes as npm start does
import { sharing } from '../../scripts/apps.ts';
// @boundaries-ignore the tests run the processes as npm start does
import { isRunning } from '../../scripts/embedded/launch.ts';
import { adds, people, recipientsOf, WITH, type Campaign } from './campaign-kills.js';
import { receiver, type Receiver } from './webhook-receiver.js';
import { ok, type Client, type FeedEvent } from './api-client.js';
import { PERSON, startSystem, type System } from './system.js';

const SHARED: readonly string[] = sharing('');
const PEOPLE = 300;

let system: System;
let api: Client & { accountId: string };
let hooks: Receiver;
let verifier: Webhook;

beforeAll(async () => {
  system = await startSystem({ together: SHARED, env: { OUTCOME_GRACE_MS: '5000' } });
  api = await system.connect();
  await system.admin('PATCH', `/accounts/${api.accountId}`, { throughput: 100 });
  hooks = await receiver();
  const { secret } = ok(
    await api.post<{ secret: string }>('/v1/webhooks', {
      url: `${hooks.url}/hooks`,
      events: ['message.received', 'message.status', 'campaign.status'],
    }),
  );
  verifier = new Webhook(secret);
}, 180_000);
afterAll(async () => {
  hooks?.close();
  await system?.stop();
});

/** The events that the endpoint received, each once. */
const told = () => {
  const events = hooks.received.map(
    ({ headers, body }) => verifier.verify(body, headers as Record<string, string>) as FeedEvent,
  );
  return [...new Map(events.map((event) => [event.id, event])).values()];
};

it('services that share a process send, take in and tell as those that have their own', async () => {
  const wamid = await system.writeIn(api, PERSON, 'Is it there?');
  await until(() => told().some(({ data }) => data.wamid === wamid), { timeoutMs: 5_000 });
  const { id } = ok(await api.post<{ id: string }>('/v1/messages/text', { to: PERSON, body: 'It is.' }));
  await until(() => told().some(({ data }) => data.messageId === id && data.status === 'read'));
  const found = ok(await api.get<{ data: { phone: string }[] }>(`/v1/contacts?search=${PERSON.slice(1)}`));
  expect(found.data).toMatchObject([{ phone: PERSON }]);
});

it('a campaign reaches everybody once, and the endpoint is told all of it, though the process is killed', async () => {
  await people(api, 'many', PEOPLE);
  const audience = { kind: 'tags', tags: ['many'] };
  const { id } = ok(await api.post<Campaign>('/v1/campaigns', { name: 'many', ...WITH, audience }));
  const campaign = async () => {
    const { status, body } = await api.get<Campaign>(`/v1/campaigns/${id}`);
    if (status !== 200) return undefined; // the service is down
    adds(body);
    return body;
  };
  const sent = () =>
    system.control<{ data: { to: string }[] }>('GET', '/messages?limit=10000').then(({ data }) => data);
  await until(async () => (await sent()).length > PEOPLE / 4, { timeoutMs: 60_000 });
  await system.kill('together');
  await system.start('together');

  await until(async () => (await campaign())?.status === 'completed', { timeoutMs: 60_000 });
  expect((await recipientsOf(api, id)).map(({ to }) => to)).toHaveLength(PEOPLE);
  const reached = (await sent()).map(({ to }) => to).filter((to) => to !== PERSON);
  expect([reached.length, new Set(reached).size]).toEqual([PEOPLE, PEOPLE]);
  await until(
    () => {
      const read = told().filter(({ data }) => data.status === 'read' && data.to !== PERSON);
      return read.length === PEOPLE && told().some(({ data }) => data.status === 'completed');
    },
    { timeoutMs: 60_000, describe: 'all of it at the endpoint' },
  );
  const feed = (await api.allEvents()).filter(
    ({ type }) => type === 'message.status' || type === 'campaign.status',
  );
  const known = new Set(told().map((event) => event.id));
  expect(feed.filter((event) => !known.has(event.id))).toEqual([]);
});

it('the process stops in less than 10 s, each service in order', async () => {
  const pid = system.pidOf('together');
  const log = () => readFile(join(system.home, 'logs', 'together.log'), 'utf8');
  process.kill(pid, 'SIGTERM');
  await until(() => !isRunning(pid), { timeoutMs: 10_000 });
  const lines = await until(async () => {
    const stopped = (await log()).split('\n').filter((line) => line.includes('"msg":"shutdown: over;'));
    return stopped.length === SHARED.length && stopped;
  });
  const names = lines.map((line) => (JSON.parse(line) as { service: string }).service);
  expect(names.toSorted()).toEqual(SHARED.toSorted());
});
