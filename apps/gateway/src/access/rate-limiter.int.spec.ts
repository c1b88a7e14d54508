import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
import pg from 'pg';
import { addAccount, addKey, gatewayDatabase, startGateway } from '../gateway.harness.js';
import { removeOld } from './housekeeping.js';
import { RateLimiter } from './rate-limiter.js';

let database: Awaited<ReturnType<typeof gatewayDatabase>>;
beforeAll(async () => {
  database = await gatewayDatabase();
});
afterAll(() => database.close());

const opened: { stop: () => Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.stop()));
});

/** The middle of a minute and of its burst window, so that no window ends during a test. */
const MIDDLE = Math.floor(Date.now() / 60_000) * 60_000 + 32_000;

function limiterAt(time: { now: number }, failures: unknown[] = []) {
  const pool = new pg.Pool({ connectionString: database.url, max: 2 });
  pool.on('error', () => undefined); // the drop cuts its connections
  const queries: string[] = [];
  const ask = pool.query.bind(pool);
  pool.query = ((config: { name: string }) => {
    queries.push(config.name);
    return ask(config as pg.QueryConfig);
  }) as never;
  const limiter = new RateLimiter(
    pool,
    (error) => failures.push(error),
    () => time.now,
  );
  opened.push({ stop: () => limiter.stop().finally(() => pool.end()) });
  return { limiter, queries, pool };
}

let keys = 0;
const newKey = () => `key_${(keys += 1)}`;
const allowedOf = async (takes: readonly ReturnType<RateLimiter['take']>[]) =>
  (await Promise.all(takes.map(async (take) => take))).filter(({ refusedBy }) => !refusedBy).length;

describe('a limit', () => {
  it('holds over two gateways: never more, and at most 5 % less', async () => {
    const time = { now: MIDDLE };
    const [one, other] = [limiterAt(time).limiter, limiterAt(time).limiter];
    const key = newKey();
    const limit = { perMinute: 600, burst: 600 };
    let allowed = 0;
    for (let round = 0; round < 100; round += 1)
      allowed += await allowedOf(
        Array.from({ length: 10 }, (_, index) => (index % 3 ? one : other).take(key, limit)),
      );
    expect(allowed).toBeLessThanOrEqual(600);
    expect(allowed).toBeGreaterThanOrEqual(570);
  });

  it('lets exactly as many through on one gateway, however many come at once', async () => {
    const { limiter } = limiterAt({ now: MIDDLE });
    const limit = { perMinute: 60, burst: 15 };
    const key = newKey();
    expect(await allowedOf(Array.from({ length: 100 }, () => limiter.take(key, limit)))).toBe(15);
  });

  it('begins anew with the next window', async () => {
    const time = { now: MIDDLE };
    const { limiter } = limiterAt(time);
    const limit = { perMinute: 8, burst: 5 };
    const key = newKey();
    const ten = () => allowedOf(Array.from({ length: 10 }, () => limiter.take(key, limit)));
    expect(await ten()).toBe(5);
    time.now += 10_000;
    expect(await ten()).toBe(3);
    time.now += 10_000;
    const refused = await limiter.take(key, limit);
    expect(refused.refusedBy).toMatchObject({
      name: 'minute',
      remaining: 0,
      endsAt: MIDDLE - 32_000 + 60_000,
    });
    time.now += 10_000;
    expect(await ten()).toBe(5);
  });

  it('gives many at once or none, and leaves the rest to others', async () => {
    const time = { now: MIDDLE };
    const [one, other] = [limiterAt(time).limiter, limiterAt(time).limiter];
    const key = newKey();
    const limit = { perMinute: 100, burst: 60 };
    const many = (limiter: RateLimiter, count: number) => allowedOf([limiter.take(key, limit, count)]);
    expect(await many(one, 61)).toBe(0);
    await one.stop(); // returns what it leased but never spent
    expect(await many(other, 50)).toBe(1);
    const refused = await other.take(key, limit, 11);
    expect(refused.refusedBy).toMatchObject({ name: 'burst' });
    expect(await allowedOf(Array.from({ length: 20 }, () => other.take(key, limit)))).toBe(10);
  });

  it('counts down what remains, over both gateways once each has asked', async () => {
    const time = { now: MIDDLE };
    const [one, other] = [limiterAt(time).limiter, limiterAt(time).limiter];
    const key = newKey();
    const limit = { perMinute: 20, burst: 20 }; // leased one by one
    const remaining = async (limiter: RateLimiter) =>
      (await limiter.take(key, limit)).windows.map((w) => w.remaining);
    expect(await remaining(one)).toEqual([19, 19]);
    expect(await remaining(other)).toEqual([18, 18]);
    expect(await remaining(one)).toEqual([17, 17]);
  });
});

it('asks Postgres once for a twentieth of the limit, and never for a key without one', async () => {
  const { limiter, queries } = limiterAt({ now: MIDDLE });
  const key = newKey();
  for (let request = 0; request < 100; request += 1) {
    await limiter.take(key, { perMinute: 1_000, burst: 1_000 });
    await limiter.take(newKey(), null);
  }
  expect(queries.filter((name) => name === 'lease-rate').length).toBeLessThanOrEqual(4);
});

it('gives back what it has not used for a second, for other gateways to use', async () => {
  const time = { now: MIDDLE };
  const [one, other] = [limiterAt(time), limiterAt(time)];
  const key = newKey();
  const limit = { perMinute: 40, burst: 40 };
  await one.limiter.take(key, limit); // leases two, spends one
  expect(await allowedOf(Array.from({ length: 40 }, () => other.limiter.take(key, limit)))).toBe(38);
  time.now += 1_500;
  await until(() => one.queries.includes('give-back-rate'));
  await until(
    async () => (await allowedOf([other.limiter.take(key, limit)])) === 1 || ((time.now += 50), false),
  );
});

it('removes windows that are over', async () => {
  const { limiter } = limiterAt({ now: Date.now() - 10 * 60_000 });
  const key = newKey();
  await limiter.take(key, { perMinute: 10, burst: 10 });
  await removeOld(database.pool);
  const { rowCount } = await database.pool.query('select from gateway.rate_windows where key_id = $1', [key]);
  expect(rowCount).toBe(0);
});

it('refuses with 503 while Postgres cannot be asked for a lease, and goes on afterwards', async () => {
  const { limiter, pool } = limiterAt({ now: MIDDLE });
  const ask = pool.query;
  pool.query = (() => Promise.reject(Object.assign(new Error('gone'), { code: '57P01' }))) as never;
  const key = newKey();
  const limit = { perMinute: 100, burst: 100 };
  await expect(limiter.take(key, limit)).rejects.toMatchObject({
    code: 'unavailable',
    details: { retryAfter: 1 },
  });
  pool.query = ask;
  expect(await allowedOf([limiter.take(key, limit)])).toBe(1);
});

it('answers 429 with Retry-After and all headers, on whichever gateway', async () => {
  const account = await addAccount(database.pool, { plan: 'starter' });
  const { bearer } = await addKey(database.pool, account, { limit: { perMinute: 4, burst: 4 } });
  const gateways = [await startGateway(database.url), await startGateway(database.url)];
  opened.push(...gateways);
  // Enough requests to reach the limit even if a window ends in between.
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, index) =>
      fetch(`${gateways[index % 2]!.base}/v1/me`, { headers: bearer }),
    ),
  );
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThanOrEqual(4);
  expect(await refused[0]!.json()).toMatchObject({ code: 'rate_limited', status: 429 });
  expect(Number(refused[0]!.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(refused[0]!.headers.get('x-ratelimit-remaining')).toBe('0');
  for (const { headers } of answers) {
    expect(headers.get('ratelimit-policy')).toBe('"minute";q=4;w=60, "burst";q=4;w=10');
    expect(headers.get('ratelimit')).toMatch(/^"minute";r=\d;t=\d+, "burst";r=\d;t=\d+$/);
    expect(headers.get('x-ratelimit-limit')).toBe('4');
  }
});
