import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Post } from '@nestjs/common';
import { until } from '@wbiz/testing/stack';
import { addAccount, addKey, gatewayDatabase, startGateway, type Gateway } from '../gateway.harness.js';
import { AccessModule } from './access.module.js';
import { AnyKey, Public, Scope } from './route-access.js';

let database: Awaited<ReturnType<typeof gatewayDatabase>>;
let gateways: Gateway[];
let account: string;
beforeAll(async () => {
  database = await gatewayDatabase();
  account = await addAccount(database.pool);
  gateways = await Promise.all([startGateway(database.url), startGateway(database.url)]);
});
afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  await database.close();
});

const me = (gateway: Gateway, headers: Record<string, string>) => fetch(`${gateway.base}/v1/me`, { headers });
const problem = async (response: Response) => (await response.json()) as Record<string, unknown>;

describe('a key', () => {
  it('works on every gateway at once, and shows whose it is', async () => {
    const { id, prefix, bearer } = await addKey(database.pool, account, { scopes: ['events:read'] });
    for (const gateway of gateways) {
      const response = await me(gateway, bearer);
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({
        key: { id, prefix: `wa_${prefix}`, scopes: ['events:read'], expiresAt: null },
        account: { id: account, name: 'Shop', status: 'active' },
        phoneNumbers: [{ displayPhoneNumber: '+91 80000 00001', isDefault: true }],
      });
    }
  });

  it('stops working everywhere within a second of being revoked', async () => {
    const { id, bearer } = await addKey(database.pool, account);
    for (const gateway of gateways) expect((await me(gateway, bearer)).status).toBe(200);
    await database.pool.query('update gateway.api_keys set revoked_at = now() where id = $1', [id]);
    const revoked = performance.now();
    await Promise.all(
      gateways.map((gateway) => until(async () => (await me(gateway, bearer)).status === 401)),
    );
    expect(performance.now() - revoked).toBeLessThan(1_000);
    expect(await problem(await me(gateways[0]!, bearer))).toMatchObject({
      code: 'invalid_api_key',
      detail: expect.stringContaining('revoked'),
    });
  });

  it('stops working the moment it expires', async () => {
    const expiresAt = new Date(Date.now() + 400);
    const { bearer } = await addKey(database.pool, account, { expiresAt });
    expect((await me(gateways[0]!, bearer)).status).toBe(200);
    await until(() => Date.now() > expiresAt.getTime());
    expect(await problem(await me(gateways[0]!, bearer))).toMatchObject({
      status: 401,
      detail: `The API key expired at ${expiresAt.toISOString()}.`,
    });
  });

  it('is answered with a plan that was changed within a second', async () => {
    const starter = await addAccount(database.pool, { plan: 'starter' });
    const { bearer } = await addKey(database.pool, starter);
    expect((await me(gateways[0]!, bearer)).headers.get('x-ratelimit-limit')).toBe('60');
    await database.pool.query(
      `update gateway.accounts set version = 2, updated_at = now(), state = state || '{"plan":"growth"}' where stream = $1`,
      [starter],
    );
    await until(async () => (await me(gateways[0]!, bearer)).headers.get('x-ratelimit-limit') === '600', {
      timeoutMs: 1_000,
    });
  });
});

describe('who may not come in', () => {
  it.each<[string, (key: string) => Record<string, string>, string]>([
    ['without a key', () => ({}), 'missing_api_key'],
    ['with something else', () => ({ authorization: 'Basic YTpi' }), 'invalid_api_key'],
    [
      'with an unknown key',
      () => ({ authorization: `Bearer wa_00000000_${'A'.repeat(32)}` }),
      'invalid_api_key',
    ],
    [
      'with a wrong secret',
      (key) => ({ authorization: `Bearer ${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}` }),
      'invalid_api_key',
    ],
  ])('%s gets 401', async (_who, headers, code) => {
    const { key } = await addKey(database.pool, account);
    const response = await me(gateways[0]!, headers(key));
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(await problem(response)).toMatchObject({ code, requestId: response.headers.get('x-request-id') });
  });

  it.each([
    ['/v1/nothing?access_token=geheim', 'Cannot GET /api/v1/nothing.'],
    ['/v1/me/x?a=1?geheim', 'Cannot GET /api/v1/me/x.'],
    ['/?geheim', 'Cannot GET /api/.'],
  ])('at %s finds nothing, and no query repeated', async (path, detail) =>
    expect(await problem(await fetch(`${gateways[0]!.base}${path}`))).toMatchObject({ status: 404, detail }),
  );

  it.each(['/v1/me', '/admin/v1/accounts', '/apis', '/health'])(
    'is told at %s that the API is under /api',
    async (path) => {
      const { origin } = new URL(gateways[0]!.base);
      const answer = await problem(await fetch(`${origin}${path}?access_token=geheim`));
      expect(answer).toMatchObject({ status: 404, detail: `Cannot GET ${path}. The API is under /api.` });
    },
  );

  it('without the scope gets 403 that names it, before the body is looked at', async () => {
    const { bearer } = await addKey(database.pool, account, { scopes: ['messages:read'] });
    const headers = { ...bearer, 'content-type': 'application/json' };
    const response = await fetch(`${gateways[0]!.base}/v1/messages/text`, {
      method: 'POST',
      headers,
      body: '{',
    });
    expect(response.status).toBe(403);
    expect(await problem(response)).toMatchObject({ code: 'insufficient_scope', scope: 'messages:send' });
  });
});

it('says nothing of itself, and forbids browsers what they need not do', async () => {
  const { headers } = await fetch(`${gateways[0]!.base}/v1/nothing`);
  expect(Object.fromEntries(headers)).toMatchObject({
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
  });
  expect(headers.get('x-powered-by') ?? headers.get('server')).toBeNull();
});

describe('when Postgres is gone', () => {
  it('trusts what it knows for a second, then answers 503 with Retry-After, and recovers', async () => {
    const own = await gatewayDatabase();
    const { bearer } = await addKey(own.pool, await addAccount(own.pool));
    const gateway = await startGateway(own.url);
    try {
      await until(async () => (await me(gateway, bearer)).status === 200);
      const ask = gateway.pool.query.bind(gateway.pool);
      gateway.pool.query = (() =>
        Promise.reject(Object.assign(new Error('gone'), { code: 'ECONNREFUSED' }))) as never;
      expect((await me(gateway, bearer)).status).toBe(200);
      const late = await until(async () => {
        const response = await me(gateway, bearer);
        return response.status !== 200 && response;
      });
      expect(late.status).toBe(503);
      expect(late.headers.get('retry-after')).toBe('1');
      expect(await problem(late)).toMatchObject({ code: 'unavailable' });
      gateway.pool.query = ask;
      await until(async () => (await me(gateway, bearer)).status === 200);
    } finally {
      await gateway.stop();
      await own.close();
    }
  });
});

describe('a route', () => {
  @Controller('v1/open')
  class OpenController {
    @Get('fine')
    @Public()
    fine() {
      return {};
    }

    @Get('also-fine')
    @AnyKey()
    alsoFine() {
      return {};
    }

    @Get('fine-too')
    @Scope('events:read')
    fineToo() {
      return {};
    }
  }

  @Controller('v1/forgotten')
  class ForgottenController {
    @Post('door')
    door() {
      return {};
    }
  }

  const withRoutes = (...controllers: (typeof OpenController | typeof ForgottenController)[]) => {
    @Module({ imports: [AccessModule], controllers })
    class RoutesModule {}
    return startGateway(database.url, { module: RoutesModule });
  };

  it('that does not say who may call it ends the start, by name', async () => {
    await expect(withRoutes(OpenController, ForgottenController)).rejects.toThrow(
      'POST /api/v1/forgotten/door',
    );
  });

  it('that says so does not', async () => {
    const gateway = await withRoutes(OpenController);
    expect((await fetch(`${gateway.base}/v1/open/fine`)).status).toBe(200);
    expect((await fetch(`${gateway.base}/v1/open/fine-too`)).status).toBe(401);
    await gateway.stop();
  });
});
