import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  PHONE,
  simulatorWithReceiver,
  type Json,
  type TestSimulator,
  type WebhookReceiver,
} from '../simulator.harness.js';

let simulator: TestSimulator;
let receiver: WebhookReceiver;

beforeAll(async () => {
  ({ simulator, receiver } = await simulatorWithReceiver());
});
afterAll(() => simulator.close());
afterEach(() => simulator.control('POST', '/reset'));

const wamidOf = ({ body }: { body: Json }) => body.messages[0].id as string;

const write = async (call: object): Promise<Json> => {
  const { body } = await simulator.control('POST', '/inbound', {
    message: { type: 'text', text: { body: 'hi' } },
    ...call,
  });
  return receiver.until(() => receiver.values().find(({ messages }) => messages?.[0].id === body.wamid));
};

/** Resolves to the `value` of the webhook's change that holds this status of the message. */
const told = (wamid: string, status: string): Promise<Json> =>
  receiver.until(() =>
    receiver.values().find(({ statuses }) => statuses?.[0].id === wamid && statuses[0].status === status),
  );

describe('user ids in messages webhooks', () => {
  it.each([
    ['918899337001', 'IN'],
    ['15550007001', 'US'],
    ['351912007001', 'PT'],
  ])('stand in what %s sends and gets, the same every time, of %s', async (from, country) => {
    const received = await write({ from, name: 'Asha', username: 'asha.p' });
    const userId = received.contacts[0].user_id as string;
    expect(userId).toMatch(new RegExp(`^${country}\\.\\d{20}$`));
    expect(received.messages[0]).toMatchObject({ from, from_user_id: userId });
    const wamid = wamidOf(await simulator.sendText('hello', { to: from }));
    const profile = { name: 'Asha', username: 'asha.p' };
    for (const [status, shown] of [
      ['sent', { name: 'Asha' }],
      ['delivered', profile],
      ['read', profile],
    ] as const) {
      const { contacts, statuses } = await told(wamid, status);
      expect(contacts).toEqual([{ profile: shown, wa_id: from, user_id: userId }]);
      expect(statuses[0]).toMatchObject({ recipient_id: from, recipient_user_id: userId });
    }
    expect((await write({ from })).contacts[0].user_id).toBe(userId);
  });

  it('come without contacts where a message failed', async () => {
    const wamid = wamidOf(await simulator.sendText('hello', { to: '+919999131026' }));
    const value = await told(wamid, 'failed');
    expect(value).not.toHaveProperty('contacts');
    expect(value.statuses[0].recipient_user_id).toMatch(/^IN\.\d{20}$/);
  });

  it('lead to the same person as the number', async () => {
    const from = '918899337002';
    const { user_id: userId } = (await write({ from, userId: 'IN.77' })).contacts[0];
    expect(userId).toBe('IN.77');
    expect((await write({ from })).messages[0].from_user_id).toBe('IN.77');
    const byNumber = wamidOf(await simulator.sendText('hello', { to: from }));
    expect((await told(byNumber, 'read')).statuses[0].recipient_user_id).toBe('IN.77');
    const byId = wamidOf(await simulator.sendText('hello', { to: undefined, recipient: 'IN.77' }));
    const { contacts, statuses } = await told(byId, 'read');
    expect(contacts).toEqual([{ profile: { name: 'Simulated person' }, wa_id: from, user_id: 'IN.77' }]);
    expect(statuses[0]).toMatchObject({ recipient_id: from, recipient_user_id: 'IN.77' });
  });

  it('of a number that the business blocked is blocked as well', async () => {
    const from = '918899337003';
    const { user_id: recipient } = (await write({ from })).contacts[0];
    const block = (method: string) =>
      simulator.graph(method, `/${PHONE}/block_users`, {
        messaging_product: 'whatsapp',
        block_users: [{ user: from }],
      });
    await block('POST');
    const { body } = await simulator.sendText('hello', { to: undefined, recipient });
    await block('DELETE');
    expect(body.error.code).toBe(130403);
  });

  it('differ from one account to another', async () => {
    const { body } = await simulator.control('POST', '/wabas', { token: 'simulator-token' });
    const from = '918899337004';
    const here = await write({ from });
    const there = await write({ from, phoneNumberId: body.phoneNumbers[0].id });
    expect(there.contacts[0].user_id).not.toBe(here.contacts[0].user_id);
  });

  it('are those that are given only, with userIds "given"', async () => {
    expect((await simulator.control('GET', '/behaviour')).body).toMatchObject({ userIds: 'all', batch: 1 });
    await simulator.control('POST', '/behaviour', { userIds: 'given' });
    const from = '918899337005';
    const { contacts, messages } = await write({ from });
    expect(contacts).toEqual([{ profile: { name: 'Simulated person' }, wa_id: from }]);
    expect(messages[0]).not.toHaveProperty('from_user_id');
    const wamid = wamidOf(await simulator.sendText('hello', { to: from }));
    const value = await told(wamid, 'read');
    expect(value).not.toHaveProperty('contacts');
    expect(value.statuses[0]).not.toHaveProperty('recipient_user_id');
    await write({ from: 'IN.78' });
    const byId = wamidOf(await simulator.sendText('hello', { to: undefined, recipient: 'IN.78' }));
    expect((await told(byId, 'read')).contacts).toEqual([{ user_id: 'IN.78' }]);
  });

  it('may be all or those given, nothing else', async () => {
    const { status, body } = await simulator.control('POST', '/behaviour', { userIds: 'none' });
    expect([status, body.error.message]).toEqual([400, 'userIds must be "all" or "given".']);
  });
});

it('a webhook holds one change by default', async () => {
  const before = receiver.received.length;
  await simulator.control('POST', '/behaviour', { statusDelayMs: [0, 0], statuses: ['sent'] });
  const wamids = (await Promise.all(Array.from({ length: 12 }, () => simulator.sendTemplate()))).map(wamidOf);
  await receiver.until(() => wamids.every((wamid) => receiver.statuses(wamid).length === 1));
  const sizes = receiver.received
    .slice(before)
    .map(({ body }) => body.entry[0].changes.flatMap(({ value }: Json) => value.statuses).length as number);
  expect(Math.max(...sizes)).toBe(1);
});
