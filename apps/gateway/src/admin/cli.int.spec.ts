import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PLANS } from '@wbiz/contracts/account';
import { SCOPES } from '@wbiz/contracts/scopes';
import { limitOf } from '../access/rate-limit.js';
import { runCli } from './cli.js';
import { DEVELOPER_VERBS } from './developer-verbs.js';
import { OPERATOR_VERBS } from './operator-verbs.js';

type Asked = { method: string; url: string; authorization: string | undefined; body: unknown };
let server: Server;
let url: string;
let asked: Asked[];
let home: string;
const letters = { deadLetters: [] as object[], found: 0, waiting: 0 };
const resealing: object[] = [];
const progress = { projections: [] as object[], unreachable: [] as string[] };

beforeEach(async () => {
  asked = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const text = Buffer.concat((await request.toArray()) as Buffer[]).toString();
    const { method = '', url: path = '', headers } = request;
    asked.push({ method, url: path, authorization: headers.authorization, body: text && JSON.parse(text) });
    let body = '{"data":[],"nextCursor":null}';
    if (path.endsWith('/derive')) body = '{"bodies":2,"items":3}';
    if (path.endsWith('/reseal')) body = JSON.stringify(resealing.shift());
    if (path.endsWith('/projections')) body = JSON.stringify(progress);
    if (/\/dead-letters(\?|$)/.test(path)) body = JSON.stringify(letters);
    response.setHeader('content-type', 'application/json').end(body);
  };
  server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  home = mkdtempSync(join(tmpdir(), 'wbiz-cli-'));
});
afterEach(() => {
  server.close();
  rmSync(home, { recursive: true });
});

const wbiz = (
  line: string,
  env: Record<string, string> = { WBIZ_URL: url, WBIZ_ADMIN_TOKEN: 'token' },
  stdin = '',
) => runCli(line.split(' ').filter(Boolean), { env, cwd: home, stdin: async () => stdin });
const demo = (content: string) => {
  mkdirSync(join(home, '.wbiz'));
  writeFileSync(join(home, '.wbiz', 'demo.json'), content);
};

describe('where it asks', () => {
  it.each(['', '/', '/api', '/api/'])('is WBIZ_URL, also written with "%s" at its end', async (end) => {
    await wbiz('accounts get acc_1', { WBIZ_URL: url + end, WBIZ_ADMIN_TOKEN: 'token' });
    expect(asked).toMatchObject([
      { method: 'GET', url: '/api/admin/v1/accounts/acc_1', authorization: 'Bearer token' },
    ]);
  });

  it('is what npm start has written here, or in a folder above', async () => {
    demo(JSON.stringify({ baseUrl: `${url}/api`, adminToken: 'demo-token' }));
    const below = join(home, 'a', 'b');
    mkdirSync(below, { recursive: true });
    await runCli(['accounts', 'list'], { env: {}, cwd: below, stdin: async () => '' });
    expect(asked).toMatchObject([
      { url: '/api/admin/v1/accounts?limit=200&cursor=', authorization: 'Bearer demo-token' },
    ]);
  });

  it('never is another place than the token is for', async () => {
    demo(JSON.stringify({ baseUrl: 'http://127.0.0.1:1/api', adminToken: 'demo-token' }));
    expect(await wbiz('accounts list', { WBIZ_URL: url })).toMatchObject({
      code: 2,
      err: expect.stringContaining('WBIZ_ADMIN_TOKEN'),
    });
    expect(asked).toEqual([]);
  });

  it('has to be known, and reached', async () => {
    expect(await wbiz('accounts list', {})).toMatchObject({
      code: 2,
      err: expect.stringContaining('.wbiz/demo.json'),
    });
    expect(
      await wbiz('accounts list', { WBIZ_URL: 'http://127.0.0.1:1', WBIZ_ADMIN_TOKEN: 't' }),
    ).toMatchObject({
      code: 1,
      err: expect.stringContaining('http://127.0.0.1:1 cannot be reached'),
    });
  });
});

it('takes the access token from the environment or from standard input, never from the command line', async () => {
  await wbiz('accounts connect --waba 1', { WBIZ_URL: url, WBIZ_ADMIN_TOKEN: 't', WBIZ_ACCESS_TOKEN: 'one' });
  await wbiz('accounts connect --waba 1 --plan scale', undefined, 'two\n');
  expect(asked.map(({ body }) => body)).toEqual([
    { wabaId: '1', accessToken: 'one' },
    { wabaId: '1', accessToken: 'two', plan: 'scale' },
  ]);
  expect(await wbiz('accounts connect --waba 1')).toMatchObject({
    code: 2,
    err: expect.stringContaining('WBIZ_ACCESS_TOKEN'),
  });
  expect(await wbiz('accounts connect --waba 1 --access-token x')).toMatchObject({ code: 2 });
});

it('reads numbers and flags, and leaves what is none of them to the server', async () => {
  await wbiz('accounts patch acc_1 --entitled false --throughput 80');
  await wbiz('accounts patch acc_1 --entitled maybe');
  await wbiz('accounts patch acc_1 --opt-out-words {"en":{"stop":["x"],"start":[]}}');
  await wbiz('accounts patch acc_1 --opt-out-words null');
  await wbiz('accounts patch acc_1 --opt-out-words {');
  await wbiz(
    'keys create acc_1 --name a --scope messages:send --scope events:read --per-minute 60 --burst 5',
  );
  expect(asked.map(({ body }) => body)).toEqual([
    { entitled: false, throughput: 80 },
    { entitled: 'maybe' },
    { optOutWords: { en: { stop: ['x'], start: [] } } },
    { optOutWords: null },
    { optOutWords: '{' },
    { name: 'a', scopes: ['messages:send', 'events:read'], limit: { perMinute: 60, burst: 5 } },
  ]);
});

it('derives a long time by the hour, and adds up', async () => {
  const { out } = await wbiz(
    'webhooks derive --since 2026-11-22T10:30:00Z --until 2026-11-22T12:00:00+00:00',
  );
  const path = { method: 'POST', url: '/api/admin/v1/meta-webhooks/derive' };
  expect(asked).toMatchObject([
    { ...path, body: { since: '2026-11-22T10:30:00.000Z', until: '2026-11-22T11:30:00.000Z' } },
    { ...path, body: { since: '2026-11-22T11:30:00.000Z', until: '2026-11-22T12:00:00.000Z' } },
  ]);
  expect(JSON.parse(out)).toEqual({ bodies: 4, items: 6 });
  // An inverted span is refused by the server, not by the CLI.
  await wbiz('webhooks derive --since 2026-11-22T10:30:00Z --until 2026-11-22T09:00:00Z');
  expect(asked.slice(2)).toMatchObject([{ body: { until: '2026-11-22T09:00:00.000Z' } }]);
});

it('gives orders to projections', async () => {
  await wbiz('projections status');
  await wbiz('projections retry contacts people acc_1');
  await wbiz('projections skip webhooks feed acc_1 --reason known');
  await wbiz('projections rewind contacts people --partition 3 --offset 0');
  await wbiz('projections rewind contacts people --since 2026-11-22T10:30:00Z');
  await wbiz('projections rewind webhooks feed --partition 3 --source messaging --sequence 7');
  const path = '/api/admin/v1/projections';
  expect(asked).toMatchObject([
    { method: 'GET', url: path },
    { method: 'POST', url: `${path}/contacts/people/retry`, body: { accountId: 'acc_1' } },
    { method: 'POST', url: `${path}/webhooks/feed/skip`, body: { accountId: 'acc_1', reason: 'known' } },
    { method: 'POST', url: `${path}/contacts/people/rewind`, body: { partition: 3, offset: 0 } },
    { method: 'POST', url: `${path}/contacts/people/rewind`, body: { since: '2026-11-22T10:30:00Z' } },
    { url: `${path}/webhooks/feed/rewind`, body: { partition: 3, source: 'messaging', sequence: 7 } },
  ]);
});

it('prints what stands still, and what to do about it', async () => {
  const partition = { partition: 3, offset: 7, lag: 0, halted: null };
  const at = '2026-11-22T10:15:30.000Z';
  const parked = {
    ...{ accountId: 'acc_1', events: 5, since: at, retryAt: at },
    ...{ eventId: 'evt_1', eventType: 'contact.created', reason: 'error: too\r\nlarge' },
  };
  progress.projections = [
    { service: 'contacts', projection: 'people', lag: 0, partitions: [partition], parked: [] },
    { service: 'campaigns', projection: 'campaigns', lag: 2, partitions: [partition], parked: [] },
    {
      ...{ service: 'webhooks', projection: 'feed', lag: 9 },
      partitions: [{ ...partition, halted: 'event 9 follows 8.' }],
      parked: Array.from({ length: 11 }, () => parked),
    },
  ];
  progress.unreachable = ['templates'];
  const waiting = [
    `  acc_1 is parked since ${at}, 5 events wait; the next try is at ${at}`,
    '    contact.created evt_1: error: too large',
    '    once mended: wbiz projections retry webhooks feed acc_1',
  ];
  expect((await wbiz('projections status')).out.split('\n')).toEqual([
    'contacts people: is up to date, lag 0',
    'campaigns campaigns: reads, lag 2',
    'webhooks feed: stands still, lag 9',
    '  partition 3 is halted: event 9 follows 8.',
    '    see "A missing event" in docs/reliability.md',
    ...Array.from({ length: 10 }, () => waiting).flat(),
    '  1 more accounts are parked: --json shows them',
    'templates: does not answer; look at its /health/ready',
    '',
  ]);
  expect(JSON.parse((await wbiz('projections status --json')).out)).toEqual(progress);
});

it('has all sealed anew, and says which keys may go', async () => {
  const of = (resealed: number, former: object[] = [], more = {}) => ({
    ...{ service: 'gateway', setting: 'TOKENS_KEY', what: 'access tokens of accounts', present: '1a2b3c4d' },
    ...{ resealed, former, ...more },
  });
  const webhooks = { service: 'webhooks', setting: 'WEBHOOKS_KEY', what: 'secrets and headers of webhooks' };
  const left = [
    { key: '0a0a0a0a', texts: 2, known: true },
    { key: '0b0b0b0b', texts: 1, known: false },
  ];
  resealing.push(
    { sealed: [of(1_000, [{ key: '0c0c0c0c', texts: 200, known: true }]), of(7, left, webhooks)] },
    { sealed: [of(200), of(0, left, webhooks)] },
    { sealed: [of(0), of(0, left, webhooks)] },
  );
  const { code, out } = await wbiz('secrets reseal');
  expect({ code, lines: out.split('\n') }).toEqual({
    code: 1,
    lines: [
      'gateway: access tokens of accounts: 1200 sealed anew with TOKENS_KEY 1a2b3c4d',
      'webhooks: secrets and headers of webhooks: 7 sealed anew with WEBHOOKS_KEY 1a2b3c4d',
      '  2 are still sealed with the previous key 0a0a0a0a',
      '  1 are sealed with 0b0b0b0b, which no service has any more: put it back into WEBHOOKS_KEY_PREVIOUS; if it is lost, connect the account again, or rotate the secret',
      'TOKENS_KEY_PREVIOUS may go, if all holders of TOKENS_KEY run with the present one',
      'WEBHOOKS_KEY_PREVIOUS must stay: texts are still sealed with it',
      'ANSWERS_KEY_PREVIOUS may go, if all holders of ANSWERS_KEY run with the present one',
      '',
    ],
  });
  expect(asked).toHaveLength(3);
  expect(asked[0]).toMatchObject({ method: 'POST', url: '/api/admin/v1/secrets/reseal' });

  for (const [lost, ends] of [
    [[], 0],
    [[{ key: '0b0b0b0b', texts: 1, known: false }], 1],
  ] as const)
    for (const form of ['', ' --json']) {
      resealing.push({ sealed: [of(0, [...lost])] });
      const last = await wbiz(`secrets reseal${form}`);
      expect(last.code).toBe(ends);
      if (!form) expect(last.out.includes('TOKENS_KEY_PREVIOUS may go')).toBe(ends === 0);
    }
});

describe('of dead letters', () => {
  const env = { WBIZ_URL: '', WBIZ_ADMIN_TOKEN: 'token', USER: 'ada' };
  beforeEach(() => {
    env.WBIZ_URL = url;
  });
  const path = '/api/admin/v1/dead-letters';

  it('prints a line each, in columns', async () => {
    const at = '2026-11-22T10:15:30.000Z';
    const unknown = { topic: null, type: null, accountId: null, code: null, reason: null };
    const known = { topic: 'wbiz.commands.contacts', type: 'contact.upsert', accountId: 'acc_1' };
    // A record may hold terminal control characters.
    const reason = 'error: index row\r\n\u001b[2Jtoo large\u202e';
    letters.deadLetters = [
      { id: '0-1530', at, state: 'waiting', ...unknown },
      { id: '0-153', at, state: 'retried', ...known, code: '54000', reason },
    ];
    Object.assign(letters, { found: 12, waiting: 7 });
    const { code, out } = await wbiz('dead-letters list', env);
    expect({ code, out }).toEqual({
      code: 0,
      out: [
        `0-1530  ${at}  waiting  -                       -               -      -`,
        `0-153   ${at}  retried  wbiz.commands.contacts  contact.upsert  acc_1  54000 error: index row [2Jtoo large`,
        '2 of 12 shown; 7 wait',
        '',
      ].join('\n'),
    });
    expect(JSON.parse((await wbiz('dead-letters list --json', env)).out)).toEqual(letters);
  });

  it('says that there are none', async () => {
    Object.assign(letters, { deadLetters: [], found: 0, waiting: 0 });
    expect((await wbiz('dead-letters list', env)).out).toBe('0 of 0 shown; 0 wait\n');
  });

  it('asks for those meant', async () => {
    await wbiz('dead-letters list --account acc_1 --topic a.b --type c --state waiting --limit 5', env);
    await wbiz('dead-letters show 0-153', env);
    expect(asked).toMatchObject([
      { method: 'GET', url: `${path}?accountId=acc_1&topic=a.b&type=c&state=waiting&limit=5` },
      { method: 'GET', url: `${path}/0-153` },
    ]);
  });

  it('gives orders, in the name of whoever does', async () => {
    await wbiz('dead-letters retry 0-153 0-154', env);
    await wbiz('dead-letters retry --all --type meta.status --past-deadline --reason mended --by Bob', env);
    await wbiz('dead-letters discard 0-153 --reason test', { ...env, USERNAME: 'nobody' });
    expect(asked).toEqual([
      expect.objectContaining({ method: 'POST', url: `${path}/retry` }),
      expect.objectContaining({ method: 'POST', url: `${path}/retry` }),
      expect.objectContaining({ method: 'POST', url: `${path}/discard` }),
    ]);
    expect(asked.map(({ body }) => body)).toEqual([
      { ids: ['0-153', '0-154'], by: 'ada' },
      { all: true, type: 'meta.status', by: 'Bob', reason: 'mended', pastDeadline: true },
      { ids: ['0-153'], by: 'ada', reason: 'test' },
    ]);
  });
});

it.each([
  'accounts',
  'dead-letters',
  'dead-letters show',
  'dead-letters retry --by ada',
  'dead-letters retry 0-1 --all --by ada',
  'dead-letters retry 0-1',
  'dead-letters discard 0-1 --by ada',
  'dead-letters list 0-1',
  'projections retry contacts people',
  'projections skip contacts people acc_1',
  'webhooks derive',
  'webhooks derive --since yesterday',
  'accounts toString',
  'accounts get',
  'accounts get a b',
  'keys revoke acc_1',
  'accounts list --all',
  'accounts connect',
])('says what is wrong with "%s"', async (line) => {
  const { code, out, err } = await wbiz(line);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(/^wbiz: .+\nwbiz --help tells more\.\n$/);
  expect(asked).toEqual([]);
});

describe('help', () => {
  const commandsIn = (out: string) =>
    [...out.matchAll(/^ {2}wbiz ([a-z-]+(?: [a-z][a-z._-]+)?)/gm)].map(([, one]) => one!);
  const helpOf = async (line: string) => {
    const { code, out } = await wbiz(line);
    expect(code).toBe(0);
    return out;
  };

  it.each(['', 'help', '--help', '-h', 'nonsense --help'])('of "%s" has every command', async (line) => {
    const commands = commandsIn(await helpOf(line));
    for (const verb of [...Object.keys(OPERATOR_VERBS), ...Object.keys(DEVELOPER_VERBS)])
      expect(commands).toContain(verb);
  });

  it.each([
    ['accounts --help', ['accounts list', 'accounts get', 'accounts connect', 'accounts patch']],
    ['help keys', ['keys create', 'keys list', 'keys revoke']],
    ['keys revoke --help', ['keys revoke']],
    ['keys create acc_1 --name a -h', ['keys create']],
    ['projections rewind --help', ['projections rewind', 'projections rewind']],
    ['listen --forward-to http://localhost --help', ['listen']],
    ['trigger message.status --help', ['trigger message.status']],
  ])('of "%s" has that part alone', async (line, commands) => {
    expect(commandsIn(await helpOf(line))).toEqual(commands);
  });

  it.each(['--help', 'accounts connect --help', 'accounts patch --help'])(
    'of "%s" has the limits of every plan',
    async (line) => {
      const out = await helpOf(line);
      for (const plan of PLANS) {
        const limit = limitOf({ limit: null }, { plan });
        const [minute, burst] = [limit?.perMinute, limit?.burst].map((count) =>
          count?.toLocaleString('en-US'),
        );
        expect(out).toMatch(
          limit
            ? new RegExp(`^ +${plan} +${minute} a minute, ${burst} in 10 s$`, 'm')
            : / unlimited +no limit$/m,
        );
      }
    },
  );

  it.each(['--help', 'keys create --help'])('of "%s" has every scope', async (line) => {
    const words = (await helpOf(line)).split(/[\s,.]+/);
    for (const scope of SCOPES) expect(words).toContain(scope);
  });

  it.each(['accounts list --help', 'events tail --help', 'listen --help'])(
    'of "%s" has no scopes and no plans',
    async (line) => expect(await helpOf(line)).not.toMatch(/messages:send|growth/),
  );

  it.each(['events tail --help', 'listen --help'])('of "%s" says where it begins', async (line) =>
    expect(await helpOf(line)).toContain('Without --since it begins with the next event'),
  );
});
