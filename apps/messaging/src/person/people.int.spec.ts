import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ContactView } from '@wbiz/contracts/contact';
import { contactIdOf, conversationIdOf } from '@wbiz/contracts/conversation';
import { newId } from '@wbiz/contracts/ids';
import type { MessageReceivedData } from '@wbiz/contracts/message';
import { projectionScenario } from '@wbiz/service-testing/projection-scenario';
import type { StoreUnderTest } from '@wbiz/service-testing/store-under-test';
import { contactNames } from '../contact/contact-names.projection.js';
import { conversations } from '../conversation/conversation.decider.js';
import { ConversationQueries } from '../conversation/conversation.queries.js';
import { messages } from '../message/message.aggregate.js';
import { MessageQueries } from '../message/message.queries.js';
import { receiveAny, sendText } from '../message/message.samples.js';
import { sendFacts } from '../message/send-facts.js';
import { messagingStore } from '../messaging.harness.js';

const [P1, P2, P3, U1, U2] = ['+918899332211', '+918899332212', '+918899332213', 'IN.1', 'IN.2'];
const NUMBERS = ['2000', '2001'];

let database: StoreUnderTest;
let inbox: ConversationQueries;
let sent: MessageQueries;
let contacts: ReturnType<typeof projectionScenario>;
beforeAll(async () => {
  database = await messagingStore();
  inbox = new ConversationQueries(database.pool);
  sent = new MessageQueries(database.pool);
  contacts = projectionScenario(contactNames(database.store), database);
});
afterAll(() => database.close());
let accountId: string;
beforeEach(() => {
  accountId = newId('acc');
});

const contactOf = (person: string) => contactIdOf(accountId, person);
const conversationOf = (person: string, number = NUMBERS[0]!) => conversationIdOf(accountId, number, person);
let clock = Date.parse('2026-11-22T10:00:00.000Z');
const tick = () => (clock += 1_000);

/** Receives a message; returns the data of its event. */
async function receive(
  phone: string | null,
  userId: string | null,
  more: Partial<MessageReceivedData> = {},
): Promise<MessageReceivedData> {
  const time = tick();
  const person = (phone ?? userId)!;
  const { phoneNumberId = NUMBERS[0]! } = more;
  const messageId = newId('msg', time);
  const data = {
    ...{ messageId, wamid: `wamid.${messageId}`, from: phone, name: null, phoneNumberId },
    ...(userId === null ? {} : { userId }),
    ...{ contactId: contactOf(person), conversationId: conversationOf(person, phoneNumberId) },
    ...{ receivedAt: new Date(time).toISOString(), body: `from ${person}` },
    ...more,
  };
  const applied = await database.store.apply(messages, receiveAny(data, accountId));
  if (!applied.ok) throw new Error(applied.error.code);
  return applied.events[0]!.data as MessageReceivedData;
}
const wrote = async (phone: string | null, userId: string | null, number = NUMBERS[0]!) => {
  const { contactId, conversationId } = await receive(phone, userId, { phoneNumberId: number });
  return { contactId, conversationId };
};
const told = (from: string | null, userId: string | null, payload: Record<string, unknown>) =>
  receive(from, userId, { kind: 'system', payload });
/** Sends a text; returns the message's id, contact and conversation. */
async function send(to: string) {
  const time = tick();
  const messageId = newId('msg', time);
  const { data } = sendText({}, { to });
  const command = {
    ...{ id: newId('cmd'), accountId, type: 'message.send' as const },
    data: {
      ...data,
      ...{ accountId, messageId, contactId: contactOf(to), conversationId: conversationOf(to) },
      ...{ phoneNumberId: NUMBERS[0]!, at: new Date(time).toISOString() },
    },
  };
  const factsOf = sendFacts(database.pool, { template: async () => null, optedOut: async () => false });
  const facts = await factsOf(command);
  const applied = await database.store.apply(messages, { ...command, data: { ...command.data, facts } });
  if (!applied.ok) throw new Error(applied.error.code);
  const { contactId, conversationId } = applied.state!;
  return { messageId, contactId, conversationId };
}
const place = (person: string, number?: string) => ({
  contactId: contactOf(person),
  conversationId: conversationOf(person, number),
});
const list = async (ask: object = {}) => (await inbox.list({ accountId, ...ask })).data;
const bodies = async (id: string) =>
  (await inbox.messages({ accountId, id, limit: 200 }))!.data.map(({ body }) => body);

describe('a person with a number and a user id', () => {
  it('is in one conversation, whichever of the two comes', async () => {
    expect(await wrote(P1, U1)).toEqual(place(P1));
    expect(await wrote(null, U1)).toEqual(place(P1));
    expect(await wrote(P1, null)).toEqual(place(P1));
    expect(await wrote(null, U1, NUMBERS[1])).toEqual(place(P1, NUMBERS[1]));
    expect(await send(U1)).toMatchObject(place(P1));
    expect((await list()).map(({ id, unreadCount, contact }) => [id, unreadCount, contact.phone])).toEqual([
      [conversationOf(P1), 3, P1],
      [conversationOf(P1, NUMBERS[1]), 1, P1],
    ]);
    const bySender = await sent.list({ accountId, to: U1 });
    expect((await sent.list({ accountId, to: P1 })).data).toEqual(bySender.data);
    expect(bySender.data).toMatchObject([{ to: U1, conversationId: conversationOf(P1) }]);
  });

  it('known by the user id first has all of it in the conversation that stays', async () => {
    const first = await receive(null, U1, { name: 'Asha' });
    expect(first).toMatchObject(place(U1));
    await wrote(null, U1, NUMBERS[1]);
    const answer = await send(U1);
    expect(answer).toMatchObject(place(U1));
    const update = (status: 'closed', assignee: string) => ({
      ...{ accountId, type: 'conversation.update' as const },
      data: { conversationId: conversationOf(U1, NUMBERS[1]), status, assignee, at: first.receivedAt },
    });
    await database.store.apply(conversations, update('closed', 'ravi'));

    expect(await wrote(P1, U1)).toEqual(place(P1));
    expect(await wrote(null, U1)).toEqual(place(P1));
    expect(await send(U1)).toMatchObject(place(P1));
    const [here, there] = await list();
    expect(await list()).toHaveLength(2);
    expect(here).toMatchObject({
      ...{ id: conversationOf(P1), contact: { id: contactOf(P1), phone: P1, name: 'Asha' } },
      ...{ unreadCount: 3, status: 'open' },
    });
    expect(there).toMatchObject({
      ...{ id: conversationOf(P1, NUMBERS[1]), unreadCount: 1, status: 'closed', assignee: 'ravi' },
    });
    expect(await bodies(conversationOf(P1))).toEqual([
      'Hi!',
      `from ${U1}`,
      `from ${P1}`,
      'Hi!',
      `from ${U1}`,
    ]);
    const page = (await inbox.messages({ accountId, id: conversationOf(P1), limit: 2 }))!;
    const rest = await inbox.messages({ accountId, id: conversationOf(P1), cursor: page.nextCursor! });
    expect(rest!.data.map(({ body }) => body)).toEqual([`from ${P1}`, 'Hi!', `from ${U1}`]);
    for (const search of ['asha', P1])
      expect((await list({ search })).map(({ id }) => id)).toContain(here!.id);

    // Reads by the id of the merged conversation.
    const was = conversationOf(U1);
    expect(await inbox.get({ accountId, id: was })).toEqual(here);
    expect(await bodies(was)).toHaveLength(5);
    await database.store.apply(conversations, {
      ...{ accountId, type: 'conversation.update' as const },
      data: { conversationId: was, status: 'closed', at: first.receivedAt },
    });
    expect(await inbox.get({ accountId, id: here!.id })).toMatchObject({ status: 'closed' });
    const { events } = (await database.store.apply(messages, {
      accountId,
      type: 'message.note-status',
      data: {
        ...{ messageId: answer.messageId, wamid: 'wamid.S', phoneNumberId: NUMBERS[0]!, status: 'sent' },
        ...{ error: null, at: first.receivedAt },
      },
    })) as { events: readonly { data: object }[] };
    expect(events).toMatchObject([{ data: place(P1) }]);
    for (const [table, id] of [
      [conversations, was],
      [conversations, here!.id],
    ] as const)
      expect(await database.store.replay(table, id)).toEqual(
        (
          await database.pool.query<{ state: unknown }>(
            'select state from messaging.conversations where stream = $1',
            [id],
          )
        ).rows[0]!.state,
      );
  });

  it('has read what was read under the user id', async () => {
    const { messageId } = await receive(null, U1);
    await wrote(null, U1);
    await wrote(P1, U1);
    const at = new Date(tick()).toISOString();
    await database.store.apply(messages, { accountId, type: 'message.note-read', data: { messageId, at } });
    expect(await list()).toMatchObject([{ id: conversationOf(P1), unreadCount: 2 }]);
  });

  it('is nobody of another account', async () => {
    await wrote(P1, U1);
    accountId = newId('acc');
    expect(await wrote(null, U1)).toEqual(place(U1));
  });
});

describe('a person with another number', () => {
  it('is in the same conversation', async () => {
    await wrote(P1, null);
    expect(await told(P1, null, { type: 'user_changed_number', phone: P2 })).toMatchObject({
      ...place(P1),
      payload: { phone: P2 },
    });
    expect(await wrote(P2, null)).toEqual(place(P1));
    expect(await wrote(P2, U2)).toEqual(place(P1));
    expect(await send(P2)).toMatchObject(place(P1));
    expect(await list()).toMatchObject([{ id: conversationOf(P1), unreadCount: 3 }]);
  });

  it('and another user id as well', async () => {
    await wrote(P1, U1);
    await told(P1, null, { type: 'user_changed_user_id', phone: P2, userId: U2 });
    expect(await wrote(null, U2)).toEqual(place(P1));
    expect(await wrote(P2, U2)).toEqual(place(P1));
  });

  it('that it wrote from before that was told has all of it in one', async () => {
    await wrote(P1, U1);
    expect(await wrote(P2, U2)).toEqual(place(P2));
    await told(P1, U1, { type: 'user_changed_user_id', phone: P2, userId: U2, previousUserId: U1 });
    expect(await wrote(P2, U2)).toEqual(place(P1));
    expect(await list()).toMatchObject([{ id: conversationOf(P1), unreadCount: 3 }]);
    expect(await bodies(conversationOf(P1))).toHaveLength(4);
  });

  it('leaves the one it had to others, in a conversation of their own', async () => {
    await wrote(P1, U1);
    await told(P1, U1, { type: 'user_changed_number', phone: P2 });
    expect(await wrote(P1, U2)).toEqual(place(U2));
    expect(await wrote(P2, U1)).toEqual(place(P1));
    expect(await send(P1)).toMatchObject(place(U2));
    expect((await list()).map(({ id }) => id).toSorted()).toEqual(
      [conversationOf(P1), conversationOf(U2)].toSorted(),
    );
  });

  it('that others wrote from does not take what they said', async () => {
    await wrote(P1, U1);
    await wrote(P2, U2);
    expect(await wrote(P2, U1)).toEqual(place(P1));
    expect((await list()).map(({ id, unreadCount }) => [id, unreadCount])).toEqual([
      [conversationOf(P1), 2],
      [conversationOf(P2), 1],
    ]);
    expect(await wrote(null, U2)).toEqual(place(P2));
  });

  it('whom nobody has seen has no conversation, and is not linked', async () => {
    expect(await told(P1, null, { type: 'user_changed_number', phone: P2 })).toMatchObject({
      ...place(P1),
      payload: { phone: P2 },
    });
    expect(await list()).toEqual([]);
    expect(await wrote(P2, null)).toEqual(place(P2));
  });

  it('stays where it is in a group', async () => {
    await wrote(P1, U1);
    const conversationId = conversationOf('group:G1');
    expect(await receive(null, U1, { conversationId, payload: { groupId: 'G1' } })).toMatchObject({
      contactId: contactOf(P1),
      conversationId,
    });
  });
});

describe('what contacts tell', () => {
  const contact = (id: string, phone: string | null, userId: string | null): ContactView => ({
    ...{ id, phone, userId, name: 'Asha', email: null, tags: [], customFields: {}, source: 'api' },
    ...{ optedIn: false, optedInAt: null, optedOutAt: null },
    ...{ createdAt: '2026-11-22T10:00:00.000Z', updatedAt: '2026-11-22T10:00:00.000Z' },
  });
  const made = (person: string, phone: string | null, userId: string | null) => ({
    ...{ type: 'contact.created' as const, accountId },
    data: { contactId: contactOf(person), contact: contact(contactOf(person), phone, userId), by: null },
  });
  const changed = (person: string, phone: string | null, userId: string | null, field: string) => ({
    ...{ type: 'contact.updated' as const, accountId },
    data: { ...made(person, phone, userId).data, changed: [field] },
  });
  const here = async () => (await list()).map(({ id, contact: { phone, name } }) => [id, phone, name]);

  it('of a number and a user id holds for what is said from then on, and was said before', async () => {
    await wrote(null, U1);
    await contacts
      .given()
      .when(made(P1, P1, U1))
      .then(here, [[conversationOf(P1), P1, 'Asha']]);
    expect(await wrote(null, U1)).toEqual(place(P1));
    expect(await send(P1)).toMatchObject(place(P1));
  });

  it('of another number holds, also of somebody who was never heard of', async () => {
    await contacts
      .given(made(P1, P1, null))
      .when(changed(P1, P2, null, 'phone'))
      .then(here, []);
    expect(await wrote(P2, null)).toEqual(place(P1));
    await contacts
      .given()
      .when(changed(P1, P3, null, 'phone'))
      .then(here, [[conversationOf(P1), P3, 'Asha']]);
    expect(await wrote(P3, U1)).toEqual(place(P1));
    expect((await list({ search: P3 })).map(({ id }) => id)).toEqual([conversationOf(P1)]);
    expect(await wrote(P2, U2)).toEqual(place(U2));
  });

  it('of another user id holds', async () => {
    await contacts
      .given(made(U1, null, U1))
      .when(changed(U1, null, U2, 'userId'))
      .then(here, []);
    expect(await wrote(null, U2)).toEqual(place(U1));
    expect(await wrote(P1, U2)).toEqual(place(U1));
    await contacts
      .given()
      .when(changed(U1, P1, U2, 'phone'))
      .then(here, [[conversationOf(U1), P1, 'Asha']]);
  });
});
