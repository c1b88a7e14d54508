import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { ADMIN_TOKEN, runningGateway, type RunningGateway } from '../running-gateway.harness.js';
import { OperatorSessions } from './operator-sessions.js';

jest.setTimeout(60_000);
const CONSOLE = { 'x-wbiz-console': '1' };
let gateway: RunningGateway;
beforeAll(async () => void (gateway = await runningGateway()));
afterAll(() => gateway.close());

const ask = (method: string, path: string, headers: Record<string, string>) =>
  fetch(`${gateway.url}/admin/v1${path}`, { method, headers });
async function signIn() {
  const answer = await ask('POST', '/session', { ...CONSOLE, authorization: `Bearer ${ADMIN_TOKEN}` });
  const [set] = answer.headers.getSetCookie();
  return { answer, set: set!, cookie: set!.split(';')[0]! };
}

it('begins with the admin token: a cookie that no script reads and no other site sends', async () => {
  const { answer, set } = await signIn();
  expect(answer.status).toBe(201);
  const { expiresAt } = (await answer.json()) as { expiresAt: string };
  expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(11 * 3_600_000);
  expect(set).toMatch(
    /^wbiz_session=[\w-]{43}; Path=\/api\/admin; Max-Age=43200; HttpOnly; SameSite=Strict$/,
  );
  expect(set).not.toContain(ADMIN_TOKEN);
});

it('stands for the admin token until it is ended, and then no more', async () => {
  const { cookie } = await signIn();
  const session = { ...CONSOLE, cookie };
  expect((await ask('GET', '/accounts', session)).status).toBe(200);
  expect(await (await ask('GET', '/session', session)).json()).toEqual({ expiresAt: expect.any(String) });
  const ended = await ask('DELETE', '/session', session);
  expect([ended.status, ended.headers.getSetCookie()[0]]).toEqual([
    204,
    expect.stringContaining('wbiz_session=; Path=/api/admin; Max-Age=0'),
  ]);
  expect((await ask('GET', '/accounts', session)).status).toBe(401);
});

it.each([
  ['alone', {}],
  ['beside credentials that are no bearer', { authorization: 'Basic d2Jpejp3Yml6' }],
  ['beside an empty bearer', { authorization: 'Bearer ' }],
])('does not begin another %s: it would never end', async (_, more) => {
  const { cookie } = await signIn();
  const answer = await ask('POST', '/session', { ...CONSOLE, cookie, ...more });
  expect([answer.status, answer.headers.getSetCookie()]).toEqual([401, []]);
});

it('begins anew with the admin token beside a session', async () => {
  const { cookie } = await signIn();
  const again = { ...CONSOLE, cookie, authorization: `Bearer ${ADMIN_TOKEN}` };
  expect((await ask('POST', '/session', again)).status).toBe(201);
});

it.each([
  ['without the header that another site cannot send', (cookie: string) => ({ cookie })],
  ['with a secret cut short', (cookie: string) => ({ ...CONSOLE, cookie: cookie.slice(0, -1) })],
  [
    'with one changed',
    (cookie: string) => ({ ...CONSOLE, cookie: `wbiz_session=${'A'.repeat(43)}${cookie && ''}` }),
  ],
  [
    'with a wrong token beside it',
    (cookie: string) => ({ ...CONSOLE, cookie, authorization: 'Bearer wrong' }),
  ],
])('lets nobody in %s', async (_, headers) => {
  const { cookie } = await signIn();
  expect((await ask('GET', '/accounts', headers(cookie))).status).toBe(401);
});

it('is found among other cookies', async () => {
  const { cookie } = await signIn();
  const headers = { ...CONSOLE, cookie: `theme=dark; ${cookie}; other=1` };
  expect((await ask('GET', '/accounts', headers)).status).toBe(200);
});

it('ends by itself, and with the token it began with', async () => {
  const { cookie } = await signIn();
  const headers = { ...CONSOLE, cookie };
  const otherToken = new OperatorSessions(gateway.pool, `${ADMIN_TOKEN} of another day`);
  expect(await otherToken.endOf(headers)).toBeUndefined();
  await gateway.pool.query('update gateway.operator_sessions set expires_at = now()');
  expect((await ask('GET', '/accounts', headers)).status).toBe(401);
});

it("makes a key of the console's for 15 minutes, which stands in no list", async () => {
  const account = await gateway.admin('POST', '/accounts', {
    wabaId: '1000000000000001',
    accessToken: 'simulator-token',
  });
  const path = `/accounts/${String(account.body['id'])}`;
  const made = await gateway.admin('POST', `${path}/console-keys`);
  expect(made.status).toBe(201);
  const { key, expiresAt } = made.body as { key: string; expiresAt: string };
  expect(Math.abs(Date.parse(expiresAt) - Date.now() - 15 * 60_000)).toBeLessThan(10_000);
  const me = await fetch(`${gateway.url}/v1/me`, { headers: { authorization: `Bearer ${key}` } });
  expect(me.status).toBe(200);
  expect((await gateway.admin('GET', `${path}/keys`)).body).toMatchObject({ data: [] });
  expect((await gateway.admin('POST', '/accounts/acc_0/console-keys')).status).toBe(404);
});
