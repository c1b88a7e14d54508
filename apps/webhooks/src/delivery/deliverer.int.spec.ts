import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { newId } from '@wbiz/contracts/ids';
import { quiet } from '@wbiz/service-testing/quiet';
import { until } from '@wbiz/testing/stack';
import { Webhook } from 'standardwebhooks';
import { deliverySystem, testClock, type DeliverySystem } from './delivery.harness.js';
import { DeliveryLog } from './delivery-log.js';
import { FeedPages } from './feed-pages.js';
import { endpoint, type Endpoint } from './endpoint.harness.js';
import { OutcomeWriter } from './outcome-writer.js';

jest.setTimeout(60_000);
let system: DeliverySystem;
const endpoints: Endpoint[] = [];
const replicas: { stop: () => Promise<void> }[] = [];
beforeAll(async () => void (system = await deliverySystem()));
afterEach(async () => {
  await Promise.all(replicas.splice(0).map(({ stop }) => stop()));
  endpoints.splice(0).forEach(({ close }) => close());
  await system.pool.query('truncate webhooks.readers, webhooks.failures, webhooks.replays');
});
afterAll(() => system.close());

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const open = async (...given: Parameters<typeof endpoint>) => {
  const made = await endpoint(...given);
  endpoints.push(made);
  return made;
};
const run = (...given: Parameters<DeliverySystem['replica']>) => {
  const one = system.replica(...given);
  replicas.push(one);
  return one;
};
const came = (one: Endpoint, count: number, timeoutMs = 10_000) =>
  until(() => one.received.length >= count, { describe: `${count} deliveries`, timeoutMs });
/** Resolves once the outcome of every delivery so far is stored. */
const written = (id: string, one: Endpoint) =>
  until(async () => (await system.attempts(id)).length === one.received.length);
const dueOf = async (id: string) => (await system.failures(id))[0]!.due!.getTime();
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);

describe('deliveries', () => {
  it('are verified by the public library, begin with the next event, and keep the order', async () => {
    const [one, hook] = [system.account(), await open()];
    await one.tell(3);
    const { id, secret } = await one.create({ url: hook.url, headers: { 'X-Tenant': 'shop 7' } });
    run();
    await one.tell(20);
    await came(hook, 20);
    await system.passed(id, 23);
    expect(hook.sequences()).toEqual(range(4, 23));
    const [first] = hook.received;
    expect(new Webhook(secret).verify(first!.body, first!.headers as Record<string, string>)).toEqual({
      id: expect.stringMatching(/^evt_/),
      sequence: 4,
      type: 'message.status',
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      accountId: one.accountId,
      data: { conversationId: 'cnv_1', messageId: 'msg_4' },
    });
    expect(first!.headers).toMatchObject({
      'webhook-id': first!.event.id,
      'content-type': 'application/json',
      'x-tenant': 'shop 7',
    });
  });

  it('are looked for once a second while the feed is quiet, also without a notification', async () => {
    const looks: number[] = [];
    const { heads } = FeedPages.prototype;
    const looking = jest.spyOn(FeedPages.prototype, 'heads').mockImplementation(function (
      this: FeedPages,
      accountIds,
    ) {
      looks.push(performance.now());
      return heads.call(this, accountIds);
    });
    const [one, hook] = [system.account(), await open()];
    await one.create({ url: hook.url });
    run();
    await until(() => looks.length > 2 && looks.at(-1)! - looks.at(-2)! > 900);
    const from = performance.now();
    await one.tell(1);
    await came(hook, 1);
    expect(performance.now() - from).toBeLessThan(2_000);
    looking.mockRestore();
  });

  it('run side by side between conversations and one by one within each', async () => {
    const flying = new Map<string, number>();
    let together = 0;
    const hook = await open((request, response) => {
      const { conversationId } = request.event.data as { conversationId: string };
      flying.set(conversationId, (flying.get(conversationId) ?? 0) + 1);
      together = Math.max(together, flying.size);
      expect(flying.get(conversationId)).toBe(1);
      setTimeout(() => {
        flying.delete(conversationId);
        response.end();
      }, 20);
    });
    const one = system.account();
    const { id } = await one.create({ url: hook.url });
    await one.tell(200, { conversation: (sequence) => `cnv_${sequence % 10}` });
    run();
    await system.passed(id, 200);
    expect(together).toBeGreaterThan(5);
    for (const rest of range(0, 9)) {
      const own = hook.sequences().filter((sequence) => sequence % 10 === rest);
      expect(own).toEqual(own.toSorted((a, b) => a - b));
      expect(own).toHaveLength(20);
    }
  });

  it('are of the chosen types only, also of those since a time', async () => {
    const [one, hook] = [system.account(), await open()];
    const old = (minutes: number) => new Date(Date.now() - minutes * MINUTE);
    await one.tell(5, { createdAt: old(90) });
    await one.tell(5, { createdAt: old(30) });
    await one.tell(5, { createdAt: old(30), type: 'message.received' });
    const { id } = await one.create({
      url: hook.url,
      events: ['message.received', 'contact.created'],
      since: old(60).toISOString(),
    });
    const { id: all } = await one.create({ url: hook.url, since: old(60).toISOString() });
    run();
    await system.passed(id, 15);
    await system.passed(all, 15);
    expect(hook.sequences().toSorted((a, b) => a - b)).toEqual(
      [...range(6, 15), ...range(11, 15)].toSorted((a, b) => a - b),
    );
  });

  it('keep to the rate that the client sets', async () => {
    const [one, hook] = [system.account(), await open()];
    const { id } = await one.create({ url: hook.url, ratePerSecond: 20 });
    await one.tell(50, { conversation: (sequence) => `cnv_${sequence}` });
    run();
    await system.passed(id, 50);
    const took = hook.received.at(-1)!.at - hook.received[0]!.at;
    expect(took).toBeGreaterThan(1_300); // 20 at once, then 30 at 20 a second
    expect(took).toBeLessThan(4_000);
  });
});

describe('a failure', () => {
  it('of one event does not stop the cursor; it is retried by the schedule with the same bytes, and given up at last', async () => {
    const clock = testClock();
    const hook = await open((request, response) =>
      response.writeHead(request.event.sequence === 2 ? 500 : 204).end(),
    );
    const one = system.account();
    const { id, secret } = await one.create({ url: hook.url });
    run(clock);
    await one.tell(5);
    await system.passed(id, 5);
    const begun = clock.now();
    expect(await system.failures(id)).toMatchObject([{ sequence: 2, attempts: 1 }]);
    const hours = [5 / 3600, 5 / 60, 0.5, 2, 5, 10, 14, 20, 24];
    for (const [index, wait] of hours.entries()) {
      const due = await dueOf(id);
      const waited = (due - clock.now()) / HOUR;
      expect(waited).toBeGreaterThanOrEqual(wait * 0.79);
      expect(waited).toBeLessThanOrEqual(wait * 1.21);
      const before = hook.received.length;
      clock.move(due - clock.now());
      await came(hook, before + 1);
      await until(async () => (await system.failures(id))[0]!.attempts === index + 2);
    }
    expect(await system.failures(id)).toEqual([{ sequence: 2, attempts: 10, due: null }]);
    expect(clock.now() - begun).toBeGreaterThan(75 * HOUR * 0.79);
    const tries = hook.received.filter(({ event }) => event.sequence === 2);
    expect(tries).toHaveLength(10);
    expect(new Set(tries.map(({ body }) => body)).size).toBe(1);
    expect(new Set(tries.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(tries.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(10);
    expect(new Set(tries.map(({ headers }) => Object.keys(headers).join())).size).toBe(1);
    expect(secret).toMatch(/^whsec_/);
    expect((await system.reader(id))!.active).toBe(true);
  });

  it.each([
    ['429', 429, {}, MINUTE, 1.3 * MINUTE],
    ['503 with Retry-After', 503, { 'retry-after': '600' }, 10 * MINUTE, 10 * MINUTE],
    ['Retry-After out of all bounds', 503, { 'retry-after': '9999999' }, HOUR, HOUR],
    ['a redirect', 302, { location: 'http://127.0.0.1:1/' }, 3_900, 6_100],
  ])('by %s waits as long as it should', async (_what, status, headers, least, most) => {
    const clock = testClock();
    const hook = await open((request, response) =>
      response
        .writeHead(request.event.sequence === 1 ? status : 200, headers as Record<string, string>)
        .end(),
    );
    const one = system.account();
    const { id } = await one.create({ url: hook.url });
    run(clock);
    await one.tell(2);
    await system.passed(id, 2);
    const wait = (await dueOf(id)) - clock.now();
    expect(wait).toBeGreaterThanOrEqual(least);
    expect(wait).toBeLessThanOrEqual(most);
    expect(hook.received).toHaveLength(2);
  });

  it('without an answer waits a minute; an endless body counts as an answer', async () => {
    const clock = testClock();
    const hook = await open((request, response) => {
      if (request.event.sequence === 1) return;
      if (request.event.sequence === 2) response.writeHead(200).write('x');
      else response.end('x'.repeat(1_000_000));
    });
    const one = system.account();
    const { id } = await one.create({ url: hook.url });
    run(clock);
    await one.tell(3, { conversation: (sequence) => `cnv_${sequence}` });
    await system.passed(id, 3);
    const rows = await system.failures(id);
    expect(rows).toMatchObject([{ sequence: 1, attempts: 1 }]);
    expect(rows[0]!.due!.getTime() - clock.now()).toBeGreaterThanOrEqual(MINUTE);
    const { rows: log } = await system.pool.query<{ length: number }>(
      'select length(response) as length from webhooks.deliveries where webhook_id = $1 and sequence = 3',
      [id],
    );
    expect(log[0]!.length).toBe(20_480);
  });
});

describe('an endpoint that is down', () => {
  it('is paused: nothing is stored, one probe is sent at a time, and deliveries go on in order from the cursor', async () => {
    const clock = testClock();
    const [one, hook] = [system.account(), await open()];
    const { id } = await one.create({ url: hook.url });
    run(clock);
    await one.tell(10, { conversation: (sequence) => `cnv_${sequence % 5}` });
    await system.passed(id, 10);
    hook.status(500);
    await one.tell(500, { conversation: (sequence) => `cnv_${sequence % 5}` });
    await until(async () => (await system.reader(id))!.probe_at);
    await written(id, hook);
    const paused = hook.received.length;
    expect(paused).toBeLessThanOrEqual(10 + 10 + 32);
    expect(await system.failures(id)).toEqual([]);
    expect((await system.reader(id))!.cursor).toBe(10);
    expect(await system.queries.get({ accountId: one.accountId, id })).toMatchObject({ status: 'failing' });

    for (const probe of range(1, 6)) {
      clock.move(7 * MINUTE);
      await came(hook, paused + probe);
      await until(async () => (await system.attempts(id)).length === paused + probe);
    }
    expect(await system.failures(id)).toEqual([]);
    expect(hook.received).toHaveLength(paused + 6);
    expect(new Set(hook.sequences().slice(paused))).toEqual(new Set([11]));

    hook.status(200);
    clock.move(7 * MINUTE);
    await system.passed(id, 510);
    const after = hook.sequences().slice(paused + 6);
    for (const rest of range(0, 4))
      expect(after.filter((sequence) => sequence % 5 === rest)).toEqual(
        range(11, 510).filter((sequence) => sequence % 5 === rest),
      );
    expect(await system.queries.get({ accountId: one.accountId, id })).toMatchObject({ status: 'active' });
  });

  it('is probed 5 s after it was paused, even if deliveries in flight fail later', async () => {
    const clock = testClock();
    const [one, hook] = [system.account(), await open()];
    hook.status(500);
    const { id } = await one.create({ url: hook.url });
    run(clock);
    await one.tell(100, { conversation: (sequence) => `cnv_${sequence}` });
    await until(async () => (await system.reader(id))!.probe_at);
    await written(id, hook);
    expect(hook.received.length).toBeGreaterThan(11);
    const { probe_at } = (await system.reader(id))!;
    expect(probe_at!.getTime() - clock.now()).toBeLessThanOrEqual(6_000);
    hook.status(200);
    clock.move(6_001);
    await system.passed(id, 100);
  });

  it('is disabled after five days of failures, which the feed says, and continues from its cursor', async () => {
    const clock = testClock();
    const [one, hook] = [system.account(), await open()];
    const { id } = await one.create({ url: hook.url });
    run(clock);
    hook.status(500);
    await one.tell(40);
    await until(async () => (await system.reader(id))!.probe_at);
    for (let day = 0; day < 4; day += 1) {
      await written(id, hook);
      const before = hook.received.length;
      clock.move(24 * HOUR);
      await came(hook, before + 1);
    }
    await written(id, hook);
    expect((await system.reader(id))!.active).toBe(true);
    clock.move(25 * HOUR);
    await until(async () => !(await system.reader(id))!.active);
    expect(await system.queries.get({ accountId: one.accountId, id })).toMatchObject({
      active: false,
      status: 'disabled',
      reason: expect.stringContaining('five days'),
    });
    const { rows } = await system.pool.query<{ data: unknown }>(
      `select e.data from webhooks.events e join webhooks.pending p using (position) where stream = $1`,
      [id],
    );
    expect(rows).toMatchObject([{ data: { webhookId: id, reason: 'failing' } }]);

    const sent = hook.received.length;
    hook.status(200);
    await one.update(id, { active: true });
    await system.passed(id, 40);
    expect(hook.sequences().slice(sent)).toEqual(range(1, 40));
  });

  it('is disabled at once by 410, and continues from now if the client asks for that', async () => {
    const [one, hook] = [system.account(), await open()];
    const { id } = await one.create({ url: hook.url });
    run();
    hook.status(410);
    await one.tell(1);
    await until(async () => !(await system.reader(id))!.active);
    expect(await system.queries.get({ accountId: one.accountId, id })).toMatchObject({ status: 'disabled' });
    await one.tell(20);
    hook.status(200);
    await one.update(id, { active: true, resumeFrom: 'now' });
    await one.tell(3);
    await system.passed(id, 24);
    expect(hook.sequences()).toEqual([1, 22, 23, 24]);
  });

  it('that fails in one busy minute is not disabled, however often', async () => {
    const clock = testClock();
    const [one, hook] = [system.account(), await open()];
    const { id } = await one.create({ url: hook.url });
    run(clock);
    hook.status(500);
    await one.tell(200, { conversation: (sequence) => `cnv_${sequence}` });
    await until(async () => (await system.reader(id))!.probe_at);
    hook.status(200);
    clock.move(10 * MINUTE);
    await system.passed(id, 200);
    expect(await system.reader(id)).toMatchObject({ active: true, probe_at: null, failing_since: null });
  });

  it('does not delay other webhooks', async () => {
    const [one, other] = [system.account(), system.account()];
    const [hanging, quick] = [await open(() => undefined), await open()];
    await one.create({ url: hanging.url });
    const { id } = await other.create({ url: quick.url });
    run();
    await one.tell(300, { conversation: (sequence) => `cnv_${sequence}` });
    await came(hanging, 32);
    const begun = performance.now();
    await other.tell(300, { conversation: (sequence) => `cnv_${sequence}` });
    await system.passed(id, 300);
    expect(performance.now() - begun).toBeLessThan(2_000);
    expect(hanging.most()).toBe(32);
  });
});

it('only the webhook waits whose secret no key opens', async () => {
  const [one, hook] = [system.account(), await open()];
  const { id: closed } = await one.create({ url: hook.url });
  const { id } = await one.create({ url: hook.url });
  await system.pool.query(
    `update webhooks.webhooks set state = jsonb_set(state, '{sealed,secret}', '"v1.xxxxxxxx.AAAA"') where stream = $1`,
    [closed],
  );
  run();
  await one.tell(3);
  await system.passed(id, 3);
  expect(hook.received).toHaveLength(3);
  expect(await system.reader(closed)).toMatchObject({ cursor: 0, active: true });

  await one.rotate(closed);
  await system.passed(closed, 3);
});

it('flush stores what was recorded before, also while more is recorded', async () => {
  const log = new DeliveryLog(system.pool);
  const outcomes = new OutcomeWriter({ pool: system.pool, log, logger: quiet });
  const outcome = {
    at: new Date(),
    delivered: true,
    statusCode: 200,
    error: null,
    durationMs: 1,
    response: null,
    slow: false,
    gone: false,
    retryAfterMs: null,
  };
  let more = true;
  const add = () => {
    if (!more) return;
    const id = newId('dlv');
    outcomes.record({
      webhookId: 'whk_busy',
      id,
      sequence: 1,
      eventId: id,
      eventType: 'x',
      messageId: null,
      outcome,
    });
    setImmediate(add);
  };
  add();
  await outcomes.flush();
  more = false;
  await outcomes.flush();
});

describe('replicas', () => {
  it('share the webhooks, and one that stops releases its own at once', async () => {
    const hook = await open();
    const accounts = range(1, 6).map(() => system.account());
    const ids = await Promise.all(accounts.map(async (one) => (await one.create({ url: hook.url })).id));
    const [first, second] = [run(), run()];
    const held = () => [first, second].map(({ deliverer }) => deliverer.held().size);
    await until(() => held().join() === '3,3', { describe: '3 webhooks each' });
    await first.stop();
    replicas.splice(replicas.indexOf(first), 1);
    await Promise.all(accounts.map((one) => one.tell(5)));
    for (const id of ids) await system.passed(id, 5, 5_000);
    expect(hook.received).toHaveLength(30);
  });

  it('that are silent lose their webhooks within 5 s, and their later writes are refused', async () => {
    const hook = await open();
    const one = system.account();
    const { id } = await one.create({ url: hook.url });
    await system.pool.query(
      `insert into webhooks.deliverers (replica, seen_at) values ('silent', clock_timestamp())`,
    );
    await system.pool.query(
      `update webhooks.readers set replica = 'silent', fence = 7 where webhook_id = $1`,
      [id],
    );
    const begun = performance.now();
    await one.tell(5);
    run();
    await system.passed(id, 5, 8_000);
    const took = performance.now() - begun;
    expect(took).toBeGreaterThan(2_000);
    expect(took).toBeLessThan(5_000);
    expect(
      await system.pool.query('select fence from webhooks.readers where webhook_id = $1', [id]),
    ).toMatchObject({
      rows: [{ fence: '8' }],
    });
  });
});

describe('afterwards', () => {
  it('a delivery is found with its attempts, and one that was given up or delivered goes out again', async () => {
    const clock = testClock();
    let broken = true;
    const hook = await open((request, response) =>
      response.writeHead(broken && request.event.sequence === 2 ? 500 : 200).end('thanks'),
    );
    const [one, other] = [system.account(), system.account()];
    const { id } = await one.create({ url: hook.url });
    run(clock);
    await one.tell(3);
    await system.passed(id, 3);
    const ask = { accountId: one.accountId, id };
    const { data } = (await system.deliveries.list(ask))!;
    expect(data.map(({ sequence, status }) => [sequence, status]).toSorted()).toEqual([
      [1, 'succeeded'],
      [2, 'pending'],
      [3, 'succeeded'],
    ]);
    const find = (sequence: number) => data.find((each) => each.sequence === sequence)!;
    expect((await system.deliveries.list({ ...ask, status: 'pending' }))!.data).toMatchObject([
      { sequence: 2 },
    ]);
    expect((await system.deliveries.list({ ...ask, messageId: 'msg_3' }))!.data).toMatchObject([
      { sequence: 3 },
    ]);
    expect((await system.deliveries.list({ ...ask, eventType: 'contact.created' }))!.data).toEqual([]);
    expect((await system.deliveries.list({ ...ask, until: new Date(1).toISOString() }))!.data).toEqual([]);
    expect(await system.deliveries.list({ accountId: other.accountId, id })).toBeNull();
    expect(await one.retry(id, find(2).id)).toMatchObject({ ok: false, error: { code: 'conflict' } });
    expect(await one.retry(id, 'dlv_none')).toMatchObject({ ok: false, error: { code: 'not_found' } });

    const before = hook.received.length;
    expect(await one.retry(id, find(1).id)).toMatchObject({ ok: true });
    clock.move(1_000);
    await came(hook, before + 1);
    expect(hook.sequences().at(-1)).toBe(1);
    const again = hook.received.filter(({ event }) => event.sequence === 1);
    expect(new Set(again.map(({ body }) => body)).size).toBe(1);
    await until(async () => (await system.failures(id)).length === 1);
    expect(await system.deliveries.get({ ...ask, deliveryId: find(1).id })).toMatchObject({
      status: 'succeeded',
      attempts: 2,
      attemptLog: [
        { delivered: true, statusCode: 200, responseBody: 'thanks' },
        { delivered: true, statusCode: 200 },
      ],
      requestBody: again[0]!.body,
    });
    broken = false;
  });

  it('a range is replayed in order beside live events: all events, or only those given up', async () => {
    const [one, hook] = [system.account(), await open()];
    const { id } = await one.create({ url: hook.url });
    run();
    await one.tell(300, { conversation: (sequence) => `cnv_${sequence % 3}` });
    await system.passed(id, 300);
    const first = hook.received.length;
    expect(await one.replay(id)).toMatchObject({ ok: true, data: { status: 'accepted', only: 'all' } });
    await came(hook, first + 100);
    await one.tell(50, { conversation: () => 'cnv_live' });
    await came(hook, first + 350);
    const replayed = hook.received.slice(first).filter(({ event }) => event.sequence <= 300);
    for (const rest of range(0, 2))
      expect(replayed.map(({ event }) => event.sequence).filter((each) => each % 3 === rest)).toEqual(
        range(1, 300).filter((each) => each % 3 === rest),
      );
    const ids = new Set(hook.received.map(({ headers }) => headers['webhook-id']));
    expect(ids.size).toBe(350);
    await until(async () => (await system.pool.query('select from webhooks.replays')).rowCount === 0);

    await system.pool.query(
      `insert into webhooks.failures (webhook_id, account_id, sequence, attempts, due)
       select $1, $2, n, 10, null from unnest(array[7, 9, 200]) n`,
      [id, one.accountId],
    );
    const second = hook.received.length;
    await one.replay(id, { only: 'failed' });
    await came(hook, second + 3);
    await until(async () => (await system.failures(id)).length === 0);
    await until(async () => (await system.pool.query('select from webhooks.replays')).rowCount === 0);
    expect(hook.sequences().slice(second)).toEqual([7, 9, 200]);
  });

  it('a rotated secret and the one before both sign for a day', async () => {
    const clock = testClock();
    const [one, hook] = [system.account(), await open()];
    const { id, secret } = await one.create({ url: hook.url });
    const { deliverer } = run(clock);
    const next = await one.rotate(id);
    await until(() => deliverer.held().get(id)?.version === 2);
    await one.tell(1);
    await came(hook, 1);
    const verify = (with_: string, at: number) =>
      new Webhook(with_).verify(
        hook.received[at]!.body,
        hook.received[at]!.headers as Record<string, string>,
      );
    expect(verify(secret, 0)).toEqual(verify(next, 0));
    clock.move(24 * HOUR + 1_000);
    await one.tell(1);
    await came(hook, 2);
    expect(String(hook.received[1]!.headers['webhook-signature']).split(' ')).toHaveLength(1);
  });

  it('a deleted webhook leaves nothing to do', async () => {
    const [one, hook] = [system.account(), await open()];
    const { id } = await one.create({ url: hook.url });
    const { deliverer } = run();
    hook.status(500);
    await one.tell(5);
    await came(hook, 5);
    await one.replay(id);
    await one.remove(id);
    await until(() => deliverer.held().size === 0);
    await until(async () => (await system.failures(id)).length === 0);
    expect(await system.queries.get({ accountId: one.accountId, id })).toBeNull();
    expect((await system.pool.query('select from webhooks.replays')).rowCount).toBe(0);
  });

  it('stats tell the lag, the rate and the time', async () => {
    const [one, hook] = [system.account(), await open()];
    const { id } = await one.create({ url: hook.url });
    const { stop } = run();
    await one.tell(20);
    await system.passed(id, 20);
    await stop();
    replicas.pop();
    await one.tell(7, { createdAt: new Date(Date.now() - 90_000) });
    const stats = (await system.deliveries.stats({ accountId: one.accountId, id }))!;
    expect(stats).toMatchObject({
      lagEvents: 7,
      pending: 0,
      failed: 0,
      lastHour: { attempts: 20, successRate: 1 },
      lastDay: { attempts: 20 },
    });
    expect(stats.lagSeconds).toBeGreaterThanOrEqual(89);
    expect(stats.lastHour.p50).toBeLessThanOrEqual(stats.lastHour.p99!);
    expect(stats.replays).toEqual([]);
  });

  it('stats tell how far replays are', async () => {
    const one = system.account();
    const { id } = await one.create({ url: 'https://example.com/' });
    await one.tell(10);
    await one.replay(id);
    await system.pool.query('update webhooks.replays set cursor = 4 where webhook_id = $1', [id]);
    await one.replay(id, { only: 'failed' });
    expect(await system.deliveries.stats({ accountId: one.accountId, id })).toMatchObject({
      replays: [
        { only: 'all', passed: 4, total: 10 },
        { only: 'failed', passed: 0, total: 10 },
      ],
    });
  });

  it('a test is signed, and is neither logged nor counted', async () => {
    const [one, hook] = [system.account(), await open()];
    const { id, secret } = await one.create({ url: hook.url });
    hook.answer((_, response) => response.writeHead(500).end('broken'));
    expect(await system.deliveries.test({ accountId: one.accountId, id })).toEqual({
      delivered: false,
      statusCode: 500,
      durationMs: expect.any(Number),
      responseBody: 'broken',
      error: null,
    });
    const [sample] = hook.received;
    expect(new Webhook(secret).verify(sample!.body, sample!.headers as Record<string, string>)).toMatchObject(
      {
        type: 'webhook.test',
      },
    );
    expect(await system.reader(id)).toMatchObject({ failing_since: null });
  });
});
