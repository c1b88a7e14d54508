import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contactIdOf, conversationIdOf } from '@wbiz/contracts/conversation';
import { newId, timedId } from '@wbiz/contracts/ids';
import type { ListMessages, MessageView } from '@wbiz/contracts/message';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import { inTransaction } from '@wbiz/eventing/postgres/transaction';
import type { StoreUnderTest } from '@wbiz/service-testing/store-under-test';
import { until } from '@wbiz/testing/stack';
import type pg from 'pg';
import { countLate } from '../conversation/people-reached.js';
import { messagingStore } from '../messaging.harness.js';
import { CampaignSends1766350000000 } from '../migrations/0012-campaign-sends.js';
import { messages } from './message.aggregate.js';
import { MessageQueries } from './message.queries.js';
import { CAMPAIGN, receiveAny, sendTemplate, sendText, template } from './message.samples.js';

const BEGIN = Date.parse('2026-11-22T10:00:00.000Z');
const PHONE = '2000';
const [ASHA, RAVI] = ['+918899332211', '+5511987654321'] as const;
const timeOf = (minute: number) => new Date(BEGIN + minute * 60_000).toISOString();

let database: StoreUnderTest;
let pool: pg.Pool;
let store: EventStore;
let queries: MessageQueries;

beforeAll(async () => {
  database = await messagingStore();
  ({ pool, store } = database);
  queries = new MessageQueries(pool);
  // 30 messages, a minute apart, to two people in turn; then one received, and some of another account.
  for (let minute = 0; minute < 30; minute += 1) await send('acc_1', minute, minute % 2 ? RAVI : ASHA);
  await Promise.all([28, 29].map((minute) => fail('acc_1', minute)));
  await receive('acc_1', 30);
  for (let minute = 0; minute < 3; minute += 1) await send('acc_2', minute, ASHA);
});
afterAll(() => database.close());

const idOf = (accountId: string, minute: number) => timedId('msg', BEGIN + minute * 60_000, accountId);

async function send(accountId: string, minute: number, to: string) {
  const command = sendText({}, { to, body: `${minute}` });
  const data = {
    ...command.data,
    accountId,
    messageId: idOf(accountId, minute),
    at: timeOf(minute),
    conversationId: conversationIdOf(accountId, PHONE, to),
    contactId: contactIdOf(accountId, to),
    facts: { ...command.data.facts, windowExpiresAt: timeOf(1000) },
  };
  expect(await store.apply(messages, { accountId, type: 'message.send', data })).toMatchObject({ ok: true });
}
const fail = (accountId: string, minute: number) =>
  store.apply(messages, {
    accountId,
    type: 'message.note-status',
    data: {
      messageId: idOf(accountId, minute),
      wamid: `wamid.${idOf(accountId, minute)}`,
      phoneNumberId: PHONE,
      status: 'failed',
      error: { code: 'rejected_by_meta', message: 'no' },
      at: timeOf(40),
    },
  });
const receive = (accountId: string, minute: number) => {
  const messageId = idOf(accountId, minute);
  const conversationId = conversationIdOf(accountId, PHONE, ASHA);
  const receivedAt = timeOf(minute);
  return store.apply(messages, receiveAny({ messageId, conversationId, receivedAt }, accountId));
};

const list = (ask: ListMessages, accountId = 'acc_1') => queries.list({ accountId, ...ask });
async function everything(ask: ListMessages): Promise<readonly MessageView[]> {
  const all: MessageView[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await list({ ...ask, ...(cursor ? { cursor } : {}) });
    all.push(...page.data);
    if (page.nextCursor === null) return all;
    cursor = page.nextCursor;
  }
}
const minutesOf = (views: readonly MessageView[]) =>
  views.map(({ createdAt }) => (Date.parse(createdAt) - BEGIN) / 60_000);
const down = (from: number, to: number, step = 1) =>
  Array.from({ length: Math.floor((from - to) / step) + 1 }, (_, index) => from - index * step);

describe('messages', () => {
  it('are listed newest first, of one account only, in whatever pages', async () => {
    for (const limit of [1, 7, 31, 200]) expect(minutesOf(await everything({ limit }))).toEqual(down(30, 0));
    expect((await list({ limit: 31 })).nextCursor).toBeNull();
    expect(minutesOf((await list({}, 'acc_2')).data)).toEqual([2, 1, 0]);
    expect((await list({}, 'acc_3')).data).toEqual([]);
  });

  it.each<[string, ListMessages, number[]]>([
    ['a status', { status: 'failed' }, [29, 28]],
    ['another status', { status: 'accepted' }, down(27, 0)],
    ['a status that none has', { status: 'outcome_unknown' }, []],
    ['received ones', { status: 'received' }, [30]],
    ['a recipient', { to: ASHA }, down(28, 0, 2)],
    ['a recipient in another spelling of the number', { to: '+551187654321' }, down(29, 1, 2)],
    ['a recipient never written to', { to: '+14155550100' }, []],
    ['a time', { since: timeOf(27) }, [30, 29, 28, 27]],
    ['a time to the millisecond', { since: new Date(BEGIN + 29 * 60_000 + 1).toISOString() }, [30]],
    ['a time in another zone', { since: '2026-11-22T15:58:00+05:30' }, [30, 29, 28]],
    ['a time long ago', { since: '1969-01-01T00:00:00Z' }, down(30, 0)],
    ['all at once', { status: 'failed', to: ASHA, since: timeOf(1) }, [28]],
  ])('can be filtered by %s', async (_what, ask, minutes) => {
    for (const limit of [3, 200]) expect(minutesOf(await everything({ ...ask, limit }))).toEqual(minutes);
  });

  it('show what GET shows of each', async () => {
    const [first] = (await list({ limit: 1 })).data;
    expect(first).toEqual(await queries.get({ accountId: 'acc_1', id: first!.id }));
    expect(first).not.toHaveProperty('content');
  });

  it('keep their place behind a cursor while others come', async () => {
    const { data, nextCursor } = await list({ limit: 5 }, 'acc_2');
    expect([data.length, nextCursor]).toEqual([3, null]);
    const first = await list({ limit: 2 }, 'acc_2');
    await send('acc_2', 60, ASHA);
    const second = await list({ limit: 2, cursor: first.nextCursor! }, 'acc_2');
    expect(minutesOf([...first.data, ...second.data])).toEqual([2, 1, 0]);
  });

  it.each(['x', Buffer.from('["\\u0000"]').toString('base64url'), Buffer.from('[1]').toString('base64url')])(
    'refuse the cursor %s',
    async (cursor) => {
      await expect(list({ cursor })).rejects.toMatchObject({
        code: 'invalid_request',
        details: [{ pointer: '?cursor' }],
      });
    },
  );

  it('are found by an index', async () => {
    const { rows } = await pool
      .query<{ 'QUERY PLAN': string }>(
        `set enable_seqscan = off; explain select state from messaging.messages
       where account_id = 'acc_1' and stream collate "C" < 'msg_9' order by stream collate "C" desc limit 51`,
      )
      .then((results) => (results as unknown as [unknown, { rows: { 'QUERY PLAN': string }[] }])[1]);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain('messages_newest');
    expect(plan).not.toContain('Sort');
  });
});

it('an update of a message touches no index', async () => {
  const client = await pool.connect();
  // Postgres' counters also hold the updates of earlier transactions: only differences count.
  const updates = async () => {
    const { rows } = await client.query<{ updated: number; hot: number }>(
      `select n_tup_upd::int as updated, n_tup_hot_upd::int as hot from pg_stat_xact_user_tables
       where schemaname = 'messaging' and relname = 'messages'`,
    );
    return rows[0]!;
  };
  await client.query('begin');
  const before = await updates();
  await client.query(
    `update messaging.messages set version = version + 1, state = state || '{"status": "read"}' where stream = $1`,
    [idOf('acc_1', 7)],
  );
  const after = await updates();
  await client.query('rollback');
  client.release();
  expect({ updated: after.updated - before.updated, hot: after.hot - before.hot }).toEqual({
    updated: 1,
    hot: 1,
  });
});

it('counts what was sent and written since a time', async () => {
  expect(await queries.usage({ accountId: 'acc_1', since: timeOf(28) })).toEqual({
    messagesSent: 2, // those with a wamid
    conversations: 2,
  });

  const usual = queries.slowMs;
  queries.slowMs = 0;
  const usage = () => queries.usage({ accountId: 'acc_2', since: timeOf(0) });
  const kept = await usage();
  await fail('acc_2', 1);
  expect(await usage()).toEqual(kept);
  await until(async () => (await usage()).messagesSent === kept.messagesSent + 1);
  queries.slowMs = usual;
});

describe('people reached', () => {
  const HOUR = 3_600_000;
  const ago = (hours: number) => new Date(Date.now() - hours * HOUR);
  type Written = { hours?: number; phone?: string; campaign?: typeof CAMPAIGN };
  /** A template sent to a person `hours` ago. */
  async function write(accountId: string, to: string, { hours = 0, phone = PHONE, campaign }: Written = {}) {
    const command = sendTemplate({ template: template() }, { to, variables: ['Asha', '7'] });
    const at = ago(hours);
    const data = {
      ...command.data,
      accountId,
      messageId: newId('msg', at.getTime()),
      at: at.toISOString(),
      phoneNumberId: phone,
      conversationId: conversationIdOf(accountId, phone, to),
      contactId: contactIdOf(accountId, to),
      ...(campaign && { campaign }),
    };
    expect(await store.apply(messages, { accountId, type: 'message.send', data })).toMatchObject({
      ok: true,
    });
    return data.messageId;
  }
  const writeIn = (accountId: string, from: string, at: Date) =>
    store.apply(
      messages,
      receiveAny(
        {
          messageId: newId('msg', at.getTime()),
          from,
          conversationId: conversationIdOf(accountId, PHONE, from),
          contactId: contactIdOf(accountId, from),
          receivedAt: at.toISOString(),
        },
        accountId,
      ),
    );
  const ask = (messageId: string) =>
    inTransaction(pool, async (tx) => countLate([(await store.replay(messages, messageId))!], tx));
  const reached = (accountId: string) => queries.reached({ accountId });
  /** Expects 24 hours, up to a minute for the minute of the message, and five minutes for a late acceptance by Meta. */
  const expectFreesAt = async (accountId: string, written: Date) => {
    const { freesAt } = await reached(accountId);
    const later = Date.parse(freesAt!) - written.getTime() - 24 * HOUR;
    expect(later).toBeGreaterThan(5 * 60_000 - 5_000);
    expect(later).toBeLessThanOrEqual(6 * 60_000);
  };

  it('are none at first', async () => {
    expect(await reached('acc_r0')).toEqual({ people: 0, freesAt: null });
  });

  it('are those written templates to in 24 hours, each once, over all phone numbers of one account', async () => {
    await write('acc_r1', ASHA, { hours: 25 });
    expect((await reached('acc_r1')).people).toBe(0);
    await write('acc_r1', ASHA, { hours: 23 });
    await write('acc_r1', RAVI, { hours: 22 });
    await write('acc_r1', ASHA, { hours: 2, phone: '3000' });
    await write('acc_r2', ASHA, { hours: 1 });
    expect((await reached('acc_r1')).people).toBe(2);
    await expectFreesAt('acc_r1', ago(22));
  });

  it('are not those whose window was open, nor those written something else to', async () => {
    await writeIn('acc_r3', ASHA, ago(20));
    await write('acc_r3', ASHA, { hours: 10 });
    await send('acc_r3', 0, RAVI);
    expect((await reached('acc_r3')).people).toBe(0);
    await writeIn('acc_r3', RAVI, ago(23.98));
    await write('acc_r3', RAVI); // a minute before the window ends
    expect((await reached('acc_r3')).people).toBe(1);
  });

  it('are still those who wrote in after it', async () => {
    await write('acc_r4', ASHA, { hours: 5 });
    await writeIn('acc_r4', ASHA, ago(4));
    await write('acc_r4', ASHA, { hours: 3 });
    expect((await reached('acc_r4')).people).toBe(1);
    await expectFreesAt('acc_r4', ago(5));
  });

  it('by a campaign count from when Meta took the message', async () => {
    const messageId = await write('acc_r5', ASHA, { campaign: CAMPAIGN });
    await ask(messageId);
    expect((await reached('acc_r5')).people).toBe(0);
    await store.apply(messages, {
      accountId: 'acc_r5',
      type: 'message.settle',
      data: {
        messageId,
        attempt: 1,
        outcome: { kind: 'accepted', wamid: 'wamid.R5' },
        at: new Date().toISOString(),
      },
    });
    expect((await reached('acc_r5')).people).toBe(1);
  });

  it('count from when Meta was asked, where the message had waited', async () => {
    await writeIn('acc_r6', RAVI, ago(27));
    const inWindow = await write('acc_r6', RAVI, { hours: 5 });
    expect((await reached('acc_r6')).people).toBe(0);
    for (const messageId of [await write('acc_r6', ASHA, { hours: 25 }), inWindow]) await ask(messageId);
    expect((await reached('acc_r6')).people).toBe(2);
    await expectFreesAt('acc_r6', new Date());

    await writeIn('acc_r7', RAVI, ago(1));
    await ask(await write('acc_r7', RAVI, { hours: 0.5 }));
    expect((await reached('acc_r7')).people).toBe(0);
  });

  it('are found by an index among all people of an account', async () => {
    await pool.query(
      `insert into messaging.conversations (stream, account_id, contact_id, phone_number_id, person, last_message_at, reached_minute)
       select 'cnv_big' || n, 'acc_big', 'cnt_big' || n, '1', '+' || n, now() - n * interval '1 second',
         case when n % 10 = 0 then now() at time zone 'UTC' - n * interval '20 seconds' end from generate_series(1, 10000) n`,
    );
    await pool.query('analyze messaging.conversations');
    const { rows } = await pool.query<{ 'QUERY PLAN': string }>(
      `explain select max(reached_minute) from messaging.conversations
       where account_id = 'acc_big' and reached_minute > now() at time zone 'UTC' - interval '1 day' group by contact_id`,
    );
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('conversations_reached');
    expect((await reached('acc_big')).people).toBe(433); // (24 h + 6 min) / 200 s
  });

  it('of the day before people were counted are those that Meta took a template to', async () => {
    await pool.query(`alter table messaging.conversations drop column reached_minute;
      alter table messaging.dispatch drop column expires_at;
      alter table messaging.messages add column sent boolean generated always as
        (state->>'direction' = 'out' and state->>'wamid' is not null) stored`);
    await database.up(CampaignSends1766350000000);
    expect((await reached('acc_r5')).people).toBe(1);
    expect((await reached('acc_r1')).people).toBe(0);
  });
});
