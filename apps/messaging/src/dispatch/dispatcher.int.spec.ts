import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { refusedWith } from '@wbiz/cloud-api/send-outcome';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import { quiet } from '@wbiz/service-testing/quiet';
import { until } from '@wbiz/testing/stack';
import type pg from 'pg';
import { webhooksSeen } from '../inbound/webhooks-seen.js';
import { messages } from '../message/message.aggregate.js';
import type { MessageState } from '../message/message.state.js';
import { withMetaIds } from '../message/meta-media-id.js';
import { DispatchLeases } from './dispatch-leases.js';
import { dispatchSystem, PHONE, type DispatchSystem, type Send } from './dispatch.harness.js';
import { UnknownOutcomes, type UnknownOutcomesOptions } from './unknown-outcomes.js';

let system: DispatchSystem;
let pool: pg.Pool;
let store: EventStore;
let { control, toMeta, accept, dispatcher, stateOf, left, arrived, refusals, running } = {} as DispatchSystem;
beforeAll(async () => {
  system = await dispatchSystem();
  ({ pool, store, control, toMeta, accept, dispatcher, stateOf, left, arrived, refusals, running } = system);
});
afterAll(() => system.close());
beforeEach(() => system.reset());
afterEach(() => system.stopAll());

/** Unknown outcomes with a grace of one second. */
function unknownOutcomes(
  dispatcher: UnknownOutcomesOptions['dispatcher'],
  over: Partial<UnknownOutcomesOptions> = {},
) {
  const unknown = new UnknownOutcomes({
    pool,
    store,
    dispatcher,
    announce: () => undefined,
    graceMs: 1000,
    inbound: () => Promise.resolve({ end: [7], handled: [7] }),
    knock: () => Promise.resolve(),
    onOpen: () => undefined,
    logger: quiet,
    ...over,
  });
  unknown.work.start();
  running.push(unknown.work);
}
/** Stores that a webhook of another phone number came. */
const hearMeta = () => webhooksSeen(pool)({ phoneNumberId: 'another', receivedAt: new Date().toISOString() });
const unknownFor = (seconds: number) =>
  until(
    async () => (await left(`state = 'unknown' and now() - unknown_since > interval '${seconds} s'`)) === 1,
  );
const setPolicy = (unknownOutcomePolicy: string) =>
  pool.query(`update messaging.accounts set data = $1`, [JSON.stringify({ unknownOutcomePolicy })]);
/** Accepts a picture of which Meta has no copy yet. */
const acceptPicture = (person: string) =>
  accept(person, {
    request: { type: 'image', mediaId: 'med_1' },
    kind: 'media',
    facts: { windowExpiresAt: null, firstDayUntil: null, media: PICTURE },
  });
const PICTURE = new Map([
  ['med_1', { metaId: { mediaId: 'med_1' }, mimeType: 'image/jpeg', filename: null }],
]);

describe('the dispatcher', () => {
  it('hands every accepted send to Meta once and empties its queue', async () => {
    const ids = await Promise.all(Array.from({ length: 200 }, (_, index) => accept(String(1000 + index))));
    dispatcher('r1');
    await until(async () => (await left()) === 0, { timeoutMs: 25_000 });
    expect((await arrived()).sort()).toEqual([...ids].sort());
    expect((await stateOf(ids[0]!)).wamid).toMatch(/^wamid\./);
  });

  it('waits for a file to be with Meta, and sends it then, once', async () => {
    const sent: Record<string, unknown>[] = [];
    let asked = 0;
    const id = await acceptPicture('2300');
    dispatcher('r1', {
      send: (_, body) => {
        sent.push(body);
        return Promise.resolve({ kind: 'accepted', wamid: 'wamid.P' });
      },
      complete: (message) => {
        asked += 1;
        return Promise.resolve(
          asked === 1
            ? { notSent: { kind: 'not_sent', reason: 'the file is still on its way' } }
            : { message: { ...message, content: withMetaIds(message.content!, new Map([['med_1', '77']])) } },
        );
      },
    });
    await until(async () => (await stateOf(id)).wamid !== null);
    expect(asked).toBe(2);
    expect(sent).toMatchObject([{ type: 'image', image: { id: '77' } }]);
  });

  it('fails a send whose file Meta refuses, and never calls for it', async () => {
    const id = await acceptPicture('2301');
    const refusal = refusedWith({ code: 131053, message: 'No.', httpStatus: 400 });
    const never: Send = () => Promise.reject(new Error('called'));
    dispatcher('r1', { send: never, complete: () => Promise.resolve({ notSent: refusal }) });
    await until(async () => (await stateOf(id)).status === 'failed');
    expect((await stateOf(id)).error).toMatchObject({ code: 'rejected_by_meta', metaCode: 131053 });
  });

  it('does not send a file whose upload has outlived the lease', async () => {
    const id = await acceptPicture('2302');
    let called = 0;
    const counted: Send = (message, body) => {
      called += 1;
      return toMeta(message, body);
    };
    let finish = () => undefined as void;
    const uploading = new Promise<void>((resolve) => (finish = resolve));
    let begun = false;
    const lost = dispatcher('lost', {
      send: counted,
      ttlMs: 600,
      complete: async (message) => {
        begun = true;
        await uploading;
        return { message };
      },
    });
    lost.wake(PHONE);
    await until(() => begun);
    await lost['renewals'].stop();
    await lost['looks'].stop();
    dispatcher('heir', { send: counted });
    await until(async () => (await stateOf(id)).status === 'outcome_unknown', { timeoutMs: 8_000 });
    finish();
    await until(async () => (await left("state in ('deferred', 'started')")) === 1 || called > 0);
    expect(called).toBe(0);
  });

  it('has one call under way per person, in order of acceptance', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 10; index += 1) ids.push(await accept('2000'));
    let under = 0;
    let most = 0;
    dispatcher('r1', {
      send: async (message, body) => {
        most = Math.max(most, (under += 1));
        const outcome = await toMeta(message, body);
        under -= 1;
        return outcome;
      },
    });
    await until(async () => (await left()) === 0);
    expect(most).toBe(1);
    expect(await arrived()).toEqual(ids);
  });

  it('keeps later sends to a person behind one that was deferred', async () => {
    await control('POST', '/behaviour', {
      faults: [{ match: { to: '14155552100' }, kind: 'error', code: 131056, rate: 1, times: 1 }],
    });
    const ids = [await accept('2100'), await accept('2100')];
    dispatcher('r1');
    await until(async () => (await left()) === 0);
    expect(await arrived()).toEqual(ids);
  });

  it('looks once a second at rest, and all the same sends a deferred one when it is due', async () => {
    const looks: number[] = [];
    const watched = {
      query: (query: pg.QueryConfig, values?: unknown[]) => {
        if (query.name === 'dispatch-due') looks.push(performance.now());
        return pool.query(query, values);
      },
      connect: () => pool.connect(),
    } as unknown as pg.Pool;
    await control('POST', '/behaviour', {
      faults: [{ match: { to: '14155552200' }, kind: 'error', code: 131056, rate: 1, times: 1 }],
    });
    const runner = dispatcher('r1', { pool: watched });
    await until(() => looks.length > 2 && looks.at(-1)! - looks.at(-2)! > 900);
    const id = await accept('2200');
    runner.wake(PHONE);
    await until(async () => (await left("state = 'deferred'")) === 1, { everyMs: 5 });
    const { rows } = await pool.query<{ not_before: Date }>('select not_before from messaging.dispatch');
    await until(async () => (await left()) === 0, { everyMs: 5 });
    expect(Date.now() - rows[0]!.not_before.getTime()).toBeLessThan(600);
    expect(await arrived()).toEqual([id]);
  });

  it('does not send again what a lost dispatcher had started', async () => {
    const never = new Promise<never>(() => undefined);
    const lost = dispatcher('lost', { send: () => never, ttlMs: 600 });
    const ids = await Promise.all(['3000', '3001', '3002'].map((person) => accept(person)));
    lost.wake(PHONE);
    await until(async () => (await left("state = 'started'")) === 3);
    running.length = 0; // never stopped, like a killed process
    await lost['renewals'].stop();
    await lost['looks'].stop();

    const heir = dispatcher('heir');
    await until(async () => (await left("state = 'unknown'")) === 3, { timeoutMs: 8000 });
    ids.push(await accept('3003'));
    heir.wake(PHONE);
    await until(async () => (await arrived()).includes(ids[3]!));
    expect(await arrived()).toEqual([ids[3]]);
    expect((await stateOf(ids[0]!)).status).toBe('outcome_unknown');
  });

  it('does not call sends of a claim whose commit succeeded without an answer', async () => {
    let lost = false;
    const losingACommit = (client: pg.PoolClient) => {
      const query = client.query.bind(client) as (...all: unknown[]) => Promise<unknown>;
      const losing = async (...all: unknown[]) => {
        const result = await query(...all);
        if (all[0] !== 'commit' || lost || (await left("state = 'started'")) === 0) return result;
        lost = true;
        throw new Error('the connection broke before the answer');
      };
      return { query: losing, release: (broken?: Error) => client.release(broken) };
    };
    const forgetful = {
      query: pool.query.bind(pool),
      connect: async () => losingACommit(await pool.connect()),
    } as unknown as pg.Pool;
    const id = await accept('3050');
    const runner = dispatcher('r1', { pool: forgetful });
    await until(async () => (await left("state = 'unknown'")) === 1, { timeoutMs: 8000 });
    const next = await accept('3051');
    runner.wake(PHONE);
    await until(async () => (await arrived()).includes(next));
    expect(await arrived()).toEqual([next]);
    expect((await stateOf(id)).status).toBe('outcome_unknown');
  });

  it('does not call once its lease may have run out', async () => {
    const slow = dispatcher('slow', { ttlMs: 700 });
    await until(() => slow.held().size === 1);
    const lease = [...slow.held().values()][0] as unknown as { lease: { validUntil: number } };
    Object.assign(slow, { renew: () => undefined });
    Object.assign(lease.lease, { validUntil: 0 });
    const id = await accept('3100');
    slow.wake(PHONE);
    await until(async () => (await stateOf(id)).deferrals === 1);
    expect(await arrived()).toEqual([]);
    expect((await stateOf(id)).status).toBe('accepted');
  });

  it.each([
    ['fail', 0, 'failed'],
    ['resend', 1, 'accepted'],
  ] as const)('ends an outcome that stays unknown as the policy %s says', async (policy, sent, status) => {
    await setPolicy(policy);
    await control('POST', '/behaviour', { faults: [{ match: {}, kind: 'reset', rate: 1, times: 1 }] });
    const runner = dispatcher('r1');
    unknownOutcomes(runner);
    const id = await accept(policy === 'fail' ? '4000' : '4001');
    runner.wake(PHONE);
    // No webhook comes for longer than the grace, so no time counts towards the grace until a webhook of another number
    // comes.
    await unknownFor(4);
    expect((await stateOf(id)).status).toBe('outcome_unknown');
    const heardAt = Date.now();
    await hearMeta();
    await until(async () => (await left()) === 0, { timeoutMs: 10_000 });
    expect(Date.now() - heardAt).toBeGreaterThan(900);
    expect((await control('GET', '/messages')).total).toBe(sent);
    const state = await stateOf(id);
    expect(state.error?.code ?? null).toBe(policy === 'fail' ? 'outcome_unknown' : null);
    if (status === 'failed') expect(state.status).toBe('failed');
    else expect(state.wamid).toMatch(/^wamid\./);
  });

  it.each(['fail', 'resend'])(
    'leaves a send to its status, however late, while Meta is silent: %s',
    async (policy) => {
      await setPolicy(policy);
      await control('POST', '/behaviour', {
        faults: [{ match: {}, kind: 'accept_then_reset', rate: 1, times: 1 }],
      });
      await hearMeta();
      const runner = dispatcher('r1');
      unknownOutcomes(runner);
      const id = await accept('4050');
      runner.wake(PHONE);
      await unknownFor(4);
      const at = new Date().toISOString();
      const report = {
        wamid: 'wamid.L',
        phoneNumberId: PHONE,
        status: 'delivered' as const,
        at,
        error: null,
      };
      await store.apply(messages, {
        accountId: 'acc_1',
        type: 'message.note-status',
        data: { messageId: id, ...report },
      });
      await hearMeta();
      await until(async () => (await left()) === 0);
      expect((await control('GET', '/messages')).total).toBe(1);
      const { status, history } = await stateOf(id);
      expect(status).toBe('delivered');
      expect(history.map((one) => one.status)).not.toContain('failed');
    },
  );

  it('logs an alarm for a send that is unknown for an hour, once an hour, and always reports the age', async () => {
    await setPolicy('resend');
    await control('POST', '/behaviour', { faults: [{ match: {}, kind: 'reset', rate: 1, times: 1 }] });
    const runner = dispatcher('r1');
    const alarms: object[] = [];
    const ages: number[] = [];
    unknownOutcomes(runner, {
      onOpen: ({ seconds }) => void ages.push(seconds),
      logger: { ...quiet, error: (fields) => void alarms.push(fields) },
    });
    await accept('4060');
    runner.wake(PHONE);
    await unknownFor(1);
    expect(alarms).toEqual([]);
    await pool.query(`update messaging.dispatch set unknown_since = now() - interval '61 minutes'`);
    await until(() => ages.filter((age) => age >= 3660).length > 2);
    expect(alarms).toMatchObject([{ alarm: true, phoneNumberId: PHONE, count: 1 }]);
    await hearMeta();
    await until(async () => (await left()) === 0, { timeoutMs: 10_000 });
    await until(() => ages.at(-1) === 0);
  });

  it('does not count the time in which inbound records wait to be handled', async () => {
    await control('POST', '/behaviour', { faults: [{ match: {}, kind: 'reset', rate: 1, times: 1 }] });
    const runner = dispatcher('r1');
    let handled = [6];
    unknownOutcomes(runner, { inbound: () => Promise.resolve({ end: [7], handled }) });
    const id = await accept('4100');
    runner.wake(PHONE);
    await until(async () => (await left(`state = 'unknown'`)) === 1);
    await hearMeta();
    await until(
      async () => (await left("state = 'unknown' and now() - unknown_since > interval '3 seconds'")) === 1,
    );
    expect(
      (await pool.query<{ grace_ms: number }>('select grace_ms from messaging.dispatch')).rows[0]!.grace_ms,
    ).toBe(0);
    handled = [7];
    await until(async () => (await left()) === 0, { timeoutMs: 10_000 });
    expect((await stateOf(id)).error?.code ?? (await stateOf(id)).wamid).toBeTruthy();
  });

  it('does not count the time in which the gateway does not answer', async () => {
    await control('POST', '/behaviour', { faults: [{ match: {}, kind: 'reset', rate: 1, times: 1 }] });
    const runner = dispatcher('r1');
    let knocks = 0;
    unknownOutcomes(runner, {
      knock: () => Promise.reject(new Error(`nobody answers knock ${(knocks += 1)}`)),
    });
    await accept('4200');
    runner.wake(PHONE);
    await until(async () => (await left(`state = 'unknown'`)) === 1);
    await hearMeta();
    await until(() => knocks === 4);
    const { rows } = await pool.query('select state, grace_ms from messaging.dispatch');
    expect(rows).toEqual([{ state: 'unknown', grace_ms: 0 }]);
  });

  it('spreads phone numbers evenly over the live replicas', async () => {
    await pool.query(
      `insert into messaging.phone_numbers select 'p' || n, 'acc_1', 80 from generate_series(1, 5) n`,
    );
    const [one, other] = [dispatcher('one'), dispatcher('other')];
    await until(() => one.held().size === 3 && other.held().size === 3, { timeoutMs: 8000 });
    await one.stop();
    await until(() => other.held().size === 6, { timeoutMs: 8000 });
    await pool.query(`delete from messaging.phone_numbers where id like 'p%'`);
  });

  it('still knows from a renewed lease how long the number had no holder', async () => {
    const [one, other] = [new DispatchLeases(pool, 'one'), new DispatchLeases(pool, 'other')];
    const take = { take: true };
    await one.renew(new Set(), take);
    await one.release();
    const [taken] = await other.renew(new Set(), take);
    const [renewed] = await other.renew(new Set(), take);
    expect(taken!.idleMs).toBeLessThan(10_000);
    expect(renewed!.idleMs).toBe(taken!.idleMs);
    await other.release();
  });

  it("uses a number's throughput and never exceeds it", async () => {
    await pool.query('update messaging.phone_numbers set throughput = 80');
    await control('POST', '/behaviour', { throughputPerSecond: 80 });
    await Promise.all(Array.from({ length: 320 }, (_, index) => accept(String(5000 + index))));
    dispatcher('r1');
    await until(async () => (await left()) === 0, { timeoutMs: 20_000 });
    const { data } = await control('GET', '/messages?limit=1000');
    // Takes the best two of four seconds, so that a slow machine does not fail the test.
    const at = data.map(({ receivedAt }) => Date.parse(receivedAt));
    const within = at.map((from) => at.filter((time) => time >= from && time < from + 2_000).length);
    expect(Math.max(...within) / 2).toBeGreaterThanOrEqual(0.95 * 80);
    expect(await refusals(130429)).toBe(0);
    await pool.query('update messaging.phone_numbers set throughput = 1000');
  });

  it('uses the pair limit of a person, also across a change of holder, and never exceeds it', async () => {
    await control('POST', '/behaviour', { pairRate: 'on' });
    for (let index = 0; index < 46; index += 1) await accept('6000');
    const began = Date.now();
    const first = dispatcher('r1');
    await until(async () => (await arrived()).length >= 40, { timeoutMs: 20_000 });
    await first.stop();
    dispatcher('r2');
    await until(async () => (await left()) === 0, { timeoutMs: 25_000 });
    expect(Date.now() - began).toBeLessThan(12_000 / 0.95 + 2_000);
    expect(await refusals(131056)).toBe(0);
  }, 60_000);

  it('pauses a number that Meta says is too fast', async () => {
    await control('POST', '/behaviour', {
      faults: [{ match: {}, kind: 'error', code: 130429, rate: 1, times: 1 }],
    });
    const runner = dispatcher('r1');
    const slowed = await accept('7000');
    runner.wake(PHONE);
    await until(async () => (await left("state = 'deferred'")) === 1);
    const refusedAt = Date.now();
    const other = await accept('7001');
    runner.wake(PHONE);
    await until(async () => (await left()) === 0);
    expect((await arrived()).sort()).toEqual([slowed, other].sort());
    const { data } = await control('GET', '/messages');
    for (const { receivedAt } of data) expect(Date.parse(receivedAt)).toBeGreaterThanOrEqual(refusedAt + 900);
  });

  it('keeps the state row equal to the replay', async () => {
    const { rows } = await pool.query<{ stream: string; state: MessageState }>(
      'select stream, state from messaging.messages',
    );
    for (const { stream, state } of rows) expect(state).toEqual(await store.replay(messages, stream));
    expect(rows.length).toBeGreaterThan(200);
    const noted = await store.apply(messages, {
      accountId: 'acc_1',
      type: 'message.note-status',
      data: {
        messageId: rows[0]!.stream,
        wamid: 'wamid.X',
        phoneNumberId: PHONE,
        status: 'read',
        at: '',
        error: null,
      },
    });
    expect(noted).toMatchObject({ state: { status: 'read' } });
  });
});
