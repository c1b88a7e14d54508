import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
import { addAccount, addKey, gatewayDatabase, startGateway, type Gateway } from '../gateway.harness.js';
import { edgesTo, FakeMessaging } from '../messages/messaging.harness.js';
import { removeOld } from './housekeeping.js';

let database: Awaited<ReturnType<typeof gatewayDatabase>>;
let gateways: [Gateway, Gateway];
let bearer: Record<string, string>;
let account: string;
let messaging: FakeMessaging;
let key: string;
let keys = 0;

// The gateways live for the whole file; each test gets its own peers.
const { bus, peers } = edgesTo(() => messaging);

beforeAll(async () => {
  database = await gatewayDatabase();
  gateways = await Promise.all([
    startGateway(database.url, { bus, peers }),
    startGateway(database.url, { bus, peers }),
  ]);
});
afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  await database.close();
});
beforeEach(async () => {
  messaging = new FakeMessaging();
  key = `test-${(keys += 1)}`;
  account = await addAccount(database.pool);
  ({ bearer } = await addKey(database.pool, account));
});

const TEXT = { to: '+918899332211', body: 'Hi!' };
type Given = { on?: Gateway; body?: object; headers?: Record<string, string>; path?: string };
async function post({ on = gateways[0], body = TEXT, headers = {}, path = '/v1/messages/text' }: Given = {}) {
  const response = await fetch(`${on.base}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key, ...bearer, ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return {
    status: response.status,
    text,
    code: (JSON.parse(text) as { code?: string }).code,
    replayed: response.headers.get('idempotency-replayed') === 'true',
    retryAfter: response.headers.get('retry-after'),
    headers: response.headers,
  };
}
/** Moves the deadline of the claim into the past. */
const later = () =>
  database.pool.query(
    `update gateway.idempotency set deadline = now() - interval '1 minute' where key = $1`,
    [key],
  );
const repeatedly = (times: number) =>
  Promise.all(Array.from({ length: times }, (_, index) => post({ on: gateways[index % 2]! })));

describe('the same key and body', () => {
  it('answer the first result byte for byte, on any gateway, also a new one', async () => {
    const first = await post();
    expect([first.status, first.replayed]).toEqual([201, false]);
    const restarted = await startGateway(database.url, { bus, peers });
    for (const on of [...gateways, restarted]) {
      const again = await post({ on, body: { body: TEXT.body, to: TEXT.to } });
      expect(again).toMatchObject({ status: 201, text: first.text, replayed: true });
      expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'));
    }
    await restarted.stop();
    expect(messaging.sent).toHaveLength(1);
  });

  it('have one effect when 50 come at once to two gateways', async () => {
    const answers = await repeatedly(50);
    expect(messaging.messages.size).toBe(1);
    expect(answers.filter(({ status, replayed }) => status === 201 && !replayed)).toHaveLength(1);
    for (const { status, code, retryAfter } of answers.filter(({ status }) => status !== 201))
      expect([status, code, retryAfter]).toEqual([409, 'idempotency_in_progress', '1']);
    expect(await post()).toMatchObject({ status: 201, replayed: true });
  });

  it('may be quoted or not', async () => {
    const { text } = await post();
    expect(await post({ headers: { 'idempotency-key': `"${key}"` } })).toMatchObject({
      text,
      replayed: true,
    });
  });

  it('are another request for another account and for another route', async () => {
    await post();
    const other = await addKey(database.pool, await addAccount(database.pool));
    expect(await post({ headers: other.bearer })).toMatchObject({ status: 201, replayed: false });
    const template = { to: TEXT.to, template: 'hello_world', language: 'en_US' };
    expect(await post({ path: '/v1/messages/template', body: template })).toMatchObject({
      status: 201,
      replayed: false,
    });
    expect(messaging.messages.size).toBe(3);
  });

  it('belong to the account, not to the API key', async () => {
    const { text } = await post();
    const second = await addKey(database.pool, account);
    expect(await post({ headers: second.bearer })).toMatchObject({ text, replayed: true });
  });

  it('run again after 24 hours', async () => {
    await post();
    await database.pool.query(
      `update gateway.idempotency set created_at = now() - interval '25 hours' where key = $1`,
      [key],
    );
    await removeOld(database.pool);
    expect(await post()).toMatchObject({ status: 201, replayed: false });
  });
});

it('refuses another body under the same key', async () => {
  await post();
  expect(await post({ on: gateways[1], body: { ...TEXT, body: 'Ho!' } })).toMatchObject({
    status: 422,
    code: 'idempotency_key_reused',
  });
  expect(messaging.messages.size).toBe(1);
});

it('refuses another path under the same key', async () => {
  messaging.refusal = { code: 'not_found', message: 'There is no such message.' };
  const read = (id: string, body = {}) => post({ path: `/v1/messages/msg_${id.repeat(26)}/read`, body });
  const first = await read('A');
  expect([first.status, first.replayed]).toEqual([404, false]);
  expect(await read('A')).toMatchObject({ text: first.text, replayed: true });
  expect(await read('B')).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
  expect(await read('A', { typing: true })).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
  expect(messaging.sent).toHaveLength(1);
});

it('refuses a key that is none', async () => {
  expect(await post({ headers: { 'idempotency-key': 'x'.repeat(256) } })).toMatchObject({
    status: 422,
    code: 'invalid_idempotency_key',
  });
});

describe('keeps', () => {
  it('a body that is not valid', async () => {
    const first = await post({ body: { to: TEXT.to } });
    expect([first.status, first.replayed]).toEqual([422, false]);
    expect(await post({ body: { to: TEXT.to } })).toMatchObject({ text: first.text, replayed: true });
  });

  it.each(['rejected_by_meta', 'outcome_unknown'])('%s', async (code) => {
    messaging.outcome = { code, message: 'No.' };
    const first = await post();
    expect(first.code).toBe(code);
    expect(await post()).toMatchObject({ status: first.status, text: first.text, replayed: true });
    expect(messaging.messages.size).toBe(1);
  });

  it('an asynchronous answer, with its Preference-Applied', async () => {
    const headers = { prefer: 'respond-async' };
    const first = await post({ headers });
    const again = await post({ headers });
    expect(again).toMatchObject({ status: 202, text: first.text, replayed: true });
    expect(again.headers.get('preference-applied')).toBe('respond-async');
  });
});

describe('does not keep', () => {
  it('402', async () => {
    const set = (entitled: boolean) =>
      database.pool.query(
        `update gateway.accounts set version = version + 1, updated_at = now(), state = jsonb_set(state, '{entitled}', $2) where stream = $1`,
        [account, String(entitled)],
      );
    await set(false);
    expect(await post()).toMatchObject({ status: 402, replayed: false });
    await set(true);
    await until(async () => (await post()).status === 201);
    expect(messaging.messages.size).toBe(1);
  });

  it("Meta's own fault: the next attempt is a new message", async () => {
    messaging.outcome = { code: 'upstream_error', message: 'Try later.' };
    expect(await post()).toMatchObject({ status: 502, replayed: false });
    messaging.outcome = 'sent';
    expect(await post()).toMatchObject({ status: 201, replayed: false });
    expect(messaging.messages.size).toBe(2);
  });

  it('503: what was dropped stays dropped, and the next attempt is the only one', async () => {
    messaging.way = 'dropped';
    expect(await post()).toMatchObject({ status: 503, retryAfter: '1' });
    messaging.way = 'accept';
    expect(await post()).toMatchObject({ status: 201, replayed: false });
    messaging.handle(messaging.sent[0]!); // late
    expect(messaging.messages.size).toBe(1);
  });

  it('504: 409 until Meta has answered, then the real result', async () => {
    messaging.outcome = undefined;
    expect(await post()).toMatchObject({ status: 504, code: 'outcome_pending' });
    expect(await post()).toMatchObject({ status: 409, code: 'idempotency_in_progress', retryAfter: '1' });
    await later();
    expect(await post({ on: gateways[1] })).toMatchObject({
      status: 409,
      code: 'idempotency_in_progress',
      retryAfter: '1',
    });
    messaging.settle('sent');
    const result = await post({ on: gateways[1] });
    expect(result).toMatchObject({ status: 201, replayed: false });
    const [id] = [...messaging.messages.keys()];
    expect(JSON.parse(result.text)).toMatchObject({ id, wamid: `wamid.${id}` });
    expect(await post()).toMatchObject({ status: 201, text: result.text, replayed: true });
    expect(messaging.messages.size).toBe(1);
  });
});

describe('when a gateway dies', () => {
  it('after its command was accepted, another one finds the outcome', async () => {
    const bus = {
      ...messaging.bus,
      send: (...[, command]: Parameters<typeof messaging.bus.send>) => {
        messaging.sent.push(command as never);
        messaging.handle(command as never);
        return new Promise<never>(() => undefined);
      },
    };
    await dying(bus);
    expect(await post()).toMatchObject({ status: 409, code: 'idempotency_in_progress' });
    await later();
    messaging.settle('sent');
    const [id] = [...messaging.messages.keys()];
    const answers = await repeatedly(20);
    for (const { status, text } of answers) expect([status, JSON.parse(text)]).toMatchObject([201, { id }]);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(messaging.messages.size).toBe(1);
  });

  it('before its command went out, one other runs it, and the first never does', async () => {
    messaging.way = 'stuck';
    await dying(messaging.bus);
    messaging.way = 'accept';
    await later();
    const answers = await repeatedly(50);
    expect(messaging.messages.size).toBe(1);
    expect(answers.filter(({ status, replayed }) => status === 201 && !replayed)).toHaveLength(1);
    expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true);
    messaging.handle(messaging.sent[0]!); // late, out of Kafka
    expect(messaging.messages.size).toBe(1);
    expect(await post()).toMatchObject({ status: 201, replayed: true });
  });

  it('and the owner cannot be asked, it stays open: 504, and the outcome once it can be', async () => {
    messaging.way = 'lost';
    messaging.reachable = false;
    expect(await post()).toMatchObject({ status: 504, code: 'outcome_pending' });
    messaging.way = 'accept';
    expect(await post()).toMatchObject({ status: 409 });
    await later();
    expect(await post()).toMatchObject({ status: 503 });
    messaging.reachable = true;
    expect(await post()).toMatchObject({ status: 409 }); // Meta has not answered
    messaging.settle('sent');
    expect(await post()).toMatchObject({ status: 201 });
    expect(messaging.messages.size).toBe(1);
  });

  /** Sends a request to a gateway that is killed before it answers. */
  async function dying(bus: FakeMessaging['bus']) {
    const gateway = await startGateway(database.url, { bus, peers });
    const answer = post({ on: gateway }).catch(() => 'cut');
    await until(() => messaging.sent.length === 1);
    const server = gateway.app.getHttpServer() as { closeAllConnections(): void };
    server.closeAllConnections();
    expect(await answer).toBe('cut');
    await gateway.stop();
  }
});

it('answers 503 when the record cannot be written, and sends nothing', async () => {
  const own = await gatewayDatabase();
  const { bearer: mine } = await addKey(own.pool, await addAccount(own.pool));
  const gateway = await startGateway(own.url, { bus, peers });
  await own.pool.query('alter table gateway.idempotency rename to elsewhere');
  expect((await post({ on: gateway, headers: mine })).status).toBe(500);
  await own.pool.query('alter table gateway.elsewhere rename to idempotency');
  const ask = gateway.pool.query.bind(gateway.pool);
  gateway.pool.query = ((config: { name?: string }) =>
    config.name === 'idempotency-claim'
      ? Promise.reject(Object.assign(new Error('gone'), { code: 'ECONNRESET' }))
      : ask(config as never)) as never;
  expect(await post({ on: gateway, headers: mine })).toMatchObject({ status: 503, retryAfter: '1' });
  expect(messaging.sent).toHaveLength(0);
  await gateway.stop();
  await own.close();
});
