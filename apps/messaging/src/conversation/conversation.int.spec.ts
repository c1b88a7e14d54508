import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ContactView } from '@wbiz/contracts/contact';
import {
  contactIdOf,
  conversationIdOf,
  type ConversationView,
  type ListConversations,
  type UpdateConversation,
} from '@wbiz/contracts/conversation';
import { newId, timedId } from '@wbiz/contracts/ids';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import { projectionScenario } from '@wbiz/service-testing/projection-scenario';
import type { StoreUnderTest } from '@wbiz/service-testing/store-under-test';
import type pg from 'pg';
import { contactNames } from '../contact/contact-names.projection.js';
import { messages } from '../message/message.aggregate.js';
import { receiveAny, sendText } from '../message/message.samples.js';
import { messagingStore } from '../messaging.harness.js';
import { InboxSearch1765000000000 } from '../migrations/0010-inbox-search.js';
import { conversations } from './conversation.decider.js';
import { ConversationQueries } from './conversation.queries.js';

const BEGIN = Date.parse('2026-11-22T10:00:00.000Z');
const PHONE = '2000';
const timeOf = (second: number) => new Date(BEGIN + second * 1_000).toISOString();
const personOf = (index: number) => `+9188993322${String(index).padStart(2, '0')}`;
const idOf = (accountId: string, person: string) => conversationIdOf(accountId, PHONE, person);

let database: StoreUnderTest;
let pool: pg.Pool;
let store: EventStore;
let newStore: () => EventStore;
let queries: ConversationQueries;
let names: ReturnType<typeof projectionScenario>;
beforeAll(async () => {
  database = await messagingStore({
    // Makes a deadlock fail the test: by default Postgres would resolve the deadlock after a second.
    options: '-c deadlock_timeout=60s -c lock_timeout=5s',
  });
  ({ pool, store, newStore } = database);
  queries = new ConversationQueries(pool);
  names = projectionScenario(contactNames(store), database);
});
afterAll(() => database.close());

type Written = {
  kind?: string;
  name?: string | null;
  body?: string | null;
  payload?: Record<string, unknown> | null;
  replyTo?: string;
};
async function receive(
  accountId: string,
  person: string,
  second: number,
  { through = store, ...written }: Written & { through?: EventStore } = {},
) {
  const messageId = timedId('msg', BEGIN + second * 1_000, accountId, person, newId('cmd'));
  const data = {
    ...{ messageId, wamid: `wamid.${messageId}`, phoneNumberId: PHONE, name: null },
    ...(person.startsWith('+') ? { from: person } : { from: null, userId: person }),
    conversationId: idOf(accountId, person),
    contactId: contactIdOf(accountId, person),
    receivedAt: timeOf(second),
    ...written,
  };
  const reply = await through.apply(messages, receiveAny(data, accountId));
  expect(reply).toMatchObject({ ok: true });
  return messageId;
}
async function send(accountId: string, to: string, second: number, through = store) {
  const command = sendText({}, { to });
  const messageId = timedId('msg', BEGIN + second * 1_000, accountId, to, newId('cmd'));
  const data = {
    ...command.data,
    ...{ accountId, messageId, phoneNumberId: PHONE, at: timeOf(second) },
    conversationId: idOf(accountId, to),
    contactId: contactIdOf(accountId, to),
    facts: { ...command.data.facts, windowExpiresAt: timeOf(90_000) },
  };
  expect(await through.apply(messages, { accountId, type: 'message.send', data })).toMatchObject({
    ok: true,
  });
  return messageId;
}
const read = (accountId: string, messageId: string, through = store) =>
  through.apply(messages, { accountId, type: 'message.note-read', data: { messageId, at: timeOf(5_000) } });
const update = (accountId: string, conversationId: string, change: UpdateConversation) =>
  store.execute(conversations, {
    id: newId('cmd'),
    accountId,
    type: 'conversation.update',
    data: { ...change, conversationId, at: timeOf(6_000) },
  });
const get = (accountId: string, person: string) => queries.get({ accountId, id: idOf(accountId, person) });
const historyOf = async (accountId: string, person: string) =>
  (
    await pool.query<{ type: string; pending: boolean }>(
      `select type, exists(select from messaging.pending p where p.position = e.position) as pending
       from messaging.events e where stream = $1 order by version`,
      [idOf(accountId, person)],
    )
  ).rows.map(({ type, pending }) => `${type}${pending ? '' : ' (private)'}`);

async function everything(accountId: string, ask: ListConversations): Promise<readonly ConversationView[]> {
  const all: ConversationView[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await queries.list({ accountId, ...ask, ...(cursor ? { cursor } : {}) });
    all.push(...page.data);
    if (page.nextCursor === null) return all;
    cursor = page.nextCursor;
  }
}
/** Runs a list in all three ways and expects equal results: newest rows only, newest rows then index, index only. */
async function onAllWays<Given>(list: () => Promise<Given>): Promise<Given> {
  const usual = queries.scannedFirst;
  try {
    const found: Given[] = [];
    for (const most of [usual, 3, 0]) {
      queries.scannedFirst = most;
      found.push(await list());
    }
    expect(found.slice(1)).toEqual([found[0], found[0]]);
    return found[0]!;
  } finally {
    queries.scannedFirst = usual;
  }
}
const foundBy = async (search: string) =>
  (await onAllWays(() => everything('acc_1', { search, limit: 2 }))).map(({ contact }) => contact.id);
const contact = (id: string, phone: string, name: string | null): ContactView => ({
  ...{ id, phone, name, userId: null, email: null, tags: [], customFields: {}, source: 'inbound' },
  ...{ optedIn: false, optedInAt: null, optedOutAt: null, createdAt: timeOf(0), updatedAt: timeOf(0) },
});
const created = (contact: ContactView) =>
  ({
    type: 'contact.created',
    accountId: 'acc_1',
    data: { contactId: contact.id, contact, by: null },
  }) as const;
const renamed = (contact: ContactView) =>
  ({
    type: 'contact.updated',
    accountId: 'acc_1',
    data: { contactId: contact.id, contact, by: null, changed: ['name'] },
  }) as const;
const down = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, index) => from - index);

describe('a conversation', () => {
  it('begins with a message, is closed, stays so for what we send, and is opened by what a person writes', async () => {
    const person = '+14155550101';
    await receive('acc_1', person, 0, { name: 'Asha' });
    await send('acc_1', person, 1);
    await update('acc_1', idOf('acc_1', person), { assignee: 'ravi' });
    await update('acc_1', idOf('acc_1', person), { status: 'closed' });
    await send('acc_1', person, 2);
    await receive('acc_1', person, 3, { kind: 'system' });
    expect(await get('acc_1', person)).toMatchObject({ status: 'closed', assignee: 'ravi' });
    await receive('acc_1', person, 4, { body: 'Still there?' });
    expect(await get('acc_1', person)).toEqual({
      id: idOf('acc_1', person),
      contact: { id: contactIdOf('acc_1', person), phone: person, name: 'Asha' },
      channel: 'whatsapp',
      phoneNumberId: PHONE,
      status: 'open',
      lastMessageAt: timeOf(4),
      lastMessagePreview: 'Still there?',
      unreadCount: 2,
      windowExpiresAt: timeOf(4 + 86_400),
      assignee: 'ravi',
    });
    expect(await historyOf('acc_1', person)).toEqual([
      'conversation.opened',
      'conversation.assigned (private)',
      'conversation.closed',
      'conversation.opened',
    ]);
    const { rows } = await pool.query<{ state: unknown }>(
      'select state from messaging.conversations where stream = $1',
      [idOf('acc_1', person)],
    );
    expect(await store.replay(conversations, idOf('acc_1', person))).toEqual(rows[0]!.state);
  });

  it('is one, opened once, when many messages come at once, in batches that cross', async () => {
    const people = down(9, 0).map((index) => `+1415555030${index}`);
    // Each replica sends to one half of the people and receives from the other half.
    const replicas = [newStore(), newStore()];
    for (const round of down(49, 0))
      await Promise.all(
        replicas.flatMap((through, replica) =>
          people.map((person, index) => {
            const second = round * 10 + index;
            return index % 2 === replica
              ? send('acc_1', person, second, through)
              : receive('acc_1', person, second, { through });
          }),
        ),
      );
    for (const person of people) expect(await historyOf('acc_1', person)).toEqual(['conversation.opened']);
  });

  it('is read, and written to, in batches that cross', async () => {
    const people = down(9, 0).map((index) => `+1415555040${index}`);
    const rounds = down(39, 0);
    const unread = await Promise.all(
      people.map((person) => Promise.all(rounds.map((round) => receive('acc_1', person, round)))),
    );
    // Each replica marks one half as read and sends to the other half.
    const replicas = [newStore(), newStore()];
    for (const round of rounds)
      await Promise.all(
        replicas.flatMap((through, replica) =>
          people.map((person, index) =>
            index % 2 === replica
              ? send('acc_1', person, 100 + round, through)
              : read('acc_1', unread[index]![round]!, through),
          ),
        ),
      );
    for (const person of people) expect(await get('acc_1', person)).toMatchObject({ unreadCount: 0 });
  });

  it('shows the number as the contact has it, and is found by both spellings', async () => {
    const reported = '+551187654321';
    const { id, phone } = { id: contactIdOf('acc_1', reported), phone: '+5511987654321' };
    await receive('acc_1', reported, 0, { name: 'ana' });
    expect((await get('acc_1', reported))!.contact).toEqual({ id, phone: reported, name: 'ana' });
    await names
      .given()
      .when(created(contact(id, phone, 'Ana')))
      .then(async () => (await get('acc_1', reported))!.contact, { id, phone, name: 'Ana' });
    for (const search of [reported, '+55 11 98765-4321', '187654321'])
      expect(await foundBy(search)).toEqual([id]);
  });

  it('is found by the present name of the contact, or of the person on WhatsApp', async () => {
    const person = '+14155550111';
    const contactId = contactIdOf('acc_1', person);
    const called = (name: string | null) => renamed(contact(contactId, person, name));
    await receive('acc_1', person, 0, { name: 'Zoë Quinn' });
    await receive('acc_1', person, 1, { name: 'Zoe Quill' });
    await send('acc_1', person, 2);
    const searches = async () => [await foundBy('quinn'), await foundBy('QUILL'), await foundBy('landl')];
    await names
      .given()
      .when(called('Landlady'))
      .then(searches, [[], [contactId], [contactId]]);
    await names
      .given(called('Landlady'))
      .when(called(null))
      .then(() => foundBy('landl'), []);
  });

  it('without a phone number shows the user id', async () => {
    await receive('acc_1', 'IN.abc', 0);
    expect((await get('acc_1', 'IN.abc'))!.contact).toEqual({
      id: contactIdOf('acc_1', 'IN.abc'),
      phone: null,
      userId: 'IN.abc',
      name: null,
    });
    expect(await foundBy('in.ab')).toEqual([contactIdOf('acc_1', 'IN.abc')]);
  });

  it('has nothing unread once its messages are read, whatever WhatsApp told after them', async () => {
    const person = '+14155550102';
    const [first, , third] = [
      await receive('acc_1', person, 0),
      await receive('acc_1', person, 1),
      await receive('acc_1', person, 2),
      await receive('acc_1', person, 3, { kind: 'system' }),
    ];
    const unread = async () => (await get('acc_1', person))!.unreadCount;
    expect(await unread()).toBe(3);
    await read('acc_1', first);
    expect(await unread()).toBe(2);
    await read('acc_1', third!);
    expect(await unread()).toBe(0);
  });

  it.each<[string, Written]>([
    ['a reaction taken back', { kind: 'reaction', body: null, payload: { wamid: 'w', emoji: null } }],
    ['an edit', { kind: 'edit', body: 'Hello', payload: { wamid: 'w', kind: 'text', content: null } }],
    ['a deletion', { kind: 'revoke', body: null, payload: { wamid: 'w' } }],
    ['what WhatsApp tells of the person', { kind: 'system', body: 'A new number' }],
  ])('that was read and closed stays as it is after %s', async (what, written) => {
    const account = `acc_${what.split(' ').at(-1)!}`;
    const person = '+14155550104';
    const first = await receive(account, person, 0, { body: 'Hi' });
    await read(account, first);
    await update(account, idOf(account, person), { status: 'closed' });
    const before = await get(account, person);
    await receive(account, person, 1, written);
    expect(await get(account, person)).toEqual(before);
    expect(before).toMatchObject({ status: 'closed', unreadCount: 0, lastMessagePreview: 'Hi' });

    await receive(account, person, 2, { kind: 'reaction', body: '👍', payload: { wamid: 'w', emoji: '👍' } });
    await receive(account, person, 3, written);
    expect(await get(account, person)).toMatchObject({
      ...{ status: 'open', unreadCount: 1, lastMessagePreview: '👍', lastMessageAt: timeOf(2) },
    });
    const last = await receive(account, person, 4, { body: 'Bye' });
    await receive(account, person, 5, written);
    await read(account, last);
    expect(await get(account, person)).toMatchObject({ unreadCount: 0, lastMessagePreview: 'Bye' });
  });

  it('does not begin with a message that no side wrote', async () => {
    await receive('acc_told', '+14155550105', 0, { kind: 'system', body: 'A new number' });
    await receive('acc_told', '+14155550105', 1, { kind: 'text', payload: { groupId: 'G1' } });
    expect(await get('acc_told', '+14155550105')).toBeNull();
  });

  it('of another account is not there, whoever asks with its id', async () => {
    const person = '+14155550103';
    await receive('acc_1', person, 0);
    const id = idOf('acc_1', person);
    expect(await queries.get({ accountId: 'acc_2', id })).toBeNull();
    expect(await queries.messages({ accountId: 'acc_2', id })).toBeNull();
    for (const other of [id, 'cnv_00000000000000000000000000'])
      expect(await update('acc_2', other, { status: 'closed' })).toMatchObject({
        ok: false,
        error: { code: 'not_found' },
      });
    expect(await get('acc_1', person)).toMatchObject({ status: 'open' });
  });

  it('shows its messages, newest first, in whatever pages', async () => {
    const person = '+14155550104';
    const ids: string[] = [];
    for (const second of [0, 1, 2, 3, 4])
      ids.unshift(second % 2 ? await send('acc_1', person, second) : await receive('acc_1', person, second));
    // Meta's times have seconds only: messages of one second keep their order of arrival, within a batch and across
    // batches.
    const batch = down(19, 0).map((left) => receive('acc_1', person, 5, { body: `${left} left` }));
    for (const id of await Promise.all(batch)) ids.unshift(id);
    expect((await get('acc_1', person))!.lastMessagePreview).toBe('0 left');
    for (let more = 0; more < 10; more += 1) ids.unshift(await receive('acc_1', person, 5));
    for (const limit of [1, 2, 5, 200]) {
      const found: string[] = [];
      for (let cursor: string | null | undefined; cursor !== null;) {
        const page = await queries.messages({
          accountId: 'acc_1',
          id: idOf('acc_1', person),
          limit,
          ...(cursor ? { cursor } : {}),
        });
        found.push(...page!.data.map(({ id }) => id));
        cursor = page!.nextCursor;
      }
      expect(found).toEqual(ids);
    }
    await receive('acc_1', person, 6, { replyTo: 'wamid.Q' });
    const { data } = (await queries.messages({ accountId: 'acc_1', id: idOf('acc_1', person), limit: 2 }))!;
    expect(data.map(({ replyTo }) => replyTo)).toEqual(['wamid.Q', null]);
    expect(Object.keys(data[0]!).toSorted()).toEqual(
      'body createdAt direction error id kind mediaId payload replyTo status statusAt wamid'.split(' '),
    );
  });
});

describe('the inbox', () => {
  // 50 people, four per second, so that a page ends between rows of the same time.
  beforeAll(async () => {
    for (const index of down(49, 0).toReversed())
      await receive('acc_5', personOf(index), 1_000 + Math.floor(index / 4) * 25, {
        name: index % 2 ? `Asha ${index}` : null,
      });
    for (const index of [3, 4]) await update('acc_5', idOf('acc_5', personOf(index)), { status: 'closed' });
    await receive('acc_6', personOf(1), 1_000);
  });

  it('is in the order of the last message, each once, of one account only, in whatever pages', async () => {
    const whole = await everything('acc_5', { limit: 200 });
    expect(whole).toHaveLength(50);
    const times = whole.map(({ lastMessageAt }) => lastMessageAt);
    expect(times).toEqual(times.toSorted().toReversed());
    for (const limit of [1, 3, 50]) expect(await everything('acc_5', { limit })).toEqual(whole);
    expect(await everything('acc_6', {})).toHaveLength(1);
    expect(await everything('acc_7', {})).toEqual([]);
  });

  it.each<[string, ListConversations, number[]]>([
    ['closed ones', { status: 'closed' }, [4, 3]],
    ['a part of a name, in any case', { search: 'aSHA 4' }, [49, 47, 45, 43, 41]],
    ['a part of a name that means something in SQL', { search: 'Asha%4_' }, []],
    ['a part of a number', { search: '332248' }, [48]],
    ['a number as a person types it', { search: '+91 88993-32207' }, [7]],
    ['both', { status: 'closed', search: 'asha' }, [3]],
  ])('can be filtered by %s', async (_what, ask, people) => {
    const wanted = people.map(personOf);
    const expected = (await everything('acc_5', {})).filter(({ contact }) => wanted.includes(contact.phone!));
    expect(expected).toHaveLength(people.length);
    for (const limit of [1, 200])
      expect(await onAllWays(() => everything('acc_5', { ...ask, limit }))).toEqual(expected);
  });

  it('skips and repeats nothing behind a cursor while messages come', async () => {
    const first = await queries.list({ accountId: 'acc_5', limit: 10 });
    const rest = await everything('acc_5', { cursor: first.nextCursor! });
    await receive('acc_5', personOf(first.data.length), 1_001, {});
    await receive('acc_5', '+14155550199', 9_000);
    expect((await everything('acc_5', { cursor: first.nextCursor! })).map(({ id }) => id)).toEqual(
      rest.map(({ id }) => id),
    );
  });

  it.each([
    ['x'],
    [[1]],
    [[1, 'x']],
    [['x', 'cnv_00000000000000000000000000']],
    [[9e15, 'cnv_00000000000000000000000000']],
  ])('refuses the cursor %j', async (key) => {
    const cursor = Buffer.from(JSON.stringify(key)).toString('base64url');
    await expect(queries.list({ accountId: 'acc_5', cursor })).rejects.toMatchObject({
      code: 'invalid_request',
      details: [{ pointer: '?cursor' }],
    });
  });

  it('that is older than the search is found by the same texts', async () => {
    const texts = async () =>
      (
        await pool.query(`select stream as id, search from messaging.conversation_texts union all
          select contact_id, search from messaging.contact_names order by id`)
      ).rows;
    const before = await texts();
    expect(before.filter(({ search }) => search !== null).length).toBeGreaterThan(50);
    await pool.query(`drop table messaging.conversation_texts;
      alter table messaging.contact_names drop column search;
      alter table messaging.conversations drop column status`);
    await database.up(InboxSearch1765000000000);
    expect(await texts()).toEqual(before);
  });

  it('is found by an index; a message within the minute touches none', async () => {
    await pool.query('vacuum full messaging.conversations'); // an update on a full page would move the row
    const tx = await pool.connect();
    await tx.query('begin');
    await tx.query('set local enable_sort = off');
    const { rows: plan } = await tx.query<{ 'QUERY PLAN': string }>(
      `explain select stream from messaging.conversations where account_id = 'acc_5' and last_minute <= now()
       order by last_minute desc, last_message_at desc, stream collate "C" desc limit 51`,
    );
    expect(plan.map((row) => row['QUERY PLAN']).join()).toContain('conversations_newest');
    // Postgres' counters also hold earlier updates: only the difference counts.
    const counted = async () => {
      const { rows } = await tx.query<{ updated: number; hot: number }>(
        `select n_tup_upd::int as updated, n_tup_hot_upd::int as hot from pg_stat_xact_user_tables
         where schemaname = 'messaging' and relname = 'conversations'`,
      );
      return rows[0]!;
    };
    const before = await counted();
    await tx.query(
      `update messaging.conversations set last_message_at = last_message_at + interval '1 second', unread_count = 7,
         state = state || '{"assignee":"ravi"}' where stream = $1`,
      [idOf('acc_5', personOf(1))],
    );
    // The row as the first message leaves it, before conversation.note-message has written its state.
    await tx.query('update messaging.conversations set state = null where stream = $1', [
      idOf('acc_5', personOf(2)),
    ]);
    const after = await counted();
    await tx.query('rollback');
    tx.release();
    expect(after).toEqual({ updated: before.updated + 2, hot: before.hot + 2 });
  });
});
