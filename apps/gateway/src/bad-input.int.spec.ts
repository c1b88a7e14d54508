import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { peersAnswering } from '@wbiz/service-testing/peers';
import { flow } from './flows/flows.samples.js';
import { addAccount, addKey, gatewayDatabase, startGateway, type Gateway } from './gateway.harness.js';
import { GOOD_SENDS, LIMITED, RIGHT, WRONG, type SendPath } from './messages/sends.samples.js';
import { FakeMessaging } from './messages/messaging.harness.js';

// The peers know one flow and nothing else: every fault must be found before a peer is asked.
let database: Awaited<ReturnType<typeof gatewayDatabase>>;
let gateway: Gateway;
let bearer: Record<string, string>;
let adminLess: Record<string, string>;
beforeAll(async () => {
  database = await gatewayDatabase();
  ({ bearer } = await addKey(database.pool, await addAccount(database.pool)));
  adminLess = { 'content-type': 'application/json' };
  const peers = peersAnswering({ 'flow.get': async () => flow() });
  gateway = await startGateway(database.url, { bus: new FakeMessaging().bus, peers });
});
afterAll(async () => {
  await gateway.stop();
  await database.close();
});

type Body = string | Uint8Array<ArrayBuffer> | undefined;
const call = (method: string, path: string, body?: Body, headers: Record<string, string> = {}) =>
  fetch(`${gateway.base}${path}`, {
    method,
    headers: { ...bearer, ...(body === undefined ? {} : adminLess), ...headers },
    ...(body === undefined ? {} : { body }),
  });

async function problemOf(response: Response) {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const body = (await response.json()) as {
    status: number;
    code: string;
    errors?: { pointer: string; code: string }[];
  };
  expect(body.status).toBe(response.status);
  expect(body).toMatchObject({
    type: expect.any(String),
    title: expect.any(String),
    requestId: expect.any(String),
  });
  expect(JSON.stringify(body)).not.toMatch(/at \w+ \(|node_modules|select .* from |insert into /);
  return {
    status: response.status,
    code: body.code,
    pointers: (body.errors ?? []).map(({ pointer }) => pointer),
  };
}

const freshKey = (): Record<string, string> => ({ 'idempotency-key': `bad-${Math.random()}` });
const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const pairs = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']));

const EVERY_SEND = Object.entries(GOOD_SENDS) as [SendPath, object][];

// Each with the fields that the answer must name.
const COMMON: [string, object, string[]][] = [
  ['to missing', { to: undefined }, ['/to']],
  ['to empty', { to: '' }, ['/to']],
  ['to no number', { to: 'abc' }, ['/to']],
  ['to too short', { to: '+12' }, ['/to']],
  ['to too long', { to: `+91${'9'.repeat(20)}` }, ['/to']],
  ['to very long', { to: '9'.repeat(100_000) }, ['/to']],
  ['to a number', { to: 918899332211 }, ['/to']],
  ['to a list', { to: ['+918899332211'] }, ['/to']],
  ['to null', { to: null }, ['/to']],
  ['from a number', { from: 1 }, ['/from']],
  ['from null', { from: null }, ['/from']],
  ['from empty', { from: '' }, ['/from']],
  ['from too long', { from: '1'.repeat(41) }, ['/from']],
  ['replyTo too long', { replyTo: 'w'.repeat(301) }, ['/replyTo']],
  ['replyTo an object', { replyTo: {} }, ['/replyTo']],
  ['replyTo with NUL', { replyTo: 'a\u0000b' }, ['/replyTo']],
  ['metadata a list', { metadata: ['a'] }, ['/metadata']],
  ['metadata a text', { metadata: 'a' }, ['/metadata']],
  ['metadata with 11 pairs', { metadata: pairs(11) }, ['/metadata']],
  ['metadata with a number', { metadata: { a: 1 } }, ['/metadata']],
  ['metadata with a long key', { metadata: { ['k'.repeat(65)]: 'v' } }, ['/metadata']],
  ['metadata with a long value', { metadata: { k: 'v'.repeat(257) } }, ['/metadata']],
  ['metadata nested', { metadata: { a: { b: 'c' } } }, ['/metadata']],
  ['an unknown field', { nonsense: 1 }, ['/nonsense']],
  ['a field in another case', { To: '+918899332211' }, ['/To']],
  ['an unknown field with a slash', { 'a/b~c': 1 }, ['/a~1b~0c']],
  ['fields that every object has', { toString: 1, valueOf: 1 }, ['/toString', '/valueOf']],
  ['a constructor', { constructor: 'x' }, ['/constructor']],
  ['several faults at once', { to: 1, from: 2, more: 3 }, ['/to', '/from', '/more']],
];

describe.each(EVERY_SEND)('POST %s', (path, good) => {
  it.each([...COMMON, ...WRONG[path]])('%s', async (_what, change, named) => {
    const body = JSON.stringify({ ...good, ...change });
    for (const headers of [{}, freshKey()]) {
      const { status, code, pointers } = await problemOf(await call('POST', path, body, headers));
      expect({ status, code }).toEqual({ status: 422, code: 'invalid_request' });
      expect(pointers.toSorted()).toEqual(named.toSorted());
    }
  });

  const good400 = JSON.stringify(good).slice(0, -1);
  it.each<[string, Body, number, string]>([
    ['no body', undefined, 422, 'invalid_request'],
    ['an empty body', '', 422, 'invalid_request'],
    ['null', 'null', 422, 'invalid_request'],
    ['a list', '[]', 422, 'invalid_request'],
    ['a text', '"to"', 422, 'invalid_request'],
    ['half of it', good400, 400, 'malformed_json'],
    ['two of them', `${good400}}{}`, 400, 'malformed_json'],
    ['single quotes', "{'to':1}", 400, 'malformed_json'],
    ['a prototype', '{"__proto__":{"to":"+918899332211"}}', 400, 'malformed_json'],
    [
      'bytes that are no UTF-8',
      new Uint8Array([...Buffer.from('{"to":"'), 0xc3, 0x28, 0x22, 0x7d]),
      400,
      'malformed_json',
    ],
    [
      'a surrogate in UTF-8',
      new Uint8Array([...Buffer.from('{"to":"'), 0xed, 0xa0, 0x80, 0x22, 0x7d]),
      400,
      'malformed_json',
    ],
    ['UTF-16', Buffer.from(JSON.stringify(good), 'utf16le'), 400, 'malformed_json'],
    ['a list of 200 levels', deep(200), 422, 'invalid_request'],
    ['a field of 200 levels', `{"metadata":${deep(200)}}`, 422, 'invalid_request'],
    ['a field of 200,000 levels', `{"to":${deep(200_000)}}`, 422, 'invalid_request'],
    ['an unknown field of 200,000 levels', `${good400},"x":${deep(200_000)}}`, 422, 'invalid_request'],
    ['1 MiB', `{"x":"${'x'.repeat(1_048_576 - 8)}"}`, 422, 'invalid_request'],
    ['1 MiB and a byte', `{"x":"${'x'.repeat(1_048_576 - 7)}"}`, 413, 'too_large'],
  ])('%s', async (_what, body, status, code) => {
    for (const headers of [{}, freshKey()])
      expect(await problemOf(await call('POST', path, body, headers))).toMatchObject({ status, code });
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'nonsense',
  ])('as %s', async (type) => {
    const answer = await problemOf(await call('POST', path, JSON.stringify(good), { 'content-type': type }));
    expect(answer).toMatchObject({ status: 415, code: 'unsupported_media_type' });
  });

  it.each([
    [150, 100],
    [200, 100],
    [201, 1],
    [50_000, 1],
  ])('%d unknown fields are answered with %d faults', async (count, faults) => {
    const body = Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, 1]));
    expect((await problemOf(await call('POST', path, JSON.stringify(body)))).pointers).toHaveLength(faults);
  });

  it('a query parameter is not taken for a field', async () => {
    expect((await call('POST', `${path}?to=1`, JSON.stringify(good))).status).toBe(201);
  });
});

async function faultsIn(path: SendPath, change: object) {
  const response = await call('POST', path, JSON.stringify({ ...GOOD_SENDS[path], ...change }));
  return response.status === 201 ? [] : (await problemOf(response)).pointers;
}

it.each(LIMITED)('the limit of %s, %s', async (_what, path, at, max, pointer) => {
  expect(await faultsIn(path, at(max))).toEqual([]);
  expect(await faultsIn(path, at(max + 1))).toEqual([pointer]);
});

describe('what is right', () => {
  it.each(RIGHT)('%s', async (_what, path, change) => expect(await faultsIn(path, change)).toEqual([]));
  it.each([
    ['10 pairs of metadata', { metadata: pairs(10) }],
    ['long pairs', { metadata: { ['k'.repeat(64)]: 'v'.repeat(256) } }],
  ])('%s', async (_what, change) => {
    for (const [path] of EVERY_SEND) expect(await faultsIn(path, change)).toEqual([]);
  });
});

describe('queries', () => {
  it.each([
    ['/v1/templates?limit=0', '?limit'],
    ['/v1/templates?limit=201', '?limit'],
    ['/v1/templates?limit=-1', '?limit'],
    ['/v1/templates?limit=1.5', '?limit'],
    ['/v1/templates?limit=ten', '?limit'],
    ['/v1/templates?limit=1e2', '?limit'],
    ['/v1/templates?limit=1&limit=2', '?limit'],
    ['/v1/templates?limit=99999999999999999999', '?limit'],
    ['/v1/templates?status=nice', '?status'],
    ['/v1/templates?status=approved&status=draft', '?status'],
    [`/v1/templates?cursor=${'x'.repeat(501)}`, '?cursor'],
    [`/v1/templates?search=${'x'.repeat(513)}`, '?search'],
    ['/v1/templates?search=%00', '?search'],
    ['/v1/templates?nonsense=1', '?nonsense'],
    ['/v1/templates?constructor=1', '?constructor'],
    ['/v1/templates?__proto__=1', '?__proto__'],
    ['/v1/flows?status=PUBLISHED', '?status'],
    ['/v1/flows?status=draft&status=published', '?status'],
    ['/v1/flows?limit=201', '?limit'],
    ['/v1/flows?name=x', '?name'],
    ['/v1/messages?status=nice', '?status'],
    ['/v1/messages?to=abc', '?to'],
    ['/v1/messages?to=1&to=2', '?to'],
    ['/v1/messages?since=yesterday', '?since'],
    ['/v1/messages?since=2026-02-30T00:00:00Z', '?since'],
    ['/v1/messages?limit=201', '?limit'],
    [`/v1/messages?cursor=${'x'.repeat(501)}`, '?cursor'],
    ['/v1/messages?kind=text', '?kind'],
    ['/v1/conversations?status=nice', '?status'],
    ['/v1/conversations?limit=201', '?limit'],
    [`/v1/conversations?search=${'x'.repeat(201)}`, '?search'],
    ['/v1/conversations?search=%00', '?search'],
    [`/v1/conversations?cursor=${'x'.repeat(501)}`, '?cursor'],
    ['/v1/conversations?assignee=1', '?assignee'],
    ['/v1/conversations/cnv_1/messages?limit=0', '?limit'],
    ['/v1/conversations/cnv_1/messages?status=read', '?status'],
    ['/v1/contacts?limit=201', '?limit'],
    ['/v1/contacts?optedIn=yes', '?optedIn'],
    ['/v1/contacts?updatedSince=yesterday', '?updatedSince'],
    [`/v1/contacts?search=${'x'.repeat(201)}`, '?search'],
    ['/v1/contacts?search=%00', '?search'],
    [`/v1/contacts?tag=${'x'.repeat(65)}`, '?tag'],
    ['/v1/contacts?tag=%00', '?tag'],
    ['/v1/contacts?phone=1', '?phone'],
    ['/v1/tags?search=x', '?search'],
    ['/v1/custom-fields?limit=0', '?limit'],
    ['/v1/interactive?limit=201', '?limit'],
    [`/v1/interactive?search=${'x'.repeat(201)}`, '?search'],
    ['/v1/interactive?kind=list', '?kind'],
    ['/v1/events?wait=31', '?wait'],
    ['/v1/events?wait=-1', '?wait'],
    ['/v1/events?limit=201', '?limit'],
    ['/v1/events?types=nonsense', '?types'],
    [`/v1/events?since=${'x'.repeat(201)}`, '?since'],
    ['/v1/events?sinc=1', '?sinc'],
    ['/v1/webhooks?limit=0', '?limit'],
    ['/v1/webhooks?active=true', '?active'],
    ['/v1/webhooks/whk_1/deliveries?status=nice', '?status'],
    ['/v1/webhooks/whk_1/deliveries?eventType=nice', '?eventType'],
    ['/v1/webhooks/whk_1/deliveries?since=yesterday', '?since'],
    ['/v1/webhooks/whk_1/deliveries?until=2026-02-30T00:00:00Z', '?until'],
    ['/v1/webhooks/whk_1/deliveries?messageId=%00', '?messageId'],
    ['/v1/campaigns?status=draft', '?status'],
    ['/v1/campaigns?limit=201', '?limit'],
    ['/v1/campaigns?name=x', '?name'],
    ['/v1/campaigns/cmp_1/recipients?status=nice', '?status'],
    ['/v1/campaigns/cmp_1/recipients?limit=0', '?limit'],
    ['/v1/campaigns/cmp_1/recipients?to=1', '?to'],
    ['/v1/me?x=1', '?x'],
    ['/v1/account?x=1', '?x'],
  ])('GET %s', async (path, pointer) => {
    const { status, code, pointers } = await problemOf(await call('GET', path));
    expect({ status, code, pointers }).toEqual({ status: 422, code: 'invalid_request', pointers: [pointer] });
  });
});

describe('every route of the reference', () => {
  type Schema = { type: string; enum?: unknown; format?: string; items?: Schema };
  type Parameter = { in?: string; name: string; schema: Schema };
  type Content = Record<string, { example?: object } | undefined>;
  type Operation = { security: object[]; parameters?: Parameter[]; requestBody?: { content: Content } };
  type Operations = Record<string, Operation>;
  const file = createRequire(import.meta.url).resolve('@wbiz/contracts/specs/openapi.json');
  const { paths } = JSON.parse(readFileSync(file, 'utf8')) as { paths: Record<string, Operations> };
  const parameters = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, { security }]) => security.some((one) => 'apiKey' in one))
      .flatMap(([method, operation]) =>
        (operation.parameters ?? []).map(({ name, in: place, schema }) => ({
          method: method.toUpperCase(),
          path,
          place,
          name,
          schema,
          good: JSON.stringify(operation.requestBody?.content['application/json']?.example),
        })),
      ),
  );
  const inPath = parameters.filter(({ place }) => place === 'path');
  const inQuery = parameters
    .filter(({ place }) => place === 'query')
    .map(({ schema, ...parameter }) => ({ ...parameter, schema: schema.items ?? schema }));
  const texts = inQuery.filter(({ schema }) => schema.type === 'string');
  const times = texts.filter(({ schema }) => schema.format === 'date-time');
  const at = (path: string, value: string) => path.replaceAll(/\{\w+\}/g, value);
  const ID = 'cnv_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E';

  it.each(inPath)('$method $path has no NUL in its path', async ({ method, path, good }) => {
    for (const name of ['%00', 'a%00b'])
      expect(await problemOf(await call(method, at(path, name), good))).toMatchObject({ status: 404 });
    expect(await problemOf(await call(method, at(path, '%ED%A0%80'), good))).toMatchObject({ status: 400 });
  });

  it.each(inPath.filter(({ method }) => method === 'POST'))(
    '$method $path takes no Idempotency-Key that another $name had',
    async ({ path, name, good }) => {
      const headers = freshKey();
      const ask = (value: string) =>
        call('POST', path.replace(`{${name}}`, value).replaceAll(/\{\w+\}/g, '%00'), good, headers);
      expect(await problemOf(await ask('%00'))).toMatchObject({ status: 404 });
      expect(await problemOf(await ask('a%00b'))).toMatchObject({ code: 'idempotency_key_reused' });
      const again = await ask('%00');
      expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([404, 'true']);
    },
  );

  it.each(texts)('$method $path takes no $name that Postgres cannot hold', async ({ path, name }) => {
    for (const value of ['%00', 'a%00b']) {
      const response = await call('GET', `${at(path, ID)}?${name}=${value}`);
      expect(await problemOf(response)).toMatchObject({ status: 422, pointers: [`?${name}`] });
    }
  });

  it.each(times)('$method $path takes no $name beyond the year 9999', async ({ path, name }) => {
    const response = await call('GET', `${path}?${name}=9999-12-31T23:59:59-14:00`);
    expect(await problemOf(response)).toMatchObject({ status: 422, pointers: [`?${name}`] });
  });
});

type Fault = [what: string, given: object, named: string[]];
const INT_ID = 'int_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E';
const { to: _, ...CARD } = GOOD_SENDS['/v1/messages/interactive'];
const HOOK = { url: 'https://a.io/', events: ['*'] };
const CMP_ID = 'cmp_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E';
const CAMPAIGN = {
  name: 'Diwali offer',
  template: { name: 'diwali_offer', language: 'en_US' },
  audience: { kind: 'all' },
};
const segment = (filter: object) => ({ audience: { kind: 'segment', filters: [filter] } });
/** Faults of a campaign, and of a change to one. */
const CAMPAIGN_FAULTS: Fault[] = [
  ['a blank name', { name: ' ' }, ['/name']],
  ['a long name', { name: 'x'.repeat(201) }, ['/name']],
  ['a template by its name', { template: 'diwali_offer' }, ['/template']],
  ['a template without language', { template: { name: 'diwali_offer' } }, ['/template/language']],
  [
    'a placeholder of nobody',
    { template: { ...CAMPAIGN.template, variables: ['{{name}}', '{{contact.name}}'] } },
    ['/template/variables/0'],
  ],
  ['an audience of another kind', { audience: { kind: 'everybody' } }, ['/audience/kind']],
  ['tags without tags', { audience: { kind: 'tags' } }, ['/audience/tags']],
  ['no tags', { audience: { kind: 'tags', tags: [] } }, ['/audience/tags']],
  ['tags for all', { audience: { kind: 'all', tags: ['a'] } }, ['/audience/tags']],
  ['a match for all', { audience: { kind: 'all', match: 'any' } }, ['/audience/match']],
  ['contacts without contacts', { audience: { kind: 'contacts' } }, ['/audience/contacts']],
  [
    '10,001 contacts',
    { audience: { kind: 'contacts', contacts: Array.from({ length: 10_001 }, String) } },
    ['/audience/contacts'],
  ],
  ['no field', segment({ field: 'age', operator: 'eq', value: 1 }), ['/audience/filters/0/field']],
  ['no operator', segment({ field: 'name', operator: 'like', value: 'a' }), ['/audience/filters/0/operator']],
  ['no value', segment({ field: 'name', operator: 'eq' }), ['/audience/filters/0/value']],
  [
    'a value for none',
    segment({ field: 'name', operator: 'is_set', value: 'a' }),
    ['/audience/filters/0/value'],
  ],
  ['a list for eq', segment({ field: 'name', operator: 'eq', value: ['a'] }), ['/audience/filters/0/value']],
  ['no list for in', segment({ field: 'name', operator: 'in', value: 'a' }), ['/audience/filters/0/value']],
  ['another mode', { schedule: { mode: 'later' } }, ['/schedule/mode']],
  ['a time for now', { schedule: { mode: 'now', sendAt: '2027-01-01T00:00:00Z' } }, ['/schedule/sendAt']],
  ['no time', { schedule: { mode: 'at' } }, ['/schedule/sendAt']],
  ['a day', { schedule: { mode: 'at', sendAt: '2027-01-01' } }, ['/schedule/sendAt']],
  [
    'a local time of nowhere',
    { schedule: { mode: 'at', sendAt: '2027-01-01T00:00:00' } },
    ['/schedule/sendAt'],
  ],
  [
    'a zone that is none',
    { schedule: { mode: 'at', sendAt: '2027-01-01T00:00:00', timeZone: 'Mars/Olympus' } },
    ['/schedule/timeZone'],
  ],
  [
    'a day that is none',
    { schedule: { mode: 'at', sendAt: '2027-02-30T00:00:00', timeZone: 'Asia/Kolkata' } },
    ['/schedule/sendAt'],
  ],
  ['a time past', { schedule: { mode: 'at', sendAt: '2026-01-01T00:00:00Z' } }, ['/schedule/sendAt']],
  [
    'a time beyond years',
    { schedule: { mode: 'at', sendAt: '9999-12-31T23:59:59-14:00' } },
    ['/schedule/sendAt'],
  ],
  ['a rate of none', { ratePerSecond: 0 }, ['/ratePerSecond']],
  ['a rate beyond all', { ratePerSecond: 100_001 }, ['/ratePerSecond']],
  ['a from as a number', { from: 1 }, ['/from']],
  ['a field of ours', { status: 'running' }, ['/status']],
];

/** All other bodies, with faults and the fields that the answer must name. */
const WRITES: [string, string, Fault[]][] = [
  [
    'POST',
    '/v1/campaigns',
    [
      ['nothing', {}, ['/audience', '/name', '/template']],
      [
        'null for what may be left out',
        { ...CAMPAIGN, schedule: null, ratePerSecond: null },
        ['/ratePerSecond', '/schedule'],
      ],
      ...CAMPAIGN_FAULTS.map<Fault>(([what, given, named]) => [what, { ...CAMPAIGN, ...given }, named]),
    ],
  ],
  [
    'PATCH',
    `/v1/campaigns/${CMP_ID}`,
    [
      [
        'null for what must be there',
        { name: null, template: null, audience: null },
        ['/audience', '/name', '/template'],
      ],
      ...CAMPAIGN_FAULTS,
    ],
  ],
  [
    'POST',
    '/v1/campaigns/audience-preview',
    [
      ['nothing', {}, ['/audience']],
      ['an audience of another kind', { audience: { kind: 'everybody' } }, ['/audience/kind']],
      ['a schedule', { audience: { kind: 'all' }, schedule: { mode: 'now' } }, ['/schedule']],
    ],
  ],
  ...['pause', 'resume', 'cancel'].map((verb): [string, string, Fault[]] => [
    'POST',
    `/v1/campaigns/${CMP_ID}/${verb}`,
    [['a reason', { reason: 'requested' }, ['/reason']]],
  ]),
  [
    'POST',
    `/v1/campaigns/${CMP_ID}/retry-failed`,
    [
      ['no codes', { codes: [] }, ['/codes']],
      ['a code as a number', { codes: [131_049] }, ['/codes']],
      ['51 codes', { codes: Array.from({ length: 51 }, String) }, ['/codes']],
      ['some people', { contacts: ['cnt_1'] }, ['/contacts']],
    ],
  ],
  [
    'POST',
    '/v1/webhooks',
    [
      ['no events', { url: 'https://a.io/' }, ['/events']],
      ['an empty list', { url: 'https://a.io/', events: [] }, ['/events']],
      ['an unknown event', { url: 'https://a.io/', events: ['message.read'] }, ['/events']],
      ['events as a text', { url: 'https://a.io/', events: '*' }, ['/events']],
      ['no url', { events: ['*'] }, ['/url']],
      ['a url that is none', { url: 'a.io', events: ['*'] }, ['/url']],
      ['a url of another kind', { url: 'file:///etc/passwd', events: ['*'] }, ['/url']],
      ['a url with a blank', { url: 'https://a.io/ b', events: ['*'] }, ['/url']],
      ['a long url', { url: `https://a.io/${'x'.repeat(4_096)}`, events: ['*'] }, ['/url']],
      ['a long description', { ...HOOK, description: 'x'.repeat(501) }, ['/description']],
      ['a rate of none', { ...HOOK, ratePerSecond: 0 }, ['/ratePerSecond']],
      ['half a rate', { ...HOOK, ratePerSecond: 0.5 }, ['/ratePerSecond']],
      ['headers as a list', { ...HOOK, headers: ['a'] }, ['/headers']],
      ...[
        ...['webhook-id', 'Webhook-Signature', 'Host', 'Content-Type', 'content-length', 'Connection'],
        ...[
          'Transfer-Encoding',
          'Proxy-Authorization',
          'User-Agent',
          'Expect',
          'Upgrade',
          'HTTP2-Settings',
          'a b',
          'a:b',
          '',
        ],
      ].map((name): [string, object, string[]] => [
        `the header ${name}`,
        { ...HOOK, headers: { [name]: 'x' } },
        ['/headers'],
      ]),
      ['a header with a line break', { ...HOOK, headers: { a: 'b\r\nwebhook-id: x' } }, ['/headers']],
      ['a header twice', { ...HOOK, headers: { Authorization: 'a', authorization: 'b' } }, ['/headers']],
      ['a header that is no ASCII', { ...HOOK, headers: { a: 'ü' } }, ['/headers']],
      ['21 headers', { ...HOOK, headers: pairs(21) }, ['/headers']],
      ['a time that is none', { ...HOOK, since: 'yesterday' }, ['/since']],
      ['a secret of its own', { ...HOOK, secret: 'whsec_x' }, ['/secret']],
    ],
  ],
  [
    'PATCH',
    '/v1/webhooks/whk_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E',
    [
      ['an active that is none', { active: 'yes' }, ['/active']],
      ['no url', { url: null }, ['/url']],
      ['no events', { events: null }, ['/events']],
      ['a place to go on from, and no activation', { resumeFrom: 'now' }, ['/resumeFrom']],
      ['a place to go on from that is none', { active: true, resumeFrom: 'yesterday' }, ['/resumeFrom']],
      ['a time', { since: '2026-11-22T10:15:30Z' }, ['/since']],
    ],
  ],
  [
    'POST',
    '/v1/webhooks/whk_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E/replay',
    [
      ['no time', {}, ['/since']],
      ['a time that is none', { since: 'yesterday' }, ['/since']],
      ['an end before', { since: '2026-11-22T10:00:00Z', until: '2026-11-22T09:00:00Z' }, ['/until']],
      ['some of them', { since: '2026-11-22T10:00:00Z', only: 'some' }, ['/only']],
    ],
  ],
  [
    'POST',
    '/v1/contacts',
    [
      ['nobody', { phone: undefined }, ['/phone']],
      ['a phone that is none', { phone: 'abc' }, ['/phone']],
      ['a user id for a phone', { phone: 'IN.1234' }, ['/phone']],
      ['a phone as a number', { phone: 918899332211 }, ['/phone']],
      ['no phone', { phone: null }, ['/phone']],
      ['a user id that is none', { userId: 'x' }, ['/userId']],
      ['an empty name', { name: '' }, ['/name']],
      ['a long name', { name: 'x'.repeat(501) }, ['/name']],
      ['NUL in the name', { name: 'a\u0000' }, ['/name']],
      ['an address without @', { email: 'g.example.com' }, ['/email']],
      ['an address with a blank', { email: 'g g@example.com' }, ['/email']],
      ['a blank name', { name: '  ' }, ['/name']],
      ['a long address', { email: `${'x'.repeat(250)}@x.io` }, ['/email']],
      ['tags as a text', { tags: 'vip' }, ['/tags']],
      ['a tag that is no text', { tags: [1] }, ['/tags']],
      ['an empty tag', { tags: [''] }, ['/tags']],
      ['a blank tag', { tags: [' '] }, ['/tags']],
      ['a long tag', { tags: ['x'.repeat(65)] }, ['/tags']],
      ['NUL in a tag', { tags: ['a\u0000'] }, ['/tags']],
      ['101 tags', { tags: Array.from({ length: 101 }, (_, index) => `t${index}`) }, ['/tags']],
      ['fields as a list', { customFields: [] }, ['/customFields']],
      ['no fields', { customFields: null }, ['/customFields']],
      ['a field in a field', { customFields: { a: { b: 1 } } }, ['/customFields']],
      ['a field with a strange key', { customFields: { 'a b': 'c' } }, ['/customFields']],
      ['a field with a long key', { customFields: { ['k'.repeat(65)]: 'c' } }, ['/customFields']],
      ['a field that every object has', { customFields: { constructor: 'c' } }, ['/customFields']],
      ['NUL in a field', { customFields: { a: 'b\u0000' } }, ['/customFields']],
      ['51 fields', { customFields: pairs(51) }, ['/customFields']],
      ['an opt-in as a text', { optedIn: 'yes' }, ['/optedIn']],
      ['no opt-in', { optedIn: null }, ['/optedIn']],
      ['fields of ours', { id: 'x', createdAt: 'x', source: 'x' }, ['/createdAt', '/id', '/source']],
    ],
  ],
  [
    'PATCH',
    '/v1/contacts/cnt_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E',
    [
      ['a phone', { phone: '+918899332211' }, ['/phone']],
      ['an empty name', { name: '' }, ['/name']],
      ['no tags', { tags: null }, ['/tags']],
      ['an opt-in as a number', { optedIn: 1 }, ['/optedIn']],
    ],
  ],
  [
    'POST',
    '/v1/contacts/bulk',
    [
      ['no rows', { contacts: undefined }, ['/contacts']],
      ['an empty list', { contacts: [] }, ['/contacts']],
      ['501 rows', { contacts: Array.from({ length: 501 }, () => ({})) }, ['/contacts']],
      ['an object', { contacts: {} }, ['/contacts']],
      ['tags as a text', { contacts: [{}], defaultTags: 'x' }, ['/defaultTags']],
      ['an opt-in as a text', { contacts: [{}], defaultOptedIn: 'no' }, ['/defaultOptedIn']],
      ['an unknown field', { contacts: [{}], default: 1 }, ['/default']],
    ],
  ],
  [
    'POST',
    '/v1/tags',
    [
      ['no name', { name: undefined }, ['/name']],
      ['an empty one', { name: '' }, ['/name']],
      ['a blank one', { name: ' ' }, ['/name']],
      ['one with blanks around', { name: ' vip' }, ['/name']],
      ['a long one', { name: 'x'.repeat(65) }, ['/name']],
      ['NUL', { name: '\u0000' }, ['/name']],
      ['a color', { name: 'x', color: 'red' }, ['/color']],
    ],
  ],
  [
    'POST',
    '/v1/custom-fields',
    [
      ['nothing', {}, ['/key', '/type']],
      ['a strange key', { key: 'a b', type: 'text' }, ['/key']],
      ['a key with a digit first', { key: '1a', type: 'text' }, ['/key']],
      ['a long key', { key: 'k'.repeat(65), type: 'text' }, ['/key']],
      ['a key that every object has', { key: 'constructor', type: 'text' }, ['/key']],
      ['a type that is none', { key: 'a', type: 'color' }, ['/type']],
      ['a select without options', { key: 'a', type: 'select' }, ['/options']],
      ['a select with no options', { key: 'a', type: 'select', options: [] }, ['/options']],
      ['a text with options', { key: 'a', type: 'text', options: ['a'] }, ['/options']],
      [
        '201 options',
        { key: 'a', type: 'select', options: Array.from({ length: 201 }, String) },
        ['/options'],
      ],
      ['a long label', { key: 'a', type: 'text', label: 'x'.repeat(201) }, ['/label']],
    ],
  ],
  [
    'POST',
    '/v1/interactive',
    [
      ['nothing', {}, ['/body', '/kind']],
      ['a blank name', { ...CARD, name: ' ' }, ['/name']],
      ['a long name', { ...CARD, name: 'x'.repeat(201) }, ['/name']],
      ['somebody to send it to', { ...CARD, to: '+918899332211' }, ['/to']],
      ['fields of ours', { ...CARD, id: 'x', createdAt: 'x' }, ['/createdAt', '/id']],
      ...WRONG['/v1/messages/interactive'].map<Fault>(([what, change, named]) => [
        what,
        { ...CARD, ...change },
        named.toSorted(),
      ]),
    ],
  ],
  [
    'PATCH',
    `/v1/interactive/${INT_ID}`,
    [
      ['an empty name', { name: '' }, ['/name']],
      ['no kind', { kind: null }, ['/kind']],
      ['no body', { body: null }, ['/body']],
      ['a body that is too long for any kind', { body: 'x'.repeat(4097) }, ['/body']],
      ['no buttons', { buttons: [] }, ['/buttons']],
      ['a button without title', { buttons: [{ id: 'yes' }] }, ['/buttons/0/title']],
      ['a header of no type', { header: { text: 'A' } }, ['/header/type']],
      ['a long header', { header: 'x'.repeat(61) }, ['/header/text']],
      ['an empty footer', { footer: '' }, ['/footer']],
      ['a field of ours', { updatedAt: '2026-11-22T10:00:00.000Z' }, ['/updatedAt']],
    ],
  ],
  [
    'POST',
    `/v1/interactive/${INT_ID}/send`,
    [
      ['nobody', {}, ['/to']],
      ['a card', { to: '+918899332211', ...CARD }, ['/body', '/buttons', '/kind']],
      ['metadata that is none', { to: '+918899332211', metadata: ['a'] }, ['/metadata']],
    ],
  ],
];
const BODY = { type: 'BODY', text: 'Hi {{1}}, order is on its way.', example: { body_text: [['Asha']] } };
const TEMPLATE = { name: 'order_shipped', language: 'en_US', category: 'UTILITY', components: [BODY] };
const NEW_TEMPLATE: [string, object, string[]][] = [
  ['nothing', { ...undefinedFields(TEMPLATE) }, ['/category', '/components', '/language', '/name']],
  ['a name in capitals', { name: 'Order' }, ['/name']],
  ['a long name', { name: 'x'.repeat(513) }, ['/name']],
  ['a name with NUL', { name: 'a\u0000' }, ['/name']],
  ['a language that Meta does not know', { language: 'no' }, ['/language']],
  ['a category that is none', { category: 'NEWS' }, ['/category']],
  ['components that are no list', { components: BODY }, ['/components']],
  ['components that are no objects', { components: ['x'] }, ['/components', '/components/0']],
  ['no body', { components: [] }, ['/components']],
  ['a body without an example', { components: [{ ...BODY, example: undefined }] }, ['/components/0/example']],
  [
    'a variable at the end',
    { components: [{ ...BODY, text: 'Your order: {{1}}.' }] },
    ['/components/0/text'],
  ],
  ['a component with NUL', { components: [{ ...BODY, text: 'a\u0000b' }] }, ['/components']],
  [
    'components of 30 levels',
    { components: [{ type: 'BODY', x: JSON.parse(deep(30)) as unknown }] },
    ['/components'],
  ],
  [
    'a media header with an id of Meta’s',
    { components: [{ type: 'HEADER', format: 'IMAGE', example: { header_handle: ['123'] } }, BODY] },
    ['/components/0/example/header_handle'],
  ],
  [
    'a media header with a link without TLS',
    {
      components: [
        { type: 'HEADER', format: 'IMAGE', example: { header_handle: ['http://x.in/a.png'] } },
        BODY,
      ],
    },
    ['/components/0/example/header_handle'],
  ],
  ['a wish that is none', { submit: 'yes' }, ['/submit']],
  ['an id of its own', { id: 'tpl_1' }, ['/id']],
];
const TEMPLATE_CHANGE: [string, object, string[]][] = [
  ['another name', { name: 'other' }, ['/name']],
  ['another language', { language: 'hi' }, ['/language']],
  ['a status', { status: 'approved' }, ['/status']],
  ['a category that is none', { category: 'NEWS' }, ['/category']],
  ['components that are no list', { components: BODY }, ['/components']],
  ['a wish that is none', { submit: 1 }, ['/submit']],
];
function undefinedFields(of: object) {
  return Object.fromEntries(Object.keys(of).map((name) => [name, undefined]));
}
describe.each([
  ['POST', '/v1/templates', TEMPLATE, NEW_TEMPLATE],
  ['PATCH', '/v1/templates/tpl_1', {}, TEMPLATE_CHANGE],
] as const)('%s %s', (method, path, good, faults) => {
  it.each(faults)('with %s', async (_what, given, named) => {
    const answer = await problemOf(await call(method, path, JSON.stringify({ ...good, ...given })));
    expect({ ...answer, pointers: answer.pointers.toSorted() }).toEqual({
      status: 422,
      code: 'invalid_request',
      pointers: named,
    });
  });
  it('with half of a body', async () => {
    expect(await problemOf(await call(method, path, '{"name"'))).toMatchObject({ status: 400 });
  });
});

describe.each(WRITES)('%s %s', (method, path, faults) => {
  it.each(faults)('with %s', async (_what, given, named) => {
    const phone = path === '/v1/contacts' ? { phone: '+918899332211' } : {};
    const answer = await problemOf(await call(method, path, JSON.stringify({ ...phone, ...given })));
    expect({ ...answer, pointers: answer.pointers.toSorted() }).toEqual({
      status: 422,
      code: 'invalid_request',
      pointers: named,
    });
  });
  it.each<[string, Body, number]>([
    ['half of a body', '{"name"', 400],
    ['bytes that are no UTF-8', new Uint8Array([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d]), 400],
    ['a list', '[]', 422],
    ['200,000 levels', `{"x":${deep(200_000)}}`, 422],
  ])('with %s', async (_what, body, status) => {
    expect(await problemOf(await call(method, path, body))).toMatchObject({ status });
  });
});

it.each(['/v1/contacts', '/v1/tags', '/v1/custom-fields', '/v1/interactive'])(
  '1 MiB and a byte for %s',
  async (path) => {
    const body = `{"x":"${'x'.repeat(1_048_576 - 7)}"}`;
    expect(await problemOf(await call('POST', path, body))).toMatchObject({ status: 413, code: 'too_large' });
  },
);

describe('paths and methods', () => {
  it.each([
    ['DELETE', '/v1/tags/%00', 404, 'not_found'],
    ['DELETE', '/v1/custom-fields/a%00', 404, 'not_found'],
    ['GET', '/v1/contacts/+918899332211', 404, 'not_found'],
    ['GET', '/v1/contacts/x/history', 404, 'not_found'],
    ['PUT', '/v1/contacts', 405, 'method_not_allowed'],
    ['DELETE', '/v1/contacts/cnt_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E', 405, 'method_not_allowed'],
    ['GET', '/v1/nothing', 404, 'not_found'],
    ['GET', '/v1/messages/x', 404, 'not_found'],
    ['GET', '/v1/templates/%00', 404, 'not_found'],
    ['GET', '/v1/templates/tpl_01K9ZQ4T6V8X0Y2Z4A6B8C0D2U', 404, 'not_found'],
    ['GET', '/v1/templates/x/preview', 404, 'not_found'],
    ['DELETE', '/v1/templates/%00', 404, 'not_found'],
    ['PUT', '/v1/templates/tpl_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E', 405, 'method_not_allowed'],
    ['DELETE', '/v1/templates', 405, 'method_not_allowed'],
    ['GET', `/v1/templates/${'x'.repeat(101)}`, 400, 'malformed_request'],
    ['GET', '/v1/flows/x', 404, 'not_found'],
    ['POST', '/v1/flows', 405, 'method_not_allowed'],
    ['DELETE', '/v1/flows/flw_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E', 405, 'method_not_allowed'],
    ['GET', '/v1/messages/%zz', 400, 'malformed_request'],
    ['GET', '/v1/messages/text', 404, 'not_found'],
    ['POST', '/v1/messages/x/read', 404, 'not_found'],
    ['GET', '/v1/messages/msg_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E/read', 405, 'method_not_allowed'],
    ['GET', '/v1/media/x', 404, 'not_found'],
    ['GET', '/v1/media/med_1/content', 404, 'not_found'],
    ['DELETE', '/v1/media/msg', 404, 'not_found'],
    ['GET', '/v1/media', 405, 'method_not_allowed'],
    ['PATCH', '/v1/media/med_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E', 405, 'method_not_allowed'],
    ['GET', '/v1/interactive/x', 404, 'not_found'],
    ['GET', `/v1/interactive/${INT_ID}/send`, 405, 'method_not_allowed'],
    ['PUT', '/v1/interactive', 405, 'method_not_allowed'],
    ['GET', '/v1/campaigns/x', 404, 'not_found'],
    ['GET', '/v1/campaigns/audience-preview', 404, 'not_found'],
    ['PATCH', '/v1/campaigns/audience-preview', 404, 'not_found'],
    ['GET', '/v1/campaigns/x/recipients', 404, 'not_found'],
    ['POST', '/v1/campaigns/x/pause', 404, 'not_found'],
    ['DELETE', `/v1/campaigns/${CMP_ID}`, 405, 'method_not_allowed'],
    ['PUT', '/v1/messages/text', 405, 'method_not_allowed'],
    ['DELETE', '/v1/me', 405, 'method_not_allowed'],
    ['PATCH', '/v1/events', 405, 'method_not_allowed'],
    ['POST', '/v1/account', 405, 'method_not_allowed'],
  ])('%s %s', async (method, path, status, code) => {
    expect(await problemOf(await call(method, path))).toMatchObject({ status, code });
  });

  it.each([
    ['/v1/templates/x', 'There is nothing with this id.'],
    ['/v1/contacts/x/history', 'There is nothing with this id.'],
    ['/v1/webhooks/x/deliveries/y', 'There is nothing with this id.'],
  ])('%s says what there is not', async (path, detail) => {
    expect(await (await call('GET', path)).json()).toMatchObject({ status: 404, detail });
  });

  it.each([
    ['/v1/messages/text', 'POST'],
    ['/v1/contacts/bulk', 'POST'],
    ['/v1/templates/sync', 'POST'],
  ])('PUT %s, which no id is like', async (path, allow) => {
    expect((await call('PUT', path)).headers.get('allow')).toBe(allow);
  });

  it('a fault in what marks a message read', async () => {
    const path = '/v1/messages/msg_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E/read';
    for (const [body, pointer] of [
      ['{"typing":"yes"}', '/typing'],
      ['{"status":"read"}', '/status'],
    ] as const)
      expect(await problemOf(await call('POST', path, body))).toMatchObject({
        status: 422,
        pointers: [pointer],
      });
  });

  it.each([
    ['{"status":"nice"}', '/status'],
    ['{"status":null}', '/status'],
    ['{"assignee":""}', '/assignee'],
    ['{"assignee":1}', '/assignee'],
    [`{"assignee":"${'x'.repeat(201)}"}`, '/assignee'],
    ['{"unreadCount":0}', '/unreadCount'],
  ])('a fault in the change of a conversation, %s', async (body, pointer) => {
    const answer = await problemOf(await call('PATCH', '/v1/conversations/cnv_1', body));
    expect(answer).toMatchObject({ status: 422, pointers: [pointer] });
  });

  it('a body where none is wanted', async () => {
    const answer = await problemOf(await call('POST', '/v1/templates/sync', '{"all":true}'));
    expect(answer).toMatchObject({ status: 422, pointers: ['/all'] });
  });
});
