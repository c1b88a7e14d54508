import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { connectKafka } from '@wbiz/eventing/kafka/kafka-client';
import { until } from '@wbiz/testing/stack';
import { APP_SECRET, startGateway, VERIFY_TOKEN, type SeenRecord } from '../admin/running-gateway.samples.js';

jest.setTimeout(60_000);
const WABA = '1000000000000001';
let gateway: Awaited<ReturnType<typeof startGateway>>;
let inbound: readonly SeenRecord[];
let events: readonly SeenRecord[];
let account: { id: string; phoneNumbers: { id: string; displayPhoneNumber: string }[] };

beforeAll(async () => {
  gateway = await startGateway();
  [inbound, events] = await Promise.all([gateway.read('inbound'), gateway.read('events')]);
  account = (await gateway.admin('POST', '/accounts', { wabaId: WABA, accessToken: 'simulator-token' }))
    .body as typeof account;
  await gateway.control('/webhook', {
    url: `${gateway.url}/meta/webhook`,
    secret: APP_SECRET,
    verifyToken: VERIFY_TOKEN,
  });
});
afterAll(() => gateway.stop());

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
const endOfInbound = async () => {
  const { config } = gateway.service.runtime;
  const kafka = connectKafka({
    brokers: config.KAFKA_BROKERS,
    clientId: 'spec-end',
    logger: gateway.service.runtime.logger,
  });
  try {
    return (await kafka.endOffsets(`${config.TOPIC_PREFIX}wbiz.inbound`)).reduce(
      (sum, offset) => sum + offset,
      0,
    );
  } finally {
    await kafka.close();
  }
};

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
  expect(seen.key).toBe(`${String(seen.data['phoneNumberId'])}:918899332211`);
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

  it('counts once, however often Meta sends it, and nothing of others does', async () => {
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
});
