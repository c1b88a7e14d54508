import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Wbiz } from '@wbiz/sdk/wbiz';
import { verifyWebhook } from '@wbiz/sdk/webhook';
import { until } from '@wbiz/testing/stack';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
// @boundaries-ignore the tests run the processes as npm start does
import { sharing } from '../../scripts/apps.ts';
import { receiver } from './webhook-receiver.js';
import { type Client } from './api-client.js';
import { PERSON, startSystem, type System } from './system.js';

const BIN = fileURLToPath(new URL('../../apps/gateway/bin/wbiz.js', import.meta.url));

let system: System;
let api: Client & { accountId: string };
let wbiz: Wbiz;
const running = new Set<ChildProcess>();
beforeAll(async () => {
  system = await startSystem({ together: sharing('') });
  api = await system.connect();
  wbiz = new Wbiz({ baseUrl: system.baseUrl, apiKey: api.apiKey });
}, 120_000);
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
});
afterAll(() => system?.stop());

/** A proxy that does not pass on the first answer it receives. */
async function losingProxy() {
  let passed = 0;
  const pass = async (url: string, init: RequestInit) => {
    const answer = await fetch(new URL(url, system.baseUrl), init);
    return { status: answer.status, text: await answer.text(), type: answer.headers.get('content-type')! };
  };
  const server = createServer((request, response) => {
    void (async () => {
      const { authorization = '', 'content-type': type = '', 'idempotency-key': key } = request.headers;
      const answer = await pass(request.url!, {
        method: request.method!,
        headers: { authorization, 'content-type': type, 'idempotency-key': String(key) },
        body: Buffer.concat((await request.toArray()) as Buffer[]),
      });
      passed += 1;
      if (passed === 1) request.socket.destroy();
      else response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.text);
    })();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`,
    passed: () => passed,
    close: () => server.close(),
  };
}

const sentTo = async (to: string) =>
  (
    await system.control<{ data: { wamid: string; body: { text?: { body: string } } }[] }>(
      'GET',
      `/messages?to=${to.slice(1)}&limit=1000`,
    )
  ).data;

describe('the SDK', () => {
  it('sends once, though the first answer is lost', async () => {
    await system.writeIn(api);
    const proxy = await losingProxy();
    const unlucky = new Wbiz({ baseUrl: proxy.baseUrl, apiKey: api.apiKey });
    const body = 'Sent by the SDK';
    const sent = await unlucky.request('POST', '/v1/messages/text', { body: { to: PERSON, body } });
    proxy.close();
    expect(proxy.passed()).toBe(2);
    const arrived = (await sentTo(PERSON)).filter((message) => message.body.text?.body === body);
    expect(arrived.map(({ wamid }) => wamid)).toEqual([sent.wamid]);
    const { status } = await wbiz.request('GET', '/v1/messages/{id}', { path: { id: sent.id } });
    expect(['sent', 'delivered', 'read']).toContain(status);
    await expect(
      wbiz.request('POST', '/v1/messages/text', { body: { to: 'nobody', body } }),
    ).rejects.toMatchObject({ code: 'invalid_request', status: 422, details: [{ pointer: '/to' }] });
  });

  it('lists what takes more than two pages', async () => {
    const phones = Array.from({ length: 450 }, (_, index) => `+1415555${2000 + index}`);
    const contacts = phones.map((phone) => ({ phone, tags: ['paged'] }));
    await wbiz.request('POST', '/v1/contacts/bulk', { body: { contacts } });
    const seen: (string | null)[] = [];
    for await (const { phone } of wbiz.list('/v1/contacts', { query: { tag: ['paged'] } })) seen.push(phone);
    expect(seen.sort()).toEqual(phones);
  });

  it('reads the feed over a restart of the gateway, and resumes at any event', async () => {
    const stopped = new AbortController();
    const types = ['message.received'] as const;
    const seen: { wamid: string; sequence: number; cursor: string }[] = [];
    const reading = (async () => {
      for await (const { data, sequence, cursor } of wbiz.events({ types, signal: stopped.signal }))
        seen.push({ wamid: data.wamid, sequence, cursor });
    })();
    const before = await system.writeIn(api, PERSON, 'Before');
    await until(() => seen.some(({ wamid }) => wamid === before), { describe: 'the event before' });
    await system.restart('gateway');
    const after = await system.writeIn(api, PERSON, 'After');
    await until(() => seen.some(({ wamid }) => wamid === after), {
      timeoutMs: 20_000,
      describe: 'the event after',
    });
    stopped.abort(new Error('read enough'));
    await expect(reading).rejects.toThrow('read enough');
    const all = (await api.allEvents()).filter(({ type }) => type === 'message.received');
    expect(seen.map(({ sequence }) => sequence)).toEqual(all.map(({ sequence }) => sequence));
    for (const [index, { cursor }] of seen.slice(0, -1).entries())
      for await (const { sequence } of wbiz.events({ types, since: cursor })) {
        expect(sequence).toBe(seen[index + 1]!.sequence);
        break;
      }
  });

  it('verifies a delivery', async () => {
    const endpoint = await receiver();
    const { id, secret } = await wbiz.request('POST', '/v1/webhooks', {
      body: { url: endpoint.url, events: ['message.received'] },
    });
    const wamid = await system.writeIn(api, PERSON, 'Olá 👋');
    const [delivery] = await until(() => endpoint.received.length > 0 && endpoint.received);
    const event = await verifyWebhook(delivery!.body, delivery!.headers, secret);
    expect(event).toMatchObject({ type: 'message.received', accountId: api.accountId, data: { wamid } });
    await expect(verifyWebhook(`${delivery!.body} `, delivery!.headers, secret)).rejects.toMatchObject({
      code: 'invalid_signature',
    });
    await wbiz.request('DELETE', '/v1/webhooks/{id}', { path: { id } });
    endpoint.close();
  });
});

describe('the command line', () => {
  const env = () => ({
    PATH: process.env.PATH,
    WBIZ_URL: system.baseUrl,
    WBIZ_API_KEY: api.apiKey,
    WBIZ_SIMULATOR_URL: system.simulatorUrl,
  });
  const start = (...args: string[]) => {
    const child = spawn(process.execPath, [BIN, ...args], {
      env: env(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    running.add(child);
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
    return lines;
  };
  const trigger = async (...args: string[]) => {
    const { stdout } = await promisify(execFile)(process.execPath, [BIN, 'trigger', ...args], { env: env() });
    return JSON.parse(stdout) as { wamid?: string };
  };

  it('prints events as they come, and posts them as webhooks are posted', async () => {
    const endpoint = await receiver(({ body }) => (body.includes('refuse me') ? 500 : 204));
    const types = ['--types', 'message.received,message.status'];
    const listened = start('listen', '--forward-to', endpoint.url, ...types);
    const [first] = await until(() => listened.length > 0 && listened, { describe: 'wbiz listen' });
    const [secret] = /whsec_\S+/.exec(first!)!;
    const tailed = start('events', 'tail', '--since', 'oldest', ...types);

    const { wamid } = await trigger('message.received', '--text', 'refuse me');
    await trigger('message.received', '--text', 'Hello again');
    await until(() => endpoint.received.length === 2, { describe: 'both events at the receiver' });
    const [refused, taken] = await Promise.all(
      endpoint.received.map(({ body, headers }) => verifyWebhook(body, headers, secret)),
    );
    expect(refused).toMatchObject({ accountId: api.accountId, data: { wamid, body: 'refuse me' } });
    expect(taken).toMatchObject({ type: 'message.received', data: { body: 'Hello again' } });
    await until(() => listened.length === 3, { describe: 'what the receiver answered' });
    expect(listened[1]).toMatch(new RegExp(`message\\.received ${refused!.id}: 500 in \\d+ ms$`));
    expect(listened[2]).toMatch(new RegExp(`message\\.received ${taken!.id}: 204 in \\d+ ms$`));

    const printed = () => tailed.map((line) => JSON.parse(line) as { id: string; cursor: string });
    await until(() => printed().some(({ id }) => id === taken!.id), { describe: 'wbiz events tail' });
    const { cursor } = printed().find(({ id }) => id === refused!.id)!;
    const resumed = start('events', 'tail', '--since', cursor, ...types);
    await until(() => resumed.length > 0);
    expect(JSON.parse(resumed[0]!)).toMatchObject({ id: taken!.id });
    endpoint.close();
  });

  it('triggers events at the simulator', async () => {
    await system.control('POST', '/behaviour', { statuses: 'none' });
    await system.writeIn(api);
    const { id } = await wbiz.request('POST', '/v1/messages/text', { body: { to: PERSON, body: 'Read me' } });
    await trigger('message.status', id, 'delivered,read');
    await until(
      async () => (await wbiz.request('GET', '/v1/messages/{id}', { path: { id } })).status === 'read',
      { describe: 'the message read' },
    );
    const { data } = await wbiz.request('GET', '/v1/templates', { query: { search: 'diwali_offer' } });
    const path = { id: data[0]!.id };
    await trigger('template.status', path.id, 'paused');
    await until(async () => (await wbiz.request('GET', '/v1/templates/{id}', { path })).status === 'paused', {
      describe: 'the template paused',
    });
    await trigger('contact.opted_out');
    for await (const { data: told } of wbiz.events({ types: ['contact.opted_out'] })) {
      expect(told).toMatchObject({ phone: PERSON });
      break;
    }
  });
});
