import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import type { SeenRecord } from '@wbiz/service-testing/shared-topics';
import { Secrets } from '@wbiz/service-kit/sealing';
import { until } from '@wbiz/testing/stack';
import { accounts } from '../account/account.decider.js';
import { ADMIN_TOKEN, call, runningGateway, type RunningGateway } from '../running-gateway.harness.js';
import { runCli } from './cli.js';

jest.setTimeout(60_000);
const WABA = '1000000000000001';
const NOWHERE = `acc_${'0'.repeat(26)}`;
const previousKey = randomBytes(32);
let gateway: RunningGateway;
let events: readonly SeenRecord[];

beforeAll(async () => {
  gateway = await runningGateway({ TOKENS_KEY_PREVIOUS: previousKey.toString('base64') });
  events = await gateway.read('events');
});
afterAll(() => gateway.close());

const connect = (more: object = {}) =>
  gateway.admin('POST', '/accounts', { wabaId: WABA, accessToken: 'simulator-token', ...more });
const accountId = async () => String((await connect()).body['id']);
const newWaba = async (phoneNumbers: number, token: string) =>
  (await gateway.control('/wabas', { phoneNumbers, token })).body as {
    id: string;
    phoneNumbers: { id: string }[];
  };
const faulty = (...faults: object[]) => gateway.control('/behaviour', { faults });

describe('connecting', () => {
  it('makes the account with the numbers Meta reports, 201, and the same one again, 200', async () => {
    const first = await connect({ name: 'Shop', plan: 'growth' });
    expect(first).toMatchObject({
      status: 201,
      body: {
        wabaId: WABA,
        name: 'Shop',
        plan: 'growth',
        status: 'active',
        entitled: true,
        unknownOutcomePolicy: 'fail',
        trialEndsAt: null,
      },
    });
    const { phoneNumbers, id } = first.body as { id: string; phoneNumbers: object[] };
    expect(id).toMatch(/^acc_[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(phoneNumbers).toEqual([
      expect.objectContaining({
        isDefault: true,
        throughput: 80,
        qualityRating: 'GREEN',
        messagingLimit: 'TIER_UNLIMITED',
      }),
      expect.objectContaining({ isDefault: false }),
    ]);
    const again = await connect({ plan: 'unlimited' });
    expect(again).toMatchObject({ status: 200, body: { id, name: 'Shop', plan: 'unlimited' } });
    expect(again.body['connectedAt']).toBe(first.body['connectedAt']);
  });

  it('keeps the token sealed: not in the answer, not in the database, not on the log', async () => {
    const token = 'simulator-token-that-nobody-shall-read';
    const waba = await newWaba(1, token);
    const answer = await connect({ wabaId: waba.id, accessToken: token });
    expect(answer.status).toBe(201);
    const id = String(answer.body['id']);
    const credentials = (await gateway.ask('account.credentials', { accountId: id }))!;
    expect(credentials.wabaId).toBe(waba.id);
    expect(gateway.secrets.unseal(credentials.sealedToken, id)).toBe(token);

    await until(() => events.some(({ key }) => key === id));
    const { rows } = await gateway.pool.query<{ all: string }>(
      `select (select string_agg(e::text, '') from gateway.events e) || (select string_agg(a::text, '') from gateway.accounts a)
              || coalesce((select string_agg(r::text, '') from gateway.replies r), '') as all`,
    );
    for (const text of [JSON.stringify(answer.body), rows[0]!.all, ...events.map((event) => event.text)])
      expect(text).not.toContain(token);
    for (const { text } of events) expect(text).not.toContain(credentials.sealedToken);
  });

  it('hands a token that a previous key sealed on under the present one', async () => {
    const id = await accountId();
    const sealed = new Secrets({ key: previousKey }).seal('an old token', id);
    await gateway.pool.query(
      `update gateway.accounts set state = jsonb_set(state, '{sealedToken}', to_jsonb($2::text)) where stream = $1`,
      [id, sealed],
    );
    const { sealedToken } = (await gateway.ask('account.credentials', { accountId: id }))!;
    expect(gateway.secrets.unseal(sealedToken, id)).toBe('an old token');
  });

  it('makes one account of a WABA that several connect at once', async () => {
    const waba = await newWaba(1, 'simulator-at-once');
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => connect({ wabaId: waba.id, accessToken: 'simulator-at-once' })),
    );
    expect(new Set(answers.map(({ body }) => body['id'])).size).toBe(1);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 201]);
    expect(await gateway.ask('account.find', { wabaId: waba.id })).toEqual({
      accountId: answers[0]!.body['id'],
    });
  });

  it('tells the others what they need to know', async () => {
    const id = await accountId();
    const view = (await gateway.admin('GET', `/accounts/${id}`)).body;
    const { id: _id, createdAt: _created, updatedAt: _updated, ...data } = view;
    await until(() =>
      events.some(
        ({ key, type, data: told }) =>
          key === id && type === 'account.updated' && told['checkedAt'] === data['checkedAt'],
      ),
    );
    expect(events.filter(({ key, type }) => key === id && type === 'account.updated').at(-1)!.data).toEqual(
      data,
    );
  });

  it('takes the default number it is told', async () => {
    const { body } = await gateway.admin('GET', `/accounts/${await accountId()}`);
    const second = (body['phoneNumbers'] as { id: string }[])[1]!.id;
    const { body: changed } = await connect({ defaultPhoneNumberId: second });
    expect((changed['phoneNumbers'] as { isDefault: boolean }[]).map(({ isDefault }) => isDefault)).toEqual([
      false,
      true,
    ]);
  });

  it.each([
    ['a token Meta does not know', { accessToken: 'garbage' }, 422, 'invalid_access_token', '/accessToken'],
    ['an expired token', { accessToken: 'simulator-expired' }, 422, 'invalid_access_token', '/accessToken'],
    ['a token no header can hold', { accessToken: 'a b' }, 422, 'invalid_access_token', '/accessToken'],
    ['a WABA the token is not for', { wabaId: '42' }, 422, 'invalid_access_token', '/accessToken'],
    [
      'a number that is not there',
      { defaultPhoneNumberId: '42' },
      422,
      'invalid_request',
      '/defaultPhoneNumberId',
    ],
    ['a WABA id that is none', { wabaId: 'WABA' }, 422, 'invalid_request', '/wabaId'],
    ['a plan that is none', { plan: 'gold' }, 422, 'invalid_request', '/plan'],
    ['a field that is none', { token: 'x' }, 422, 'invalid_request', '/token'],
  ])('refuses %s', async (_what, more, status, code, pointer) => {
    const answer = await connect(more);
    expect(answer).toMatchObject({ status, body: { code, status, errors: [{ pointer }] } });
    expect(JSON.stringify(answer.body)).not.toContain('simulator-token');
  });

  it('refuses a WABA without phone numbers', async () => {
    const { id } = await newWaba(0, 'simulator-empty');
    expect(await connect({ wabaId: id, accessToken: 'simulator-empty' })).toMatchObject({
      status: 422,
      body: { code: 'invalid_request', errors: [{ pointer: '/wabaId', code: 'phone_numbers' }] },
    });
  });

  it.each([
    [
      '502 when Meta fails',
      { match: { path: 'phone_numbers' }, kind: 'error', code: 2, httpStatus: 500, rate: 1 },
      502,
      'upstream_error',
    ],
    [
      '503 when Meta breaks the connection',
      { match: { path: 'subscribed_apps' }, kind: 'reset', rate: 1 },
      503,
      'unavailable',
    ],
    [
      '503 when Meta takes no more calls',
      { match: { path: 'debug_token' }, kind: 'error', code: 4, httpStatus: 400, rate: 1 },
      503,
      'unavailable',
    ],
    [
      '422 when a permission is missing',
      { match: { path: 'subscribed_apps' }, kind: 'error', code: 200, httpStatus: 403, rate: 1 },
      422,
      'invalid_access_token',
    ],
  ])('answers %s, and changes nothing', async (_what, fault, status, code) => {
    const before = await gateway.admin('GET', `/accounts/${await accountId()}`);
    await faulty(fault);
    try {
      const answer = await connect({ plan: 'scale', name: 'Changed' });
      expect(answer).toMatchObject({ status, body: { code } });
      expect(answer.headers.has('retry-after')).toBe(status === 503);
    } finally {
      await faulty();
    }
    expect((await gateway.admin('GET', `/accounts/${await accountId()}`)).body['name']).toBe(
      before.body['name'],
    );
  });
});

describe('accounts', () => {
  it('are listed newest first, page by page', async () => {
    for (const name of ['one', 'two']) {
      const { id } = await newWaba(1, `simulator-list-${name}`);
      await connect({ wabaId: id, accessToken: `simulator-list-${name}`, name });
    }
    const all = (await gateway.admin('GET', '/accounts?limit=200')).body as {
      data: { id: string }[];
      nextCursor: null;
    };
    expect(all.nextCursor).toBeNull();
    const ids = all.data.map(({ id }) => id);
    expect(ids).toEqual([...ids].sort().reverse());
    const paged: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = (await gateway.admin('GET', `/accounts?limit=2&cursor=${cursor}`)).body as typeof all & {
        nextCursor: string | null;
      };
      paged.push(...page.data.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(paged).toEqual(ids);
  });

  it('change where they are told to, and only there', async () => {
    const id = await accountId();
    const changed = await gateway.admin('PATCH', `/accounts/${id}`, {
      plan: 'scale',
      entitled: false,
      unknownOutcomePolicy: 'resend',
      throughput: 333,
    });
    expect(changed).toMatchObject({
      status: 200,
      body: {
        id,
        plan: 'scale',
        entitled: false,
        unknownOutcomePolicy: 'resend',
        phoneNumbers: [{ throughput: 333 }, { throughput: 333 }],
      },
    });
    expect(await gateway.admin('PATCH', `/accounts/${id}`, {})).toMatchObject({
      status: 200,
      body: changed.body,
    });
    expect(await gateway.admin('PATCH', `/accounts/${id}`, { entitled: true })).toMatchObject({
      status: 200,
      body: { plan: 'scale', entitled: true },
    });
  });

  it('are suspended and activated, and the feed is told', async () => {
    const id = await accountId();
    expect((await gateway.admin('PATCH', `/accounts/${id}`, { status: 'suspended' })).body['status']).toBe(
      'suspended',
    );
    expect((await gateway.admin('PATCH', `/accounts/${id}`, { status: 'active' })).body['status']).toBe(
      'active',
    );
    const told = await until(() => {
      const found = events.filter(({ key, type }) => key === id && type === 'account.status');
      return found.length >= 2 && found;
    });
    expect(told.map(({ data }) => data['status'])).toEqual(['suspended', 'active']);
  });

  it('stand as their events say', async () => {
    const id = await accountId();
    const store = gateway.app.get(EventStore, { strict: false });
    const { rows } = await gateway.pool.query<{ state: unknown }>(
      'select state from gateway.accounts where stream = $1',
      [id],
    );
    expect(rows[0]!.state).toEqual(await store.replay(accounts, id));
  });

  it.each([
    ['a status only Meta decides', { status: 'disconnected' }, '/status'],
    ['no throughput at all', { throughput: 0 }, '/throughput'],
    ['null', { plan: null }, '/plan'],
    ['a field that is none', { wabaId: '1' }, '/wabaId'],
  ])('refuse %s', async (_what, body, pointer) => {
    expect(await gateway.admin('PATCH', `/accounts/${await accountId()}`, body)).toMatchObject({
      status: 422,
      body: { code: 'invalid_request', errors: [{ pointer }] },
    });
  });

  it.each(['get', 'PATCH'])('that are not there are 404 (%s)', async (method) => {
    for (const id of [NOWHERE, 'nothing', "acc_' or 1=1"])
      expect(
        await gateway.admin(
          method.toUpperCase(),
          `/accounts/${encodeURIComponent(id)}`,
          method === 'PATCH' ? {} : undefined,
        ),
      ).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it('refuse what is no cursor', async () => {
    for (const cursor of ['x', 'WzFd', 'WyJhIiwiYiJd'])
      expect(await gateway.admin('GET', `/accounts?cursor=${cursor}`)).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '?cursor' }] },
      });
  });
});

describe('API keys', () => {
  const create = async (body: object) => gateway.admin('POST', `/accounts/${await accountId()}/keys`, body);
  const me = (key: string) =>
    call(`${gateway.url}/v1/me`, 'GET', undefined, { authorization: `Bearer ${key}` });

  it('are shown whole once, work, and stop working once revoked', async () => {
    const id = await accountId();
    const created = await create({
      name: 'CRM',
      scopes: ['messages:send', 'messages:send'],
      limit: { perMinute: 100, burst: 10 },
    });
    expect(created).toMatchObject({
      status: 201,
      body: { name: 'CRM', scopes: ['messages:send'], expiresAt: null },
    });
    const { id: keyId, key, prefix } = created.body as { id: string; key: string; prefix: string };
    expect(key.startsWith(`${prefix}_`)).toBe(true);
    expect(await me(key)).toMatchObject({
      status: 200,
      body: { key: { id: keyId }, account: { id, wabaId: WABA } },
    });

    const list = await gateway.admin('GET', `/accounts/${id}/keys`);
    expect(list.body['data']).toContainEqual(
      expect.objectContaining({ id: keyId, prefix, revokedAt: null, limit: { perMinute: 100, burst: 10 } }),
    );
    expect(JSON.stringify(list.body)).not.toContain(key.slice(prefix.length + 1));
    const { rows } = await gateway.pool.query<{ row: string }>(
      'select k::text as row from gateway.api_keys k',
    );
    expect(rows.map(({ row }) => row).join()).not.toContain(key.slice(prefix.length + 1));

    expect((await gateway.admin('DELETE', `/accounts/${id}/keys/${keyId}`)).status).toBe(204);
    await until(async () => (await me(key)).status === 401, { timeoutMs: 1_000 });
    const revokedAt = async () => {
      const { data } = (await gateway.admin('GET', `/accounts/${id}/keys`)).body as {
        data: { id: string; revokedAt: string }[];
      };
      return data.find((one) => one.id === keyId)!.revokedAt;
    };
    const first = await revokedAt();
    expect(Date.now() - Date.parse(first)).toBeLessThan(60_000);
    expect((await gateway.admin('DELETE', `/accounts/${id}/keys/${keyId}`)).status).toBe(204);
    expect(await revokedAt()).toBe(first);
  });

  it.each([
    ['no name', { scopes: ['messages:send'] }, '/name'],
    ['no scopes', { name: 'x', scopes: [] }, '/scopes'],
    ['a scope that is none', { name: 'x', scopes: ['everything'] }, '/scopes'],
    [
      'a time that has passed',
      { name: 'x', scopes: ['messages:send'], expiresAt: '2020-01-01T00:00:00Z' },
      '/expiresAt',
    ],
    ['half a limit', { name: 'x', scopes: ['messages:send'], limit: { perMinute: 5 } }, '/limit/burst'],
  ])('refuse %s', async (_what, body, pointer) => {
    expect(await create(body)).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
  });

  it('are 404 for an account or key that is not there, or that is another account’s', async () => {
    const waba = await newWaba(1, 'simulator-other');
    const other = String((await connect({ wabaId: waba.id, accessToken: 'simulator-other' })).body['id']);
    const { id: keyId } = (await create({ name: 'mine', scopes: ['messages:read'] })).body as { id: string };
    const body = { name: 'x', scopes: ['messages:send'] };
    expect((await gateway.admin('POST', `/accounts/${NOWHERE}/keys`, body)).status).toBe(404);
    expect((await gateway.admin('GET', `/accounts/${NOWHERE}/keys`)).status).toBe(404);
    expect((await gateway.admin('DELETE', `/accounts/${other}/keys/${keyId}`)).status).toBe(404);
    expect((await gateway.admin('DELETE', `/accounts/${other}/keys/nothing`)).status).toBe(404);
  });

  it('open nothing of the operators’ side, and the admin token nothing of theirs', async () => {
    const { key } = (await create({ name: 'all', scopes: ['messages:send'] })).body as { key: string };
    expect(await gateway.admin('GET', '/accounts', undefined, key)).toMatchObject({
      status: 401,
      body: { code: 'invalid_admin_token' },
    });
    expect(await me(ADMIN_TOKEN)).toMatchObject({ status: 401, body: { code: 'invalid_api_key' } });
  });
});

describe('the command-line tool', () => {
  const wbiz = (line: string, env: Record<string, string> = {}) =>
    runCli(line.split(' '), {
      env: { WBIZ_URL: gateway.url, WBIZ_ADMIN_TOKEN: ADMIN_TOKEN, ...env },
      cwd: '/',
      stdin: async () => 'simulator-cli\n',
    });
  const json = ({ code, out, err }: { code: number; out: string; err: string }) => {
    expect({ code, err }).toEqual({ code: 0, err: '' });
    return JSON.parse(out) as Record<string, unknown>;
  };

  it('connects, changes and lists accounts', async () => {
    const { id: waba } = await newWaba(1, 'simulator-cli');
    const { id } = json(await wbiz(`accounts connect --waba ${waba} --name CLI --plan growth`));
    expect(json(await wbiz(`accounts patch ${id} --entitled false --throughput 7`))).toMatchObject({
      name: 'CLI',
      plan: 'growth',
      entitled: false,
      phoneNumbers: [{ throughput: 7 }],
    });
    expect(json(await wbiz(`accounts get ${id}`))).toMatchObject({ id, entitled: false });
    expect(json(await wbiz('accounts list'))).toContainEqual(expect.objectContaining({ id }));
  });

  it('makes keys that work, lists and revokes them', async () => {
    const id = await accountId();
    const {
      key,
      id: keyId,
      scopes,
    } = json(await wbiz(`keys create ${id} --name cli --all-scopes --per-minute 50 --burst 5`)) as {
      key: string;
      id: string;
      scopes: string[];
    };
    expect(scopes.length).toBeGreaterThan(10);
    const me = await call(`${gateway.url}/v1/me`, 'GET', undefined, { authorization: `Bearer ${key}` });
    expect(me.status).toBe(200);
    expect(json(await wbiz(`keys list ${id}`))).toContainEqual(
      expect.objectContaining({ id: keyId, limit: { perMinute: 50, burst: 5 } }),
    );
    expect(await wbiz(`keys revoke ${id} ${keyId}`)).toEqual({ code: 0, out: '', err: '' });
  });

  it('says what was refused', async () => {
    expect(await wbiz(`accounts get ${NOWHERE}`)).toEqual({
      code: 1,
      out: '',
      err: `wbiz: 404 not_found: There is no account ${NOWHERE}.\n`,
    });
    const refused = await wbiz(`accounts patch ${await accountId()} --plan gold --throughput many`);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/422 invalid_request: .*\n {2}.*plan.*\n {2}.*throughput/);
  });
});

// Must run last: it locks this address out for a minute.
describe('signing in', () => {
  const signIn = (at: RunningGateway, forwardedFor: string, token = 'wrong') =>
    at.admin('GET', '/accounts', undefined, token, { 'x-forwarded-for': forwardedFor });
  const statuses = async (at: RunningGateway, forwardedFor: (attempt: number) => string, attempts = 12) => {
    const seen: number[] = [];
    for (let attempt = 1; attempt <= attempts; attempt += 1)
      seen.push((await signIn(at, forwardedFor(attempt))).status);
    return seen;
  };
  const wrong = (times: number) => Array<number>(times).fill(401);

  it('needs the admin token; after ten wrong ones within a minute an address waits, but for the right one', async () => {
    expect(await gateway.admin('GET', '/accounts', undefined, null)).toMatchObject({
      status: 401,
      body: { code: 'invalid_admin_token' },
    });
    // The first failure was an earlier test's API key. Forwarded addresses made up by the client do not count.
    expect(await statuses(gateway, (attempt) => `192.0.2.${attempt}`)).toEqual([...wrong(9), 429, 429, 429]);
    const refused = await gateway.admin('GET', `/accounts/${NOWHERE}/keys`, undefined, 'wrong');
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await gateway.admin('GET', '/accounts')).status).toBe(200);
  });

  it('believes no other proxy than those of TRUST_PROXY', async () => {
    const behind = await runningGateway({ TRUST_PROXY: '10.0.0.0/8,192.0.2.1' });
    try {
      const madeUp = (attempt: number) => `192.0.2.${attempt}, 10.0.0.${attempt}`;
      expect(await statuses(behind, madeUp)).toEqual([...wrong(10), 429, 429]);
      expect((await signIn(behind, '10.0.0.1', ADMIN_TOKEN)).status).toBe(200);
    } finally {
      await behind.close();
    }
  });

  it.each(['127.0.0.0/8', '1'])(
    'counts by the address that the proxy tells with TRUST_PROXY=%s',
    async (proxy) => {
      const behind = await runningGateway({ TRUST_PROXY: proxy });
      try {
        const others = (attempt: number) => `192.0.2.${attempt}, 198.51.100.7`;
        expect(await statuses(behind, others)).toEqual([...wrong(10), 429, 429]);
        expect(await statuses(behind, (attempt) => `203.0.113.${attempt}`)).toEqual(wrong(12));
        expect((await signIn(behind, '198.51.100.7', ADMIN_TOKEN)).status).toBe(200);
      } finally {
        await behind.close();
      }
    },
  );
});
