import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import { newId } from '@wbiz/contracts/ids';
import { until } from '@wbiz/testing/stack';
import type pg from 'pg';
import { messages } from '../message/message.aggregate.js';
import type { MessageEvent } from '../message/message.events.js';
import type { MessageState } from '../message/message.state.js';
import { dispatchSystem, PHONE, type DispatchSystem, type Send } from './dispatch.harness.js';

let system: DispatchSystem;
let pool: pg.Pool;
let store: EventStore;
let { control, toMeta, accept, acceptOfCampaign, dispatcher, stateOf, left, arrived } = {} as DispatchSystem;
beforeAll(async () => {
  system = await dispatchSystem();
  ({ pool, store, control, toMeta, accept, acceptOfCampaign, dispatcher, stateOf, left, arrived } = system);
});
afterAll(() => system.close());
beforeEach(() => system.reset());
afterEach(() => system.stopAll());

const withdraw = (messageId: string) =>
  store.execute(messages, {
    id: newId('cmd'),
    accountId: 'acc_1',
    type: 'message.withdraw',
    data: { messageId, conversationId: 'cnv', at: new Date().toISOString() },
  });
/** The events in a message's stream, and which of them are published. */
const told = async (id: string) =>
  (
    await pool.query<{ type: string; data: { status?: string; reason?: string; held?: true }; log: boolean }>(
      `select type, data, exists(select from messaging.pending p where p.position = e.position) as log
       from messaging.events e where stream = $1 order by version`,
      [id],
    )
  ).rows.map(({ type, data, log }) =>
    [log ? 'log:' : 'stream:', type, data.status ?? data.reason, data.held && 'held']
      .filter(Boolean)
      .join(' '),
  );
const inbox = async (person: string) =>
  (
    await pool.query<{ contact_id: string; person: string; last_message_preview: string }>(
      'select contact_id, person, last_message_preview from messaging.conversations where stream = $1',
      [`cnv_${person}`],
    )
  ).rows[0];
const shownInInbox = (person: string) => ({
  contact_id: `cnt_${person}`,
  person: `+1415555${person}`,
  last_message_preview: '[template]',
});
const noteStatus = (messageId: string, status: 'sent' | 'delivered') =>
  store.apply(messages, {
    accountId: 'acc_1',
    type: 'message.note-status',
    data: {
      messageId,
      wamid: 'wamid.C',
      phoneNumberId: PHONE,
      status,
      error: null,
      at: new Date().toISOString(),
    },
  });

describe("a campaign's message", () => {
  it.each([
    ['accepted', 'log: message.status accepted'],
    ['held_for_quality_assessment', 'log: message.status accepted held'],
  ])('is told, and comes to the inbox, once Meta took it: %s', async (messageStatus, accepted) => {
    const person = messageStatus === 'accepted' ? '1000' : '1001';
    const id = await acceptOfCampaign(person);
    expect(await inbox(person)).toBeUndefined();
    dispatcher('r1', { send: () => Promise.resolve({ kind: 'accepted', wamid: 'wamid.C', messageStatus }) });
    await until(async () => (await stateOf(id)).wamid !== null);
    expect(await inbox(person)).toEqual(shownInInbox(person));
    await noteStatus(id, 'delivered');
    expect(await told(id)).toEqual([
      'stream: message.queued accepted',
      accepted,
      'log: message.status delivered',
    ]);
    expect(await stateOf(id)).toMatchObject({ campaignId: 'cmp_1', status: 'delivered' });
    expect(await left()).toBe(0);
  });

  it('comes to the inbox with a status that is faster than the answer', async () => {
    const id = await acceptOfCampaign('1010');
    dispatcher('r1', {
      send: async ({ id: messageId }) => {
        await noteStatus(messageId, 'sent');
        return { kind: 'accepted', wamid: 'wamid.C' };
      },
    });
    await until(async () => (await stateOf(id)).status === 'sent');
    await system.stopAll();
    expect(await told(id)).toEqual(['stream: message.queued accepted', 'log: message.status sent']);
    expect(await inbox('1010')).toEqual(shownInInbox('1010'));
  });

  it('that Meta refuses does not come to the inbox', async () => {
    await control('POST', '/behaviour', {
      faults: [{ match: {}, kind: 'error', code: 131009, rate: 1, times: 1 }],
    });
    const id = await acceptOfCampaign('1020');
    dispatcher('r1');
    await until(async () => (await stateOf(id)).status === 'failed');
    expect((await told(id)).at(-1)).toBe('log: message.status failed');
    expect(await inbox('1020')).toBeUndefined();
  });
});

describe('a single send', () => {
  /** Records the order in which Meta is called for messages. */
  const counting = () => {
    const called: string[] = [];
    const send: Send = (message, body) => {
      called.push(message.id);
      return toMeta(message, body);
    };
    return { called, send };
  };

  it('goes before what a campaign has waiting, at the pace of the number', async () => {
    await pool.query('update messaging.phone_numbers set throughput = 80');
    await control('POST', '/behaviour', { throughputPerSecond: 80 });
    const { called, send } = counting();
    await Promise.all(Array.from({ length: 300 }, (_, index) => acceptOfCampaign(String(2000 + index))));
    const runner = dispatcher('r1', { send });
    await until(() => called.length >= 20);
    const overtakenBy: number[] = [];
    for (let index = 0; index < 20; index += 1) {
      const id = await accept(String(2500 + index));
      const before = called.length;
      runner.wake(PHONE);
      await until(() => called.includes(id), { everyMs: 5 });
      overtakenBy.push(called.indexOf(id) - before);
    }
    expect(called.length).toBeLessThan(300);
    // Of the eight campaign sends claimed ahead, only those overtake the single send that leave before it is claimed.
    expect(overtakenBy.toSorted((a, b) => a - b)[10]).toBeLessThanOrEqual(3);
    await until(async () => (await left()) === 0, { timeoutMs: 20_000 });
    expect(await system.refusals(130429)).toBe(0);
    await pool.query('update messaging.phone_numbers set throughput = 1000');
  });

  it('finds a connection while every call of a campaign hangs', async () => {
    const hung: (() => void)[] = [];
    const hanging: Send = async (message, body) => {
      if (message.campaignId !== null) await new Promise<void>((go) => hung.push(go));
      return toMeta(message, body);
    };
    await Promise.all(Array.from({ length: 130 }, (_, index) => acceptOfCampaign(String(3000 + index))));
    const runner = dispatcher('r1', { send: hanging });
    await until(() => hung.length === 112);
    const singles = await Promise.all(Array.from({ length: 40 }, (_, index) => accept(String(3500 + index))));
    runner.wake(PHONE);
    await until(async () => (await left('class = 0')) === 0);
    expect((await arrived()).toSorted()).toEqual(singles.toSorted());
    expect(hung).toHaveLength(112);
    for (let released = 0; released < 130;) {
      await until(() => hung.length > 0);
      for (const go of hung.splice(0)) {
        go();
        released += 1;
      }
    }
    await until(async () => (await left()) === 0);
  });

  it("does not wait behind a campaign's that was deferred", async () => {
    await control('POST', '/behaviour', {
      faults: [{ match: { to: '14155554000' }, kind: 'error', code: 131056, rate: 1, times: 1 }],
    });
    const runner = dispatcher('r1');
    const ofCampaign = await acceptOfCampaign('4000');
    await until(async () => (await left("state = 'deferred'")) === 1);
    const single = await accept('4000');
    runner.wake(PHONE);
    await until(async () => (await arrived()).includes(single));
    expect(await arrived()).toEqual([single]);
    await until(async () => (await left()) === 0);
    expect(await arrived()).toEqual([single, ofCampaign]);
  });
});

describe("a campaign's message that is withdrawn", () => {
  it('is never sent, though the command to send it comes again', async () => {
    const [id, other] = [await acceptOfCampaign('5000'), await acceptOfCampaign('5001')];
    expect(await withdraw(id)).toEqual({ ok: true, data: null });
    expect(await withdraw(id)).toEqual({ ok: true, data: null });
    expect(await left()).toBe(1);
    dispatcher('r1');
    await until(async () => (await left()) === 0);
    expect(await arrived()).toEqual([other]);
    expect(await told(id)).toEqual(['stream: message.queued accepted', 'log: message.withdrawn withdrawn']);
    expect(await stateOf(id)).toMatchObject({ status: 'failed', error: { code: 'withdrawn' } });
    expect(await inbox('5000')).toBeUndefined();
  });

  it('is sent all the same where Meta is being asked', async () => {
    let answer = () => undefined as void;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const id = await acceptOfCampaign('5010');
    dispatcher('r1', {
      send: async (message, body) => {
        await answered;
        return toMeta(message, body);
      },
    });
    await until(async () => (await left(`message_id = '${id}' and state = 'started'`)) === 1);
    expect(await withdraw(id)).toEqual({ ok: true, data: null });
    answer();
    await until(async () => (await stateOf(id)).wamid !== null);
    expect((await told(id)).at(-1)).toBe('log: message.status accepted');
  });

  it('goes to Meta or goes back, whatever comes first', async () => {
    await pool.query('update messaging.phone_numbers set throughput = 400');
    const ids = await Promise.all(
      Array.from({ length: 400 }, (_, index) => acceptOfCampaign(String(6000 + index))),
    );
    dispatcher('r1');
    await until(async () => (await arrived()).length > 50);
    const byChance = ids.toSorted((one, other) => (one.slice(-3) < other.slice(-3) ? -1 : 1));
    await Promise.all(byChance.map(withdraw));
    await until(async () => (await left()) === 0);
    const states = await Promise.all(ids.map(stateOf));
    const back = states.filter(({ error }) => error?.code === 'withdrawn').map(({ id }) => id);
    expect(back.length).toBeGreaterThan(0);
    expect([...(await arrived()), ...back].toSorted()).toEqual(ids.toSorted());
    await pool.query('update messaging.phone_numbers set throughput = 1000');
  });
});

describe("a campaign's message that expires", () => {
  const expired = () => until(async () => (await left('expires_at <= now()')) > 0);

  it('while it is queued or deferred goes back to its campaign', async () => {
    await control('POST', '/behaviour', {
      faults: [{ match: { to: '14155557001' }, kind: 'error', code: 131056, rate: 1, times: 1 }],
    });
    const deferred = await acceptOfCampaign('7001', 900);
    const runner = dispatcher('r1');
    await until(async () => (await left("state = 'deferred'")) === 1);
    await runner.stop();
    const queued = await acceptOfCampaign('7000', 100);
    const single = await accept('7002');
    system.expiredSends();
    await until(async () => (await left()) === 1);
    for (const id of [queued, deferred]) {
      expect((await told(id)).at(-1)).toBe('log: message.withdrawn expired');
      expect(await stateOf(id)).toMatchObject({ status: 'failed', error: { code: 'withdrawn' } });
    }
    expect((await stateOf(single)).status).toBe('accepted');
    expect(await arrived()).toEqual([]);
  });

  it('is not sent by a service that starts after that', async () => {
    const id = await acceptOfCampaign('7100', 50);
    await expired();
    const single = await accept('7101');
    dispatcher('r1');
    await until(async () => (await left()) === 1);
    expect(await arrived()).toEqual([single]);
    expect(await told(id)).toEqual(['stream: message.queued accepted']);
    system.expiredSends();
    await until(async () => (await left()) === 0);
    expect((await told(id)).at(-1)).toBe('log: message.withdrawn expired');
  });

  it('while it waits for its turn is not sent', async () => {
    await pool.query('update messaging.phone_numbers set throughput = 1');
    system.expiredSends();
    const runner = dispatcher('r1');
    const first = await acceptOfCampaign('7200');
    await until(async () => (await left()) === 0);
    // The second call may leave 1,010 ms after the first; its send is claimed 100 ms earlier.
    const second = await acceptOfCampaign('7201', 930);
    runner.wake(PHONE, 1);
    await until(async () => (await left()) === 0);
    expect(await arrived()).toEqual([first]);
    expect((await told(second)).at(-1)).toBe('log: message.withdrawn expired');
    await pool.query('update messaging.phone_numbers set throughput = 1000');
  });

  it('is found by an index', async () => {
    const tx = await pool.connect();
    await tx.query('begin; set local enable_seqscan = off; set local enable_bitmapscan = off');
    const { rows } = await tx.query<{ 'QUERY PLAN': string }>(
      `explain select message_id from messaging.dispatch
       where expires_at is not null and state in ('queued', 'deferred') order by expires_at limit 200`,
    );
    await tx.query('rollback');
    tx.release();
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain('dispatch_expiring');
    expect(plan).not.toContain('Sort');
  });
});

it("a campaign's messages equal their replay", async () => {
  const { rows } = await pool.query<{ stream: string; state: MessageState }>(
    `select stream, state from messaging.messages where state->>'campaignId' is not null`,
  );
  for (const { stream, state } of rows) expect(state).toEqual(await store.replay(messages, stream));
  const { rows: types } = await pool.query<{ type: MessageEvent['type'] }>(
    'select distinct type from messaging.events order by type',
  );
  expect(types.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['message.queued', 'message.withdrawn', 'message.deferred', 'message.status']),
  );
});
