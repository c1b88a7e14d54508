import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  PHONE,
  simulatorWithReceiver,
  type Json,
  type TestSimulator,
  type WebhookReceiver,
} from '../simulator.harness.js';

let simulator: TestSimulator;
let receiver: WebhookReceiver;

beforeEach(async () => {
  ({ simulator, receiver } = await simulatorWithReceiver({
    behaviour: { statuses: 'none', throughputPerSecond: 100_000 },
  }));
});
afterEach(() => simulator.close());

const OTHER_PHONE = '1060000000000002';
const limitTo = (messagingLimit: string) => simulator.control('POST', '/behaviour', { messagingLimit });
const person = (index: number) => `+91${8_899_330_000 + index}`;
const template = { type: 'template', template: { name: 'hello_world', language: { code: 'en_US' } } };
const write = (index: number, phone = PHONE) => simulator.send({ ...template, to: person(index) }, phone);
const reachFifty = () => Promise.all(Array.from({ length: 50 }, (_, index) => write(index)));
const codeOf = async (answer: ReturnType<typeof write>) => (await answer).body.error?.code as unknown;

describe('with a messaging limit, an account', () => {
  it('reaches as many people and no more, from all its numbers', async () => {
    await limitTo('TIER_50');
    expect((await reachFifty()).every(({ status }) => status === 200)).toBe(true);
    const { status, body } = await write(50, OTHER_PHONE);
    expect(status).toBe(400);
    expect(body.error).toMatchObject({
      code: 131048,
      message: '(#131048) Spam rate limit hit',
      error_data: { details: 'The messaging limit of the account is reached: TIER_50.' },
    });
    expect((await simulator.control('GET', '/messages')).body.total).toBe(50);
  });

  it('writes on to those it reached, and to those who wrote', async () => {
    await limitTo('TIER_50');
    await simulator.openWindow(person(50));
    expect(await codeOf(write(50))).toBeUndefined();
    await reachFifty();
    expect([await codeOf(write(7)), await codeOf(write(50)), await codeOf(write(51))]).toEqual([
      undefined,
      undefined,
      131048,
    ]);
  });

  it('has reached nobody with what was refused', async () => {
    await limitTo('TIER_50');
    await simulator.control('POST', '/behaviour', { faults: [{ kind: 'error', code: 131000, times: 1 }] });
    expect(await codeOf(write(50))).toBe(131000);
    expect(await codeOf(simulator.sendTemplate('unknown', [], { to: person(51) }))).toBe(132001);
    expect((await reachFifty()).every(({ status }) => status === 200)).toBe(true);
  });

  it('shares it with no other', async () => {
    await limitTo('TIER_50');
    await reachFifty();
    const { body } = await simulator.control('POST', '/wabas', { phoneNumbers: 1, token: 'simulator-limit' });
    const message = { messaging_product: 'whatsapp', to: person(50), ...template };
    const path = `/${body.phoneNumbers[0].id}/messages`;
    expect((await simulator.graph('POST', path, message, 'simulator-limit')).status).toBe(200);
  });

  it('begins anew with a reset', async () => {
    await limitTo('TIER_50');
    await reachFifty();
    await simulator.control('POST', '/reset');
    await limitTo('TIER_50');
    expect(await codeOf(write(50))).toBeUndefined();
  });
});

describe('a change of the messaging limit', () => {
  const updates = () =>
    receiver.values().filter((value: Json) => 'max_daily_conversations_per_business' in value);
  const update = (digits: string, event: string, tier: string) => ({
    display_phone_number: digits,
    event,
    max_daily_conversations_per_business: tier,
  });

  it('shows at the numbers and is told of each, once', async () => {
    await limitTo('TIER_2K');
    await limitTo('TIER_2K');
    await limitTo('TIER_10K');
    const { body } = await simulator.graph('GET', `/${PHONE}?fields=messaging_limit_tier`);
    expect(body.messaging_limit_tier).toBe('TIER_10K');
    const told = [
      update('918000000001', 'DOWNGRADE', 'TIER_2K'),
      update('918000000002', 'DOWNGRADE', 'TIER_2K'),
      update('918000000001', 'UPGRADE', 'TIER_10K'),
      update('918000000002', 'UPGRADE', 'TIER_10K'),
    ];
    await receiver.until(() => updates().length >= told.length);
    expect(updates()).toHaveLength(told.length);
    expect(updates()).toEqual(expect.arrayContaining(told));
  });

  it('is told of when a reset takes it back', async () => {
    await limitTo('TIER_250');
    await simulator.control('POST', '/reset');
    await receiver.until(() =>
      updates().some((value: Json) => value.max_daily_conversations_per_business === 'TIER_UNLIMITED'),
    );
  });
});
