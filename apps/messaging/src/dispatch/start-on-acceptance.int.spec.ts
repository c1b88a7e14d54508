import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { SendOutcome } from '@wbiz/cloud-api/send-outcome';
import { newId } from '@wbiz/contracts/ids';
import { until } from '@wbiz/testing/stack';
import type { PoolClient } from 'pg';
import { messages } from '../message/message.aggregate.js';
import { sendText } from '../message/message.samples.js';
import { dispatchSystem, PHONE, type DispatchSystem } from './dispatch.harness.js';
import { OPENING_LOCK } from './dispatch.projection.js';

let system: DispatchSystem;
let calls: { id: string; answer: (outcome: SendOutcome) => void }[];
beforeAll(async () => {
  system = await dispatchSystem();
});
beforeEach(async () => {
  await system.reset();
  calls = [];
});
afterEach(async () => {
  for (const { answer } of calls) answer({ kind: 'unknown', reason: 'the test is over' });
  await system.stopAll();
});
afterAll(() => system.close());

const accept = (person: string) => system.accept(person);
const taken = (id: string): SendOutcome => ({ kind: 'accepted', wamid: `wamid.${id}` });
const callOf = (id: string) => until(() => calls.find((call) => call.id === id));

/** A dispatcher that holds the number's lease and has read the queue; the test answers the dispatcher's calls. */
async function holding(replica = 'r1') {
  const dispatcher = system.dispatcher(replica, {
    send: ({ id }) => new Promise((answer) => calls.push({ id, answer })),
  });
  const first = await accept(newId('msg').slice(-7));
  (await callOf(first)).answer(taken(first));
  await until(async () => (await system.left()) === 0);
  return dispatcher;
}
/** Whether the queue row was last written by the transaction that accepted the message. */
const isOneWith = async (id: string) => {
  const { rows } = await system.pool.query<{ one: boolean }>(
    'select d.xmin = m.xmin as one from messaging.dispatch d join messaging.messages m on m.stream = d.message_id where m.stream = $1',
    [id],
  );
  return rows[0]!.one;
};
const queued = async (id: string) => (await system.left(`message_id = '${id}' and state = 'queued'`)) === 1;

/** In an open transaction, accepts a message as if another holder of the number's lease had started its send. */
async function begunElsewhere(tx: PoolClient, person: string, fence: string) {
  const messageId = newId('msg');
  const places = {
    messageId,
    conversationId: `cnv_${person}`,
    contactId: `cnt_${person}`,
    phoneNumberId: PHONE,
  };
  const send = sendText({ windowExpiresAt: null, firstDayUntil: null }, { to: `+1415555${person}` });
  const data = { ...send.data, ...places, at: new Date().toISOString() };
  await tx.query('begin');
  await system.store.applyIn(tx, messages, [{ ...send, accountId: 'acc_1', data }]);
  await tx.query(`select pg_advisory_xact_lock_shared(${OPENING_LOCK('$1')})`, [PHONE]);
  await tx.query(
    `update messaging.dispatch set state = 'started', attempt = 1, started_at = now(), fence =
       (select fence ${fence} from messaging.dispatch_leases where phone_number_id = $2) where message_id = $1`,
    [messageId, PHONE],
  );
  return messageId;
}

it('a send begins in the transaction that accepts it; its outcome is settled', async () => {
  await holding();
  const id = await accept('5001');
  expect(await isOneWith(id)).toBe(true);
  expect(await system.left(`message_id = '${id}' and state = 'started' and attempt = 1`)).toBe(1);
  (await callOf(id)).answer(taken(id));
  await until(async () => (await system.stateOf(id)).wamid !== null);
  expect(await system.left()).toBe(0);
  expect(calls.filter((call) => call.id === id)).toHaveLength(1);
});

it('the next one to the same person waits in the queue until it is answered', async () => {
  await holding();
  const [first, second, other] = [await accept('5002'), await accept('5002'), await accept('5003')];
  await callOf(first);
  expect(await queued(second)).toBe(true);
  await callOf(other);
  expect(calls.map(({ id }) => id)).not.toContain(second);
  (await callOf(first)).answer(taken(first));
  (await callOf(second)).answer(taken(second));
  await until(async () => (await system.stateOf(second)).wamid !== null);
});

it('one whose person has a deferred send before it waits in the queue', async () => {
  await holding();
  const first = await accept('5004');
  (await callOf(first)).answer({ kind: 'not_sent', reason: 'busy' });
  await until(async () => (await system.left(`message_id = '${first}' and state = 'deferred'`)) === 1);
  const second = await accept('5004');
  expect(await queued(second)).toBe(true);
});

it('one of a number that another replica has taken over meanwhile waits in the queue', async () => {
  await holding();
  await system.pool.query('update messaging.dispatch_leases set fence = fence + 1');
  const id = await accept('5005');
  expect(calls.map((call) => call.id)).not.toContain(id);
  expect(await system.left(`message_id = '${id}' and state <> 'started'`)).toBe(1);
});

it('the outcome of one whose commit succeeded without an answer is unknown', async () => {
  const dispatcher = await holding();
  const tx = await system.pool.connect();
  const id = await begunElsewhere(tx, '5006', '');
  const [slot] = dispatcher.take([
    { id, conversationId: 'cnv_5006', phoneNumberId: PHONE, campaignId: null } as never,
  ]);
  slot!.end(undefined);
  await until(async () => {
    const { rows } = await system.pool.query(
      `select from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())`,
    );
    return rows.length > 0;
  });
  await tx.query('commit');
  tx.release();
  await until(async () => (await system.stateOf(id)).status === 'outcome_unknown');
  expect(calls.map((call) => call.id)).not.toContain(id);
});

it('so is the outcome of one that an earlier holder started as it lost the number', async () => {
  await holding();
  const tx = await system.pool.connect();
  const id = await begunElsewhere(tx, '5007', '- 1');
  await tx.query('commit');
  tx.release();
  await until(async () => (await system.stateOf(id)).status === 'outcome_unknown');
  expect(calls.map((call) => call.id)).not.toContain(id);
});
