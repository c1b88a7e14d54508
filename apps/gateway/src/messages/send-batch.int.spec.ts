import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AccountData } from '@wbiz/contracts/account';
import type { BatchRow } from '@wbiz/contracts/batch';
import { LIMITS } from '@wbiz/contracts/limits';
import { addAccount, addKey, gatewayDatabase, startGateway, type Gateway } from '../gateway.harness.js';
import { edgesTo, FakeMessaging } from './messaging.harness.js';
import { GOOD_SENDS } from './sends.samples.js';

let database: Awaited<ReturnType<typeof gatewayDatabase>>;
let gateway: Gateway;
let messaging: FakeMessaging;
let bearer: Record<string, string>;

beforeAll(async () => {
  database = await gatewayDatabase();
  gateway = await startGateway(
    database.url,
    edgesTo(() => messaging),
  );
});
afterAll(async () => {
  await gateway.stop();
  await database.close();
});
beforeEach(async () => {
  messaging = new FakeMessaging();
  messaging.outcome = undefined; // Meta never answers: a batch does not wait for it
  bearer = await keyOf({});
});
const keyOf = async (given: Partial<AccountData>, more: Parameters<typeof addKey>[2] = {}) =>
  (await addKey(database.pool, await addAccount(database.pool, given), more)).bearer;

type Problem = { code: string; errors?: { pointer: string }[] };
async function batch(messages: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${gateway.base}/v1/messages/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer, ...headers },
    body: JSON.stringify({ messages }),
  });
  const text = await response.text();
  const body = JSON.parse(text) as { results: BatchRow[] } & Problem;
  return { status: response.status, headers: response.headers, text, body, results: body.results };
}
const text = (body: string, to = '+918899332211') => ({ kind: 'text', to, body });
const summary = (results: readonly BatchRow[]) =>
  results.map(({ status, error }) =>
    error ? [error.status, error.code, ...(error.errors ?? []).map(({ pointer }) => pointer)] : status,
  );

describe('a batch', () => {
  it.each([undefined, 'nonsense', 'Text'])(
    'names the kinds of the reference to a row of kind %s',
    async (kind) => {
      const { results } = await batch([{ kind, to: '+918899332211', body: 'Hi' }]);
      expect(results[0]!.error!.detail).toBe(
        'kind must be one of: text, template, media, location, reaction, contacts, buttons, list, cta_url.',
      );
    },
  );

  it('takes every kind, and answers each row with its id', async () => {
    const sends = Object.entries(GOOD_SENDS).filter(([path]) => path.startsWith('/v1/messages/'));
    const rows = sends.map(([path, body]) => ({
      ...body,
      kind: path === '/v1/messages/interactive' ? 'buttons' : path.split('/').at(-1),
    }));
    const { status, results } = await batch(rows);
    expect(status).toBe(202);
    expect(results).toEqual(
      messaging.sent.map(({ data }, index) => ({ index, id: data.messageId, status: 'accepted' })),
    );
    expect(messaging.sent.map(({ data }) => data.kind)).toEqual(
      sends.map(([path]) => path.split('/').at(-1)),
    );
    expect(messaging.sent[3]!.data.request).toMatchObject({ kind: 'buttons' });
  });

  it.each([
    ['buttons', { buttons: [{ id: 'a', title: 'A' }] }],
    ['list', { button: 'Open', sections: [{ rows: [{ id: 'a', title: 'A' }] }] }],
    ['cta_url', { displayText: 'Open', url: 'https://example.com' }],
  ])('tells by its parts what card an interactive row is: %s', async (kind, parts) => {
    await batch([{ kind: 'interactive', to: '+918899332211', body: 'Well?', ...parts }]);
    expect(messaging.sent[0]!.data).toMatchObject({ kind: 'interactive', request: { kind } });
  });

  it('sends in the order of its rows', async () => {
    await batch(
      Array.from({ length: 500 }, (_, index) => text(String(index), `+9188993322${10 + (index % 7)}`)),
    );
    expect(messaging.sent.map(({ data }) => (data.request as { body: string }).body)).toEqual(
      Array.from({ length: 500 }, (_, index) => String(index)),
    );
  });

  it('has its bad rows answered one by one, and sends the others', async () => {
    messaging.way = ({ to }) => (to === '+14155550100' ? 'dropped' : 'accept');
    const { status, results } = await batch([
      text('good'),
      { kind: 'nonsense' },
      { to: '+918899332211', body: 'x' },
      'text',
      null,
      text('x'.repeat(LIMITS.textBody.max + 1)),
      { ...text('x'), from: '999' },
      { kind: 'interactive', to: 'abc', body: 'x', buttons: [{ id: 'a', title: 'x'.repeat(21) }] },
      Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`f${index}`, 1])),
      text('lost', '+14155550100'),
      text('good'),
    ]);
    expect(status).toBe(202);
    expect(summary(results)).toEqual([
      'accepted',
      [422, 'invalid_request', '/messages/1/kind'],
      [422, 'invalid_request', '/messages/2/kind'],
      [422, 'invalid_request', '/messages/3'],
      [422, 'invalid_request', '/messages/4'],
      [422, 'invalid_request', '/messages/5/body'],
      [422, 'phone_number_not_found', '/messages/6/from'],
      [422, 'invalid_request', '/messages/7/to', '/messages/7/buttons/0/title'],
      [422, 'invalid_request', '/messages/8'],
      [503, 'unavailable'],
      'accepted',
    ]);
    expect(results.map(({ index }) => index)).toEqual(results.map((_, index) => index));
  });

  it("tells messaging's refusals, with pointers into the batch", async () => {
    const detail = 'There is no message msg_x to reply to.';
    messaging.refusal = {
      code: 'reply_target_not_found',
      message: detail,
      details: [{ pointer: '/replyTo', code: 'reply_target_not_found', detail }],
    };
    const { results } = await batch([text('one'), { ...text('two'), replyTo: 'msg_x' }]);
    expect(results[1]!.error).toMatchObject({
      detail,
      status: 422,
      errors: [{ pointer: '/messages/1/replyTo' }],
    });
  });

  it.each<[string, unknown]>([
    ['none', []],
    ['501', Array.from({ length: 501 }, () => text('x'))],
    ['no list', { 0: text('x') }],
    ['nothing', undefined],
  ])('of %s is refused as a whole', async (_what, messages) => {
    const { status, body } = await batch(messages);
    expect([status, body.errors]).toMatchObject([422, [{ pointer: '/messages' }]]);
    expect(messaging.sent).toHaveLength(0);
  });

  it('takes 500 rows of the longest texts in any script', async () => {
    const { status, results } = await batch(
      Array.from({ length: 500 }, () => text('आ'.repeat(LIMITS.textBody.max))),
    );
    expect([status, results.filter(({ id }) => id).length]).toEqual([202, 500]);
  });

  it.each<[string, Partial<AccountData>, number]>([
    ['without entitlement', { entitled: false }, 402],
    ['while the account is suspended', { status: 'suspended' }, 409],
  ])('is refused as a whole %s', async (_when, given, status) => {
    bearer = await keyOf(given);
    expect((await batch([text('x')])).status).toBe(status);
  });

  it('is refused as a whole while too many commands are under way', async () => {
    messaging.inFlight = 3_999;
    expect((await batch([text('a'), text('b')])).status).toBe(503);
    expect((await batch([text('a')])).status).toBe(202);
  });

  it('is refused as a whole when nothing came of any row', async () => {
    messaging.way = 'dropped';
    const { status, headers } = await batch([text('a'), text('b')]);
    expect([status, headers.get('retry-after')]).toEqual([503, '1']);
  });
});

describe('the limit of the key', () => {
  const left = (headers: Headers) => headers.get('ratelimit')?.match(/r=\d+/g);
  it('counts every row', async () => {
    bearer = await keyOf({}, { limit: { perMinute: 40, burst: 30 } });
    const first = await batch(Array.from({ length: 30 }, () => text('x')));
    expect([first.status, left(first.headers)]).toEqual([202, ['r=10', 'r=0']]);
    const second = await batch([text('x')]);
    expect([second.status, second.body.code]).toEqual([429, 'rate_limited']);
    expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(0);
  });
  it('that can never give as many makes it a 422', async () => {
    bearer = await keyOf({}, { limit: { perMinute: 40, burst: 30 } });
    const { status, body } = await batch(Array.from({ length: 31 }, () => text('x')));
    expect([status, body.errors]).toMatchObject([422, [{ pointer: '/messages' }]]);
    expect(messaging.sent).toHaveLength(0);
  });
  it('that is used up is a 429, and nothing is sent', async () => {
    bearer = await keyOf({}, { limit: { perMinute: 40, burst: 30 } });
    await batch(Array.from({ length: 20 }, () => text('x')));
    const { status } = await batch(Array.from({ length: 20 }, () => text('x')));
    expect([status, messaging.sent.length]).toEqual([429, 20]);
  });
});

describe('an Idempotency-Key', () => {
  const KEY = { 'idempotency-key': 'batch' };
  const ROWS = [text('a'), { kind: 'nonsense' }, text('b')];
  const later = () =>
    database.pool.query(`update gateway.idempotency set deadline = now() - interval '1 minute'`);
  afterEach(() => database.pool.query('delete from gateway.idempotency'));

  it('holds for the whole', async () => {
    const first = await batch(ROWS, KEY);
    const again = await batch(ROWS, KEY);
    expect(again.text).toBe(first.text);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(messaging.messages.size).toBe(2);
  });

  it('of a run of which nobody knows finds what became of each row, and sends none again', async () => {
    messaging.way = ({ to }) => (to === '+14155550100' ? 'dropped' : 'lost');
    messaging.reachable = false;
    const rows = [...ROWS, text('c', '+14155550100')];
    const open = await batch(rows, KEY);
    const [a, b] = messaging.sent.map(({ data }) => data.messageId);
    expect(open.status).toBe(202);
    expect(summary(open.results)).toEqual([
      [504, 'outcome_pending'],
      [422, 'invalid_request', '/messages/1/kind'],
      [504, 'outcome_pending'],
      [504, 'outcome_pending'],
    ]);
    expect(open.results[0]!.error).toMatchObject({ messageId: a });
    await later();
    Object.assign(messaging, { way: 'accept', reachable: true });
    const known = await batch(rows, KEY);
    expect(summary(known.results)).toEqual([
      'accepted',
      [422, 'invalid_request', '/messages/1/kind'],
      'accepted',
      [503, 'unavailable'],
    ]);
    expect([known.results[0]!.id, known.results[2]!.id]).toEqual([a, b]);
    expect(messaging.messages.size).toBe(2);
    expect(messaging.sent).toHaveLength(3);
    expect((await batch(rows, KEY)).text).toBe(known.text);
  });

  it('of a run that never got anywhere runs again', async () => {
    messaging.way = 'dropped';
    messaging.reachable = false;
    await batch(ROWS, KEY);
    await later();
    Object.assign(messaging, { way: 'accept', reachable: true });
    const again = await batch(ROWS, KEY);
    expect(summary(again.results)).toEqual([
      'accepted',
      [422, 'invalid_request', '/messages/1/kind'],
      'accepted',
    ]);
    for (const late of messaging.sent.slice(0, 2)) messaging.handle(late);
    expect(messaging.messages.size).toBe(2);
  });
});
