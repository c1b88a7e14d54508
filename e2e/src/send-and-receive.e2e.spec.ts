import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
import { Kafka, logLevel } from 'kafkajs';
import { randomUUID } from 'node:crypto';
import { ANY_TYPE, BATCH, everyRecord, recordChecks } from './kafka-records.js';
import { type Client, type FeedEvent } from './api-client.js';
import { PERSON, startSystem, type System } from './system.js';

type Receipt = {
  id: string;
  wamid: string;
  status: string;
  conversationId: string;
  phoneNumberId: string;
  to: string;
};

let system: System;
let api: Client & { accountId: string; keyId: string };

beforeAll(async () => {
  system = await startSystem({ replicas: { gateway: 2, messaging: 2 } });
  api = await system.connect();
  await system.writeIn(api);
}, 120_000);
afterAll(() => system?.stop());

/** The examples of the API reference's Messages section, verbatim. */
const REFERENCE = {
  text: `{
    "to": "+918899332211",
    "body": "Hi! Your order #1043 has shipped."
  }`,
  template: `{
    "to": "+918899332211",
    "template": "order_confirmation",
    "language": "en_US",
    "variables": ["Gaurav", "#1043"]
  }`,
  media: `{
    "to": "+918899332211",
    "type": "image",
    "link": "https://example.com/catalogue.jpg",
    "caption": "This week's catalogue"
  }`,
  interactive: `{
    "to": "+918899332211",
    "kind": "buttons",
    "body": "Reply to confirm your order.",
    "buttons": [{ "id": "yes", "title": "Confirm" }, { "id": "no", "title": "Cancel" }]
  }`,
  location: `{
    "to": "+918899332211",
    "latitude": 23.0225,
    "longitude": 72.5714,
    "name": "Our store",
    "address": "Ahmedabad, India"
  }`,
};

const statusesOf = (events: readonly FeedEvent[], messageId: string) =>
  events
    .filter(({ type, data }) => type === 'message.status' && data.messageId === messageId)
    .map(({ data }) => data.status);

describe('two gateways and two messaging processes, as one', () => {
  it('send a text: 201 with a wamid, then accepted, sent, delivered, read in the feed', async () => {
    const sent = await api.post<Receipt>('/v1/messages/text', {
      to: '0091 88993 32211',
      body: 'Hi! Your order #1043 has shipped.',
      metadata: { order: '1043' },
    });
    expect(sent).toMatchObject({
      status: 201,
      body: {
        id: expect.stringMatching(/^msg_[0-9A-HJKMNP-TV-Z]{26}$/),
        wamid: expect.stringMatching(/^wamid\./),
        status: 'accepted',
        to: PERSON,
      },
    });
    const { id, wamid } = sent.body;
    const events = await until(
      async () => {
        const all = await api.allEvents();
        return statusesOf(all, id).includes('read') && all;
      },
      { describe: 'the status read' },
    );
    expect(statusesOf(events, id)).toEqual(['accepted', 'sent', 'delivered', 'read']);
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
    const [accepted, handed] = events.filter(({ data }) => data.messageId === id);
    expect(accepted!.data).toMatchObject({
      wamid: null,
      metadata: { order: '1043' },
      error: null,
      campaignId: null,
    });
    expect(handed!.data).toMatchObject({ wamid });
    const { body } = await api.get<{ status: string; history: { status: string }[] }>(`/v1/messages/${id}`);
    expect(body).toMatchObject({
      id,
      wamid,
      direction: 'out',
      kind: 'text',
      body: 'Hi! Your order #1043 has shipped.',
      status: 'read',
    });
    expect(body.history.map(({ status }) => status)).toEqual(['accepted', 'sent', 'delivered', 'read']);
  });

  it('send a template, checked against the one Meta approved', async () => {
    const send = (over: object) =>
      api.post<Receipt & { code: string }>('/v1/messages/template', {
        to: '+14155550123',
        template: 'order_confirmation',
        language: 'en_US',
        variables: ['Gaurav', '#1043'],
        ...over,
      });
    expect(await send({})).toMatchObject({ status: 201, body: { wamid: expect.stringMatching(/^wamid\./) } });
    expect(await send({ template: 'no_such' })).toMatchObject({
      status: 404,
      body: { code: 'template_not_found' },
    });
    expect(await send({ variables: ['one'] })).toMatchObject({
      status: 422,
      body: { code: 'template_variables_mismatch' },
    });
  });

  it.each(Object.entries(REFERENCE))(
    "send the reference's example of %s as pasted",
    async (kind, example) => {
      const sent = await api.post<Receipt>(`/v1/messages/${kind}`, example);
      expect(sent).toMatchObject({
        status: 201,
        body: { id: expect.stringMatching(/^msg_/), wamid: expect.stringMatching(/^wamid\./), to: PERSON },
      });
      await until(
        async () =>
          (await api.get<{ status: string }>(`/v1/messages/${sent.body.id}`)).body.status === 'read',
        { timeoutMs: 20_000, describe: `the ${kind} read` },
      );
    },
  );

  it("save, change and send the reference's preset as pasted, and tell what was sent after it is gone", async () => {
    const buttons = [
      { id: 'sales', title: 'Sales' },
      { id: 'support', title: 'Support' },
    ];
    const card = { kind: 'buttons', body: 'How can we help?', buttons };
    const saved = await api.post<{ id: string }>(
      '/v1/interactive',
      `{
        "kind": "buttons",
        "body": "How can we help?",
        "buttons": [{ "id": "sales", "title": "Sales" }, { "id": "support", "title": "Support" }]
      }`,
    );
    expect(saved).toMatchObject({
      status: 201,
      body: { id: expect.stringMatching(/^int_/), name: null, ...card },
    });
    const path = `/v1/interactive/${saved.body.id}`;
    expect((await api.get(path)).body).toEqual(saved.body);
    const body = 'Pick an option to continue.';
    const changed = await api.request('PATCH', path, `{ "body": "${body}" }`);
    expect(changed).toMatchObject({ status: 200, body: { ...card, body } });
    expect((await api.get('/v1/interactive?search=PICK%20AN')).body).toEqual({
      data: [changed.body],
      nextCursor: null,
    });

    const sent = await api.post<Receipt>(`${path}/send`, `{ "to": "+918899332211" }`);
    expect(sent).toMatchObject({
      status: 201,
      body: { wamid: expect.stringMatching(/^wamid\./), to: PERSON },
    });
    expect((await api.request('DELETE', path)).status).toBe(204);
    for (const gone of [await api.get(path), await api.post(`${path}/send`, { to: PERSON })])
      expect(gone).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect((await api.get(`/v1/messages/${sent.body.id}`)).body).toMatchObject({
      kind: 'interactive',
      body,
      payload: { kind: 'buttons', buttons },
    });
    const { data } = await system.control<{ data: { wamid: string; body: object }[] }>(
      'GET',
      `/messages?to=${PERSON.slice(1)}&limit=1000`,
    );
    expect(data.find(({ wamid }) => wamid === sent.body.wamid)!.body).toMatchObject({
      interactive: {
        type: 'button',
        body: { text: body },
        action: { buttons: buttons.map((reply) => ({ type: 'reply', reply })) },
      },
    });
  });

  it('react, share contacts, quote, and hand Meta what was asked for', async () => {
    const wamid = await system.writeIn(api, PERSON, 'React to me');
    const [inbound] = (await api.get<{ data: { id: string }[] }>('/v1/messages?status=received&limit=1')).body
      .data;
    const sends: [string, object, object][] = [
      [
        'reaction',
        { messageId: inbound!.id, emoji: '👍' },
        { type: 'reaction', reaction: { message_id: wamid, emoji: '👍' } },
      ],
      [
        'contacts',
        { contacts: [{ name: 'Asha Patel', phones: ['+918899332211'] }] },
        {
          type: 'contacts',
          contacts: [
            {
              name: { formatted_name: 'Asha Patel', first_name: 'Asha Patel' },
              phones: [{ phone: '+918899332211' }],
            },
          ],
        },
      ],
      [
        'location',
        { latitude: 23.0225, longitude: 72.5714, replyTo: inbound!.id },
        {
          type: 'location',
          location: { latitude: 23.0225, longitude: 72.5714 },
          context: { message_id: wamid },
        },
      ],
    ];
    for (const [kind, body, told] of sends) {
      const sent = await api.post<Receipt>(`/v1/messages/${kind}`, { to: PERSON, ...body });
      expect([kind, sent]).toMatchObject([kind, { status: 201 }]);
      const { data } = await system.control<{ data: { wamid: string; body: object }[] }>(
        'GET',
        `/messages?to=${PERSON.slice(1)}&limit=1000`,
      );
      expect(data.find((message) => message.wamid === sent.body.wamid)!.body).toMatchObject(told);
    }
    expect(
      await api.post('/v1/messages/media', { to: PERSON, type: 'image', mediaId: 'med_X' }),
    ).toMatchObject({ status: 404, body: { code: 'media_not_found', errors: [{ pointer: '/mediaId' }] } });
  });

  it('list the flows, send one as the reference has it, and tell what was filled in', async () => {
    const { data } = (await api.get<{ data: { id: string }[] }>('/v1/flows')).body;
    expect(data).toMatchObject([{ name: 'appointment_booking', status: 'published' }]);
    const [{ id: flowId }] = data as [(typeof data)[number]];
    expect(await api.get(`/v1/flows/${flowId}`)).toMatchObject({ status: 200, body: data[0]! });
    const example = `{
      "to": "+918899332211",
      "bodyText": "Book your appointment in a few taps.",
      "ctaText": "Book now"
    }`;
    const sent = await api.post<Receipt>(`/v1/flows/${flowId}/send`, example);
    expect(sent).toMatchObject({
      status: 201,
      body: { wamid: expect.stringMatching(/^wamid\./), to: PERSON },
    });

    type Told = { wamid: string; body: { interactive?: { action: { parameters: { flow_token: string } } } } };
    const told = await system.control<{ data: Told[] }>('GET', `/messages?to=${PERSON.slice(1)}&limit=1000`);
    const { interactive } = told.data.find(({ wamid }) => wamid === sent.body.wamid)!.body;
    const { flow_token: token } = interactive!.action.parameters;
    const response_json = JSON.stringify({ flow_token: token, day: 'Monday' });
    const message = {
      type: 'interactive',
      interactive: { type: 'nfm_reply', nfm_reply: { name: 'flow', body: 'Sent', response_json } },
    };
    await system.control('POST', '/inbound', { from: PERSON, message });
    const answer = await until(
      async () => (await api.allEvents()).find(({ data: { kind } }) => kind === 'flow_reply')?.data,
      { describe: 'the answer to the flow in the feed' },
    );
    expect(answer).toMatchObject({
      body: 'Sent',
      payload: { name: 'flow', response: { day: 'Monday' }, flowId, flowMessageId: sent.body.id },
    });
    expect(JSON.stringify([answer, (await api.get(`/v1/messages/${sent.body.id}`)).body])).not.toContain(
      token,
    );
  });

  it('mark a message read that somebody wrote', async () => {
    const wamid = await system.writeIn(api, '+14155550166', 'Anyone there?');
    const { data } = (
      await api.get<{ data: { id: string; wamid: string }[] }>('/v1/messages?status=received')
    ).body;
    const { id } = data.find((message) => message.wamid === wamid)!;
    const read = () =>
      api.post<{ status: string; history: unknown[] }>(`/v1/messages/${id}/read`, { typing: true });
    expect(await read()).toMatchObject({ status: 200, body: { id, status: 'read', direction: 'in' } });
    expect((await read()).body.history).toHaveLength(2);
    const sent = await api.post<Receipt>('/v1/messages/text', { to: PERSON, body: 'mine' });
    expect(await api.post(`/v1/messages/${sent.body.id}/read`, {})).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
  });

  it('show who wrote in the inbox, close, assign, and open again when the person writes', async () => {
    const from = '+14155550155';
    await system.writeIn(api, from, 'Is my order here?');
    const { data } = (
      await api.get<{ data: ({ id: string; contact: { phone: string } } & Record<string, unknown>)[] }>(
        '/v1/conversations?status=&limit=50',
      )
    ).body;
    const conversation = data.find(({ contact }) => contact.phone === from)!;
    const path = `/v1/conversations/${conversation.id}`;
    expect(conversation).toMatchObject({
      contact: { phone: from, name: 'Gaurav' },
      channel: 'whatsapp',
      status: 'open',
      unreadCount: 1,
      lastMessagePreview: 'Is my order here?',
      assignee: null,
    });
    expect(await api.get(path)).toMatchObject({ status: 200, body: conversation });
    expect(await api.get('/v1/conversations/cnv_none')).toMatchObject({ status: 404 });
    const { body: page } = await api.get<{ data: { id: string }[] }>(`${path}/messages?limit=50`);
    expect(page).toMatchObject({
      data: [{ direction: 'in', kind: 'text', body: 'Is my order here?', status: 'received' }],
      nextCursor: null,
    });
    await api.post(`/v1/messages/${page.data[0]!.id}/read`, {});
    expect(await api.request('PATCH', path, { status: 'closed', assignee: 'Asha' })).toMatchObject({
      status: 200,
      body: { ...conversation, status: 'closed', assignee: 'Asha', unreadCount: 0 },
    });
    const closed = await api.get<{ data: unknown[] }>('/v1/conversations?status=closed&search=4155550155');
    expect(closed.body.data).toMatchObject([{ id: conversation.id }]);
    await system.writeIn(api, from, 'Hello?');
    expect((await api.get('/v1/conversations?search=4155550155')).body).toMatchObject({
      data: [{ status: 'open', assignee: 'Asha', unreadCount: 1 }],
    });
    const told = await until(
      async () => {
        const events = (await api.allEvents()).filter(
          ({ type, data: { conversationId } }) =>
            type.startsWith('conversation.') && conversationId === conversation.id,
        );
        return events.length === 3 && events.map(({ type }) => type);
      },
      { describe: 'the conversation in the feed' },
    );
    expect(told).toEqual(['conversation.opened', 'conversation.closed', 'conversation.opened']);
  });

  it('take a batch, and list what it sent', async () => {
    const since = new Date().toISOString();
    const to = '+14155550144';
    await system.writeIn(api, to);
    const bodies = Array.from({ length: 30 }, (_, index) => `batch ${index}`);
    const { status, body } = await api.post<{
      results: { index: number; id?: string; error?: { code: string } }[];
    }>('/v1/messages/batch', {
      messages: [
        ...bodies.map((text) => ({ kind: 'text', to, body: text })),
        { kind: 'template', to, template: 'no_such', language: 'en_US' },
        { kind: 'media', to, type: 'image' },
      ],
    });
    expect(status).toBe(202);
    expect(body.results.map(({ id, error }) => error?.code ?? id?.slice(0, 4))).toEqual([
      ...bodies.map(() => 'msg_'),
      'template_not_found',
      'invalid_request',
    ]);
    const query = `to=${encodeURIComponent(to)}&since=${since}`;
    type Page = { data: { id: string; body: string; status: string }[]; nextCursor: string | null };
    const { body: first } = await api.get<Page>(`/v1/messages?${query}&limit=20`);
    const { body: second } = await api.get<Page>(
      `/v1/messages?${query}&limit=20&cursor=${first.nextCursor!}`,
    );
    expect([...first.data, ...second.data].map(({ body: text }) => text)).toEqual(bodies.toReversed());
    expect(second.nextCursor).toBeNull();
    await until(
      async () =>
        (await api.get<Page>(`/v1/messages?${query}&status=read&limit=200`)).body.data.length === 30,
      { timeoutMs: 30_000, describe: 'the whole batch read' },
    );
    const { data } = await system.control<{ data: { body: { text?: { body: string } } }[] }>(
      'GET',
      `/messages?to=${to.slice(1)}&limit=1000`,
    );
    expect(data.map((message) => message.body.text?.body).sort()).toEqual([...bodies].sort());
  });

  it('refuse a text outside the window, without asking Meta', async () => {
    const from = '+14155550188';
    await system.writeIn(api, from, 'long ago', { timestamp: Math.floor(Date.now() / 1000) - 25 * 3600 });
    expect(await api.post('/v1/messages/text', { to: from, body: 'too late' })).toMatchObject({
      status: 422,
      body: { code: 'service_window_closed' },
    });
    const { data } = await system.control<{ data: unknown[] }>('GET', `/messages?to=${from.slice(1)}`);
    expect(data).toEqual([]);
  });

  it('keep an idempotency key over both gateways', async () => {
    const key = randomUUID();
    const body = { to: PERSON, body: `once ${key}` };
    const [first, ...others] = await Promise.all(
      Array.from({ length: 10 }, () =>
        api.post<Receipt>('/v1/messages/text', body, { 'idempotency-key': key }),
      ),
    );
    const created = [first!, ...others].filter(({ status }) => status === 201);
    expect([first!, ...others].filter(({ status }) => status !== 201 && status !== 409)).toEqual([]);
    expect(new Set(created.map(({ body: { id } }) => id)).size).toBe(1);
    const again = await api.post<Receipt>('/v1/messages/text', body, { 'idempotency-key': key });
    expect(again).toMatchObject({ status: 201, body: created[0]!.body });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    const { data } = await system.control<{ data: { body: { text?: { body: string } } }[] }>(
      'GET',
      '/messages?limit=1000',
    );
    expect(data.filter((message) => message.body.text?.body === body.body)).toHaveLength(1);
  });

  it('put what people write into the feed, with the window open for an answer', async () => {
    const from = '+14155550177';
    const wamid = await system.writeIn(api, from, 'Where is my order?');
    const received = (await api.allEvents()).find(({ data }) => data.wamid === wamid)!;
    expect(received).toMatchObject({
      type: 'message.received',
      data: { wamid, from, kind: 'text', body: 'Where is my order?', name: 'Gaurav', mediaId: null },
    });
    expect(await api.post('/v1/messages/text', { to: from, body: 'On its way' })).toMatchObject({
      status: 201,
      body: { conversationId: received.data.conversationId },
    });
  });

  it('answer an asynchronous send as soon as it is accepted', async () => {
    const sent = await api.post<{ id: string; status: string }>(
      '/v1/messages/text',
      { to: PERSON, body: 'later' },
      { prefer: 'respond-async' },
    );
    expect(sent).toMatchObject({ status: 202, body: { status: 'accepted' } });
    expect((await api.get(`/v1/messages/${sent.body.id}`)).status).toBe(200);
  });

  it("tell Meta's final refusal, with its code", async () => {
    await system.control('POST', '/behaviour', {
      faults: [{ match: { to: '14155550199' }, kind: 'error', code: 131009, rate: 1 }],
    });
    const refused = await api.post('/v1/messages/template', {
      to: '+14155550199',
      template: 'hello_world',
      language: 'en_US',
    });
    await system.control('POST', '/behaviour', { faults: [] });
    expect(refused).toMatchObject({ status: 422, body: { code: 'rejected_by_meta', metaCode: 131009 } });
  });

  it('publish the same events on Kafka, in order, with their ce_ headers', async () => {
    const feed = await api.allEvents();
    const kafka = new Kafka({ brokers: system.brokers, logLevel: logLevel.NOTHING });
    const consumer = kafka.consumer({ groupId: `${system.topics.events}.test`, maxWaitTimeInMs: 100 });
    const seen: { id: string; type: string; account: string; value: unknown }[] = [];
    await consumer.connect();
    await consumer.subscribe({ topic: system.topics.events, fromBeginning: true });
    await consumer.run({
      eachMessage: ({ message: { headers, value } }) => {
        const header = (name: string) => String(headers?.[name]);
        seen.push({
          id: header('ce_id'),
          type: header('ce_type'),
          account: header('account'),
          value: JSON.parse(String(value)),
        });
        expect(header('ce_specversion')).toBe('1.0');
        expect(Number(header('ce_sequence'))).toBeGreaterThan(Number(header('ce_previous')));
        return Promise.resolve();
      },
    });
    await until(() => feed.every(({ id }) => seen.some((record) => record.id === id)), {
      describe: 'every event of the feed on Kafka',
    });
    await consumer.disconnect();
    const carried = new Set(feed.map(({ id }) => id));
    const records = [...new Map(seen.map((record) => [record.id, record])).values()].filter(({ id }) =>
      carried.has(id),
    );
    expect(records.map(({ id, type, value }) => ({ id, type, value }))).toEqual(
      feed.map(({ id, type, data }) => ({ id, type, value: data })),
    );
  });

  it('write to Kafka what the AsyncAPI document says, and no secret', async () => {
    const records = await everyRecord(system);
    expect(new Set(records.map(({ topic }) => topic)).size).toBeGreaterThanOrEqual(3);
    const checks = recordChecks();
    for (const { topic, headers, value } of records) {
      const channel = Object.keys(checks).find((name) => topic.endsWith(name))!;
      const type = headers['ce_type'] ?? BATCH;
      const check = checks[channel]![type] ?? checks[channel]![ANY_TYPE]!;
      expect([topic, headers['ce_type'], check.faults(headers, JSON.parse(value))]).toEqual([
        topic,
        headers['ce_type'],
        [],
      ]);
    }
    const text = JSON.stringify(records);
    const secrets = [
      api.apiKey,
      api.apiKey.split('_')[2]!,
      'simulator-token',
      'simulator-app-secret',
      ...system.secrets,
    ];
    for (const secret of secrets) expect(text.includes(secret)).toBe(false);
  });

  it('stop a revoked key everywhere within a second', async () => {
    const made = await system.admin<{ id: string; key: string }>('POST', `/accounts/${api.accountId}/keys`, {
      name: 'short',
      scopes: ['events:read'],
    });
    expect(made.status).toBe(201);
    const me = (baseUrl: string) =>
      fetch(`${baseUrl}/v1/me`, { headers: { authorization: `Bearer ${made.body.key}` } });
    for (const baseUrl of system.baseUrls) expect((await me(baseUrl)).status).toBe(200);
    expect((await system.admin('DELETE', `/accounts/${api.accountId}/keys/${made.body.id}`)).status).toBe(
      204,
    );
    const revoked = Date.now();
    for (const baseUrl of system.baseUrls)
      await until(async () => (await me(baseUrl)).status === 401, { timeoutMs: 1000 });
    expect(Date.now() - revoked).toBeLessThan(1000);
  });
});
