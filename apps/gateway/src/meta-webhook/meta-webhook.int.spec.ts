import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { SeenRecord } from '@wbiz/service-testing/shared-topics';
import { until } from '@wbiz/testing/stack';
import { APP_SECRET, runningGateway, VERIFY_TOKEN, type RunningGateway } from '../running-gateway.harness.js';

jest.setTimeout(60_000);
const WABA = '1000000000000001';
let gateway: RunningGateway;
let inbound: readonly SeenRecord[];
let events: readonly SeenRecord[];
let account: { id: string; phoneNumbers: { id: string; displayPhoneNumber: string }[] };

beforeAll(async () => {
  gateway = await runningGateway();
  [inbound, events] = await Promise.all([gateway.read('inbound'), gateway.read('events')]);
  account = (await gateway.admin('POST', '/accounts', { wabaId: WABA, accessToken: 'simulator-token' }))
    .body as typeof account;
  await gateway.control('/webhook', {
    url: `${gateway.url}/meta/webhook`,
    secret: APP_SECRET,
    verifyToken: VERIFY_TOKEN,
  });
});
afterAll(() => gateway.close());

const post = (
  body: string,
  signature = `sha256=${createHmac('sha256', APP_SECRET).update(body).digest('hex')}`,
) =>
  fetch(`${gateway.url}/meta/webhook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-hub-signature-256': signature },
    body,
  });
const change = (field: string, value: object, time = Math.floor(Date.now() / 1_000)) =>
  JSON.stringify({
    object: 'whatsapp_business_account',
    entry: [{ id: WABA, time, changes: [{ field, value }] }],
  });
const messages = (all: object[]) =>
  change('messages', { metadata: { phone_number_id: '106' }, messages: all });
const endOfInbound = () => gateway.count('inbound');

it('takes what Meta sends: signed, escaped, several items to a body', async () => {
  const text = 'नमस्ते 😀 a/b';
  const { body } = await gateway.control('/inbound', {
    from: '918899332211',
    name: 'Gaurav',
    message: { type: 'text', text: { body: text } },
  });
  const seen = await until(() =>
    inbound.find(({ data }) => (data['message'] as { id?: string } | undefined)?.id === body['wamid']),
  );
  expect(seen).toMatchObject({
    type: 'meta.message',
    data: { wabaId: WABA, contact: { profile: { name: 'Gaurav' } }, message: { text: { body: text } } },
  });
  // Keyed by the user id, which the simulator sends as Meta does.
  const { from_user_id: userId } = seen.data['message'] as { from_user_id: string };
  expect(userId).toMatch(/^IN\.\d+$/);
  expect(seen.key).toBe(`${String(seen.data['phoneNumberId'])}:${userId}`);
});

it('has a thousand items on the topic when it answers, each person’s in order', async () => {
  const before = await endOfInbound();
  const all = Array.from({ length: 1_000 }, (_, index) => ({
    from: `9100000000${index % 20}`,
    id: `wamid.batch.${index}`,
    // 2.4 MB in all: more than Kafka takes in one request.
    text: { body: 'x'.repeat(2_400) },
  }));
  expect((await post(messages(all))).status).toBe(200);
  expect(await endOfInbound()).toBe(before + 1_000);

  const seen = () =>
    inbound.flatMap(({ data, key }) => {
      const { id } = (data['message'] ?? {}) as { id?: string };
      return id?.startsWith('wamid.batch.') ? [{ key, index: Number(id.split('.')[2]) }] : [];
    });
  await until(() => seen().length === 1_000);
  for (const person of new Set(seen().map(({ key }) => key))) {
    const order = seen()
      .filter(({ key }) => key === person)
      .map(({ index }) => index);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order).toHaveLength(50);
  }
});

it('refuses a wrong signature with a problem, and leaves no trace', async () => {
  const before = await endOfInbound();
  const answer = await post(messages([{ from: '1', id: 'forged' }]), `sha256=${'0'.repeat(64)}`);
  expect(answer.status).toBe(401);
  expect(await answer.json()).toMatchObject({
    code: 'invalid_signature',
    status: 401,
    requestId: expect.any(String),
  });
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(await endOfInbound()).toBe(before);
});

it('answers the handshake', async () => {
  const ask = (token: string) =>
    fetch(`${gateway.url}/meta/webhook?hub.mode=subscribe&hub.challenge=42&hub.verify_token=${token}`);
  expect(await (await ask(VERIFY_TOKEN)).text()).toBe('42');
  expect((await ask('wrong')).status).toBe(403);
});

it('knows no other method', async () => {
  const answer = await fetch(`${gateway.url}/meta/webhook`, { method: 'DELETE' });
  expect(answer.status).toBe(405);
  expect(answer.headers.get('allow')).toMatch(/GET.*POST/);
});

it('counts what came', async () => {
  await post('no json');
  const metrics = await (await fetch(`${gateway.healthUrl}/metrics`)).text();
  expect(metrics).toMatch(/wbiz_meta_items_total\{kind="unreadable",service="gateway"\} 1/);
  expect(metrics).toMatch(/wbiz_meta_items_total\{kind="message",service="gateway"\} 100\d/);
});

describe('deriving again', () => {
  const derive = (body: object, token?: string) =>
    gateway.admin('POST', '/meta-webhooks/derive', body, token);
  const of = (wamid: string) =>
    inbound.filter(({ data }) => (data['message'] as { id?: string } | undefined)?.id === wamid);

  it('puts what a time brought on the topics once more, as of when it came and in order', async () => {
    const before = new Date().toISOString();
    const large = 'x'.repeat(1_500_000);
    const bodies = [
      messages([1, 2, 3].map((index) => ({ from: '91777', id: `wamid.again.${index}` }))),
      messages([{ from: '91777', id: 'wamid.again.4', text: { body: large } }]),
      messages([{ from: '91777', id: 'wamid.again.5' }]),
      'no json',
    ];
    for (const body of bodies) await post(body);
    const end = new Date(Date.now() + 1).toISOString();
    await until(() => of('wamid.again.5').length === 1);
    for (let time = 2; time <= 3; time += 1) {
      const { status, body } = await derive({ since: before, until: end });
      expect({ status, body }).toEqual({ status: 200, body: { bodies: 4, items: 4 } });
      await until(() => of('wamid.again.5').length === time);
    }
    const seen = inbound.filter(({ key }) => key === '106:91777').map(({ data }) => data);
    const ids = seen.map(({ message }) => (message as { id: string }).id.at(-1)).join('');
    expect(ids).toBe('123512351235');
    expect(new Set(seen.map(({ receivedAt }) => receivedAt)).size).toBe(2);
  });

  it.each([
    ['a time that ends before it begins', { since: '2026-01-02T00:00:00Z', until: '2026-01-01T00:00:00Z' }],
    ['a time to come', { since: '2999-01-01T00:00:00Z' }],
    ['no time', {}],
    ['what is no time', { since: 'yesterday' }],
  ])('refuses %s', async (_what, body) => {
    expect(await derive(body)).toMatchObject({ status: 422, body: { code: 'invalid_request' } });
  });

  it('is for operators', async () => {
    expect((await derive({ since: '2026-01-01T00:00:00Z' }, 'wrong')).status).toBe(401);
  });
});

describe('what Meta says of an account', () => {
  const statusIs = (status: string) =>
    until(async () => (await gateway.admin('GET', `/accounts/${account.id}`)).body['status'] === status);
  const told = () =>
    events.filter(({ type, key }) => type === 'account.status' && key === account.id).map(({ data }) => data);

  it('suspends it, and puts it back', async () => {
    await post(
      change('account_update', { event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'DISABLE' } }),
    );
    await statusIs('suspended');
    await post(
      change('account_update', { event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'REINSTATE' } }),
    );
    await statusIs('active');
    await until(() => told().length === 2);
    expect(told().map(({ status }) => status)).toEqual(['suspended', 'active']);
  });

  /** Meta's times are whole seconds: a report and its withdrawal within one second have no order. */
  let since: string;

  it('counts once, however often Meta sends it, and nothing of others does', async () => {
    since = new Date().toISOString();
    const violation = change('account_update', {
      event: 'ACCOUNT_VIOLATION',
      violation_info: { violation_type: 'SPAM' },
    });
    for (let time = 0; time < 3; time += 1) await post(violation);
    await post(violation.replace(WABA, '42'));
    await post(change('message_template_status_update', { event: 'APPROVED' }));
    await post(change('account_review_update', { decision: 'REJECTED' }));
    await statusIs('suspended');
    await until(() => told().length === 4);
    expect(told().slice(2)).toMatchObject([
      { status: 'active', reason: 'Meta reports a violation of its policies: SPAM.' },
      { status: 'suspended' },
    ]);
    const operator = await gateway.admin('PATCH', `/accounts/${account.id}`, { status: 'active' });
    expect(operator.body['status']).toBe('active');
  });

  it('changes a number’s throughput and limit', async () => {
    const number = account.phoneNumbers[1]!;
    const digits = number.displayPhoneNumber.replace(/\D/g, '');
    await post(
      change('phone_number_quality_update', {
        display_phone_number: digits,
        event: 'THROUGHPUT_UPGRADE',
        max_daily_conversations_per_business: 'TIER_UNLIMITED',
      }),
    );
    const event = await until(() => events.find(({ type }) => type === 'phone_number.quality'));
    expect(event.data).toMatchObject({
      phoneNumberId: number.id,
      event: 'THROUGHPUT_UPGRADE',
      messagingLimit: 'TIER_UNLIMITED',
    });
    const { body } = await gateway.admin('GET', `/accounts/${account.id}`);
    expect(body['phoneNumbers']).toContainEqual(
      expect.objectContaining({ id: number.id, throughput: 1_000 }),
    );
  });

  it('disconnects it when the app is taken out, until it is connected again', async () => {
    const removed = { event: 'PARTNER_REMOVED', waba_info: { waba_id: WABA, owner_business_id: '7' } };
    await post(change('account_update', removed).replace(`"id":"${WABA}"`, '"id":"2949482758682047"'));
    await statusIs('disconnected');
    expect(await gateway.admin('PATCH', `/accounts/${account.id}`, { status: 'active' })).toMatchObject({
      status: 409,
      body: { code: 'conflict' },
    });
    const again = await gateway.admin('POST', '/accounts', { wabaId: WABA, accessToken: 'simulator-token' });
    expect(again).toMatchObject({ status: 200, body: { id: account.id, status: 'active' } });
  });

  it('has no effect when it is derived again', async () => {
    await until(() => told().at(-1)?.['reason'] === 'The account was connected again.');
    const before = told().length;
    const derived = await gateway.admin('POST', '/meta-webhooks/derive', { since });
    expect(derived.body['items']).toBeGreaterThan(5);
    const last = change('account_update', {
      event: 'ACCOUNT_VIOLATION',
      violation_info: { violation_type: 'LAST' },
    });
    await post(last.replace(/"time":\d+/, `"time":${Math.ceil(Date.now() / 1_000) + 1}`));
    await until(() => told().length > before);
    expect(told().slice(before)).toMatchObject([{ reason: expect.stringContaining('LAST') }]);
    expect((await gateway.admin('GET', `/accounts/${account.id}`)).body['status']).toBe('active');
    expect(events.filter(({ type }) => type === 'phone_number.quality')).toHaveLength(1);
  });

  it('changes the limit of all its numbers when Meta gives the account another', async () => {
    const limitsAre = (tier: string) =>
      until(async () => {
        const { body } = await gateway.admin('GET', `/accounts/${account.id}`);
        const numbers = body['phoneNumbers'] as { messagingLimit: string }[];
        return numbers.every(({ messagingLimit }) => messagingLimit === tier);
      });
    await gateway.control('/behaviour', { messagingLimit: 'TIER_2K' });
    await limitsAre('TIER_2K');
    await gateway.control('/behaviour', { messagingLimit: 'TIER_UNLIMITED' });
    await limitsAre('TIER_UNLIMITED');
  });
});
