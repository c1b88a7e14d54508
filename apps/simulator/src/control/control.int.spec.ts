import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { request as httpRequest } from 'node:http';
import {
  PHONE,
  simulatorForTests,
  simulatorWithReceiver,
  WABA,
  type Json,
  type TestSimulator,
  type WebhookReceiver,
} from '../simulator.harness.js';

let simulator: TestSimulator;
let receiver: WebhookReceiver;

beforeAll(async () => {
  ({ simulator, receiver } = await simulatorWithReceiver());
});
afterAll(() => simulator.close());
afterEach(() => simulator.control('POST', '/reset'));

const behave = (settings: object) => simulator.control('POST', '/behaviour', settings);
const wamidOf = (answer: Json) => answer.body.messages[0].id as string;
const accepted = async (query = '') => (await simulator.control('GET', `/messages${query}`)).body;

describe('GET /_control/messages', () => {
  it('shows what was accepted as it came, in order, in pages', async () => {
    const tos = ['+918899330001', '918899330002', '+91 88993 30001'];
    for (const to of tos)
      await simulator.sendTemplate('hello_world', undefined, { to, biz_opaque_callback_data: `for ${to}` });
    const page = await accepted('?limit=2');
    expect(page).toMatchObject({ total: 3, nextCursor: expect.any(String) });
    expect(page.data[0]).toEqual({
      wamid: expect.stringMatching(/^wamid\./),
      phoneNumberId: PHONE,
      to: '+918899330001',
      body: {
        messaging_product: 'whatsapp',
        to: '+918899330001',
        type: 'template',
        template: { name: 'hello_world', language: { code: 'en_US' } },
        biz_opaque_callback_data: 'for +918899330001',
      },
      bizOpaqueCallbackData: 'for +918899330001',
      receivedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    const rest = await accepted(`?since=${page.nextCursor}`);
    expect(rest.data.map(({ to }: Json) => to)).toEqual(['+91 88993 30001']);
    expect(rest.total).toBe(3);
    expect((await accepted(`?since=${rest.nextCursor}`)).nextCursor).toBeNull();
  });

  it('finds a person however the number is written, and a time', async () => {
    await simulator.sendTemplate('hello_world', undefined, { to: '+91 88993-30001' });
    await simulator.sendTemplate('hello_world', undefined, { to: '918899330002' });
    expect(await accepted('?to=%2B918899330001')).toMatchObject({
      total: 1,
      data: [{ to: '+91 88993-30001' }],
    });
    expect((await accepted('?to=918899330003')).total).toBe(0);
    expect((await accepted(`?since=${new Date(Date.now() + 60_000).toISOString()}`)).total).toBe(0);
    expect((await accepted(`?since=${new Date(Date.now() - 60_000).toISOString()}`)).total).toBe(2);
  });
});

describe('GET /_control/duplicates', () => {
  it('names the callback data that was accepted more than once', async () => {
    for (const data of ['a', 'b', 'a', 'c', 'a'])
      await simulator.sendTemplate('hello_world', undefined, { biz_opaque_callback_data: data });
    await simulator.sendTemplate();
    await simulator.sendTemplate();
    const { body } = await simulator.control('GET', '/duplicates');
    expect(body).toEqual({ data: [{ bizOpaqueCallbackData: 'a', count: 3 }], total: 1 });
  });
});

describe('GET /_control/requests', () => {
  it('shows Graph calls with status and code, without tokens, and filters by status', async () => {
    await simulator.sendTemplate();
    await simulator.call('GET', `/v25.0/${WABA}?access_token=nonsense`, undefined, {});
    const { body } = await simulator.control('GET', '/requests');
    expect(body.data).toEqual([
      {
        method: 'POST',
        path: `/v25.0/${PHONE}/messages`,
        status: 200,
        code: null,
        receivedAt: expect.any(String),
      },
      { method: 'GET', path: `/v25.0/${WABA}`, status: 401, code: 190, receivedAt: expect.any(String) },
    ]);
    expect((await simulator.control('GET', '/requests?status=401')).body).toMatchObject({
      total: 1,
      data: [{ code: 190 }],
    });
  });
});

describe('POST /_control/inbound', () => {
  it('sends Meta’s inbound webhook and opens the window', async () => {
    const from = '918899330010';
    const userId = expect.stringMatching(/^IN\.\d{20}$/);
    const { status, body } = await simulator.control('POST', '/inbound', {
      from: `+${from}`,
      name: 'Asha',
      timestamp: 1749416383,
      message: { type: 'text', text: { body: 'नमस्ते' } },
    });
    expect(status).toBe(200);
    const value = await receiver.until(() =>
      receiver.values().find(({ messages }) => messages?.[0].id === body.wamid),
    );
    expect(value).toEqual({
      messaging_product: 'whatsapp',
      metadata: { display_phone_number: '918000000001', phone_number_id: PHONE },
      contacts: [{ profile: { name: 'Asha' }, wa_id: from, user_id: userId }],
      messages: [
        {
          from,
          from_user_id: userId,
          id: body.wamid,
          timestamp: '1749416383',
          type: 'text',
          text: { body: 'नमस्ते' },
        },
      ],
    });
    const wamid = wamidOf(await simulator.sendText('hi', { to: from }));
    await receiver.until(() => receiver.statuses(wamid).some(({ status: name }) => name === 'read'));
  });

  it('goes to the number it is meant for', async () => {
    const phoneNumberId = '1060000000000002';
    const { body } = await simulator.control('POST', '/inbound', {
      from: '918899330011',
      phoneNumberId,
      message: { type: 'sticker', sticker: { id: '1' } },
    });
    const value = await receiver.until(() =>
      receiver.values().find(({ messages }) => messages?.[0].id === body.wamid),
    );
    expect(value.metadata.phone_number_id).toBe(phoneNumberId);
  });
});

describe('POST /_control/statuses', () => {
  it('sends those statuses in that order, also when a body holds one', async () => {
    await behave({ statuses: 'none', batch: 1 });
    const wamid = wamidOf(
      await simulator.sendTemplate('hello_world', undefined, { biz_opaque_callback_data: 'msg_7' }),
    );
    const order = ['sent', 'read', 'delivered'];
    const { body } = await simulator.control('POST', '/statuses', { wamid, statuses: order });
    expect(body).toEqual({ wamid, statuses: order });
    await receiver.until(() => receiver.statuses(wamid).length === 3);
    expect(receiver.statuses(wamid).map(({ status }) => status)).toEqual(order);
    expect(receiver.statuses(wamid)[0].biz_opaque_callback_data).toBe('msg_7');
  });

  it('sends a failure with the errors given', async () => {
    await behave({ statuses: 'none' });
    const wamid = wamidOf(await simulator.sendTemplate());
    const errors = [{ code: 131049, title: 'held back' }];
    await simulator.control('POST', '/statuses', { wamid, statuses: ['failed'], errors });
    await receiver.until(() => receiver.statuses(wamid).length === 1);
    expect(receiver.statuses(wamid)[0]).toMatchObject({ status: 'failed', errors });
  });
});

describe('POST /_control/behaviour', () => {
  it('changes what is given and answers the settings in force', async () => {
    const { body: before } = await simulator.control('GET', '/behaviour');
    const { status, body } = await behave({ duplicate: 0.5, throughputPerSecond: 1000 });
    expect(status).toBe(200);
    expect(body).toEqual({ ...before, duplicate: 0.5, throughputPerSecond: 1000 });
    expect((await behave({ pairRate: 'on' })).body).toMatchObject({ duplicate: 0.5, pairRate: 'on' });
    await simulator.control('POST', '/reset');
    expect((await simulator.control('GET', '/behaviour')).body).toEqual(before);
  });

  it.each<[object, string]>([
    [{ nonsense: 1 }, 'nonsense is not known'],
    [{ toString: 1 }, 'toString is not known'],
    [{ duplicate: 2 }, 'duplicate must be a number from 0 to 1'],
    [{ statusDelayMs: [5, 1] }, 'statusDelayMs must be [min, max]'],
    [{ latencyMs: 5 }, 'latencyMs must be [min, max]'],
    [{ statuses: ['seen'] }, 'statuses must be a list of'],
    [{ batch: 0 }, 'batch must be a whole number'],
    [{ pairRate: 'maybe' }, 'pairRate must be true, false'],
    [{ messagingLimit: 250 }, 'messagingLimit must be one of TIER_50, TIER_250'],
    [{ faults: [{ kind: 'explode' }] }, 'faults[0].kind must be one of'],
    [{ faults: [{ kind: 'reset', match: { path: 1 } }] }, 'faults[0].match.path must be text'],
    [{ faults: [{ kind: 'reset', rate: 2 }] }, 'faults[0].rate must be'],
  ])('refuses %j and says why', async (settings, message) => {
    const { status, body } = await behave(settings);
    expect(status).toBe(400);
    expect(body.error.message).toContain(message);
  });

  it('sends the statuses it is told to, or none', async () => {
    await behave({ statuses: ['sent', 'read'] });
    const some = wamidOf(await simulator.sendTemplate());
    await receiver.until(() => receiver.statuses(some).length === 2);
    expect(receiver.statuses(some).map(({ status }) => status)).toEqual(['sent', 'read']);
    await behave({ statuses: 'none' });
    const none = wamidOf(await simulator.sendTemplate());
    const { body } = await simulator.openWindow();
    await receiver.until(() => receiver.messages().some(({ id }) => id === body.wamid));
    expect(receiver.statuses(none)).toEqual([]);
  });

  it('repeats and reorders statuses', async () => {
    await behave({ duplicate: 1 });
    const twice = wamidOf(await simulator.sendTemplate());
    await receiver.until(() => receiver.statuses(twice).length === 6);
    await behave({ duplicate: 0, reorder: 1 });
    const mixed = wamidOf(await simulator.sendTemplate());
    await receiver.until(() => receiver.statuses(mixed).length === 3);
    const order = receiver.statuses(mixed).map(({ status }) => status);
    expect(order).not.toEqual(['sent', 'delivered', 'read']);
    expect([...order].sort()).toEqual(['delivered', 'read', 'sent']);
  });

  it('puts several items into one body, at most as many as `batch`', async () => {
    await behave({ statusDelayMs: [0, 0], statuses: ['sent'], batch: 4 });
    const before = receiver.received.length;
    const wamids = (await Promise.all(Array.from({ length: 20 }, () => simulator.sendTemplate()))).map(
      wamidOf,
    );
    await receiver.until(() => wamids.every((wamid) => receiver.statuses(wamid).length === 1));
    const sizes = receiver.received
      .slice(before)
      .map(({ body }) => body.entry[0].changes.flatMap(({ value }: Json) => value.statuses).length as number);
    expect(Math.max(...sizes)).toBeGreaterThan(1);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(4);
  });

  it('answers late by `latencyMs`', async () => {
    await behave({ latencyMs: [80, 80] });
    const start = performance.now();
    await simulator.sendTemplate();
    expect(performance.now() - start).toBeGreaterThan(75);
  });
});

describe('faults', () => {
  const once = (kind: string, more: object = {}) =>
    behave({ faults: [{ match: { path: '/messages' }, kind, times: 1, ...more }] });

  it('error: refuses with that code, without accepting', async () => {
    await once('error', { code: 131016, httpStatus: 503 });
    const { status, body } = await simulator.sendTemplate();
    expect([status, body.error.code, body.error.message]).toEqual([
      503,
      131016,
      '(#131016) Service unavailable',
    ]);
    expect((await simulator.sendTemplate()).status).toBe(200);
    expect((await accepted()).total).toBe(1);
    expect((await simulator.control('GET', '/behaviour')).body.faults).toEqual([
      { match: { path: '/messages' }, kind: 'error', rate: 1, times: 0, code: 131016, httpStatus: 503 },
    ]);
  });

  it('reset: breaks the connection before accepting', async () => {
    await once('reset');
    await expect(simulator.sendTemplate()).rejects.toThrow();
    expect((await accepted()).total).toBe(0);
    expect((await simulator.control('GET', '/requests')).body.data).toMatchObject([
      { status: null, code: null },
    ]);
  });

  it('accept_then_reset: accepts, statuses follow, and no answer comes', async () => {
    await once('accept_then_reset');
    await expect(
      simulator.sendTemplate('hello_world', undefined, { biz_opaque_callback_data: 'msg_8' }),
    ).rejects.toThrow();
    const { data, total } = await accepted();
    expect(total).toBe(1);
    await receiver.until(() =>
      receiver.statuses(data[0].wamid as string).some(({ status }) => status === 'read'),
    );
    expect(receiver.statuses(data[0].wamid as string)[0].biz_opaque_callback_data).toBe('msg_8');
  });

  it('hang: neither accepts nor answers', async () => {
    await once('hang');
    const controller = new AbortController();
    const hanging = fetch(`${simulator.url}/v25.0/${PHONE}/messages`, {
      method: 'POST',
      signal: controller.signal,
      headers: { authorization: 'Bearer simulator-token', 'content-type': 'application/json' },
      body: '{}',
    });
    const answered = hanging.then(
      () => true,
      () => false,
    );
    expect((await simulator.sendTemplate()).status).toBe(200);
    controller.abort();
    expect(await answered).toBe(false);
    expect((await accepted()).total).toBe(1);
  });

  describe('hold', () => {
    const hold = () => once('hold');
    const held = async () => {
      const answer = await simulator.sendTemplate();
      expect(answer.body.messages[0].message_status).toBe('held_for_quality_assessment');
      return wamidOf(answer);
    };

    it('accepts a template, and no status follows', async () => {
      await hold();
      const wamid = await held();
      const next = await simulator.sendTemplate();
      expect(next.body.messages[0].message_status).toBe('accepted');
      await receiver.until(() => receiver.statuses(wamidOf(next)).some(({ status }) => status === 'read'));
      expect(receiver.statuses(wamid)).toEqual([]);
      expect((await accepted()).data.map((row: Json) => row.wamid)).toEqual([wamid, wamidOf(next)]);
    });

    it('ends when it is released', async () => {
      await hold();
      const wamid = await held();
      await simulator.control('POST', '/statuses', { wamid, statuses: ['sent', 'delivered'] });
      await receiver.until(() => receiver.statuses(wamid).length === 2);
      expect(receiver.statuses(wamid)).toMatchObject([
        { status: 'sent', pricing: { category: 'utility' } },
        { status: 'delivered' },
      ]);
    });

    it('ends when it is dropped', async () => {
      await hold();
      const wamid = await held();
      const errors = [{ code: 132015, title: 'Template is paused' }];
      await simulator.control('POST', '/statuses', { wamid, statuses: ['failed'], errors });
      await receiver.until(() => receiver.statuses(wamid).length === 1);
      expect(receiver.statuses(wamid)[0]).toMatchObject({ status: 'failed', errors });
    });

    it('is of templates only', async () => {
      await simulator.openWindow();
      await hold();
      const text = wamidOf(await simulator.sendText());
      await receiver.until(() => receiver.statuses(text).some(({ status }) => status === 'read'));
      await held();
    });
  });

  it('hit the calls that they match, as often as they should', async () => {
    await behave({
      faults: [
        { match: { to: '91889933*' }, kind: 'error', code: 131000 },
        { match: { to: '+91 70000 00001' }, kind: 'error', code: 1 },
      ],
    });
    const code = async (to: string) =>
      (await simulator.sendTemplate('hello_world', undefined, { to })).body.error?.code as unknown;
    expect([await code('+918899330001'), await code('917000000001'), await code('917000000002')]).toEqual([
      131000,
      1,
      undefined,
    ]);
    await behave({ seed: 7, faults: [{ kind: 'error', rate: 0.5, code: 131000 }] });
    const codes = await Promise.all(Array.from({ length: 60 }, () => code('917000000002')));
    const struck = codes.filter((value) => value === 131000).length;
    expect(struck).toBeGreaterThan(10);
    expect(struck).toBeLessThan(50);
  });
});

describe('POST /_control/wabas', () => {
  it('makes one more account that only its own token sees', async () => {
    const { status, body } = await simulator.control('POST', '/wabas', {
      phoneNumbers: 3,
      token: 'simulator-other',
    });
    expect(status).toBe(200);
    expect(body.phoneNumbers).toHaveLength(3);
    expect((await simulator.graph('GET', `/${body.id}/phone_numbers`)).body.error.error_subcode).toBe(33);
    const { data } = (await simulator.graph('GET', `/${body.id}/phone_numbers`, undefined, 'simulator-other'))
      .body;
    expect(data.map(({ id }: Json) => id)).toEqual(body.phoneNumbers.map(({ id }: Json) => id));
    const templates = (
      await simulator.graph('GET', `/${body.id}/message_templates?fields=name`, undefined, 'simulator-other')
    ).body.data;
    expect(templates.map(({ name }: Json) => name)).toEqual([
      'hello_world',
      'order_confirmation',
      'diwali_offer',
    ]);
    expect((await simulator.control('POST', '/wabas', { id: body.id, token: 'x' })).status).toBe(400);
  });

  it('takes an id of the caller’s', async () => {
    const { body } = await simulator.control('POST', '/wabas', {
      id: '2000000000000009',
      phoneNumbers: 1,
      token: 'simulator-third',
    });
    expect(body.id).toBe('2000000000000009');
    expect((await simulator.graph('GET', '/2000000000000009', undefined, 'simulator-third')).status).toBe(
      200,
    );
  });
});

describe('POST /_control/reset', () => {
  it('empties messages, requests and behaviour, and drops statuses on their way', async () => {
    await behave({ statusDelayMs: [60, 60] });
    const wamid = wamidOf(await simulator.sendTemplate());
    await simulator.control('POST', '/reset');
    expect((await accepted()).total).toBe(0);
    expect((await simulator.control('GET', '/requests')).body.total).toBe(0);
    await behave({ statusDelayMs: [100, 100] });
    const later = wamidOf(await simulator.sendTemplate());
    await receiver.until(() => receiver.statuses(later).length > 0);
    expect(receiver.statuses(wamid)).toEqual([]);
    expect((await simulator.graph('GET', `/${WABA}`)).status).toBe(200);
  });
});

describe('access to /_control', () => {
  const statusOf = (url: string, headers: Record<string, string>) =>
    new Promise<number>((resolve, reject) => {
      httpRequest(`${url}/_control/behaviour`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode!);
      })
        .on('error', reject)
        .end();
    });

  it('without a token needs a loopback host', async () => {
    expect(await statusOf(simulator.url, {})).toBe(200);
    expect(await statusOf(simulator.url, { host: 'localhost:1' })).toBe(200);
    expect(await statusOf(simulator.url, { host: 'attacker.example' })).toBe(403);
    expect(await statusOf(simulator.url, { host: '127.0.0.1.attacker.example' })).toBe(403);
  });

  it('with a token needs that token', async () => {
    const guarded = await simulatorForTests({ controlToken: 'secret' });
    expect(await statusOf(guarded.url, {})).toBe(401);
    expect(await statusOf(guarded.url, { authorization: 'Bearer other!' })).toBe(401);
    expect(await statusOf(guarded.url, { authorization: 'Bearer secret', host: 'simulator.internal' })).toBe(
      200,
    );
    await guarded.close();
  });

  it('takes JSON only, and no other calls', async () => {
    const form = await simulator.control('POST', '/behaviour', 'duplicate=1', {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(form.status).toBe(415);
    expect((await simulator.control('POST', '/behaviour', '{')).status).toBe(400);
    expect((await simulator.control('GET', '/nonsense')).status).toBe(404);
    expect(
      (await simulator.control('POST', '/inbound', { from: 'x', message: { type: 'text' } })).status,
    ).toBe(400);
    expect((await simulator.control('POST', '/statuses', { wamid: 'x', statuses: ['sent'] })).status).toBe(
      404,
    );
    expect((await simulator.control('POST', '/templates/1/review', { decision: 'APPROVED' })).status).toBe(
      404,
    );
    expect(
      (await simulator.control('POST', '/webhook', { url: 'ftp://x', secret: 's', verifyToken: 'v' })).status,
    ).toBe(400);
    expect((await simulator.control('GET', '/messages?limit=0')).status).toBe(400);
  });
});
