import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
import { messages } from '../message/message.aggregate.js';
import { afterRestore } from './after-restore.js';
import { dispatchSystem, PHONE, type DispatchSystem } from './dispatch.harness.js';

let system: DispatchSystem;
beforeAll(async () => {
  system = await dispatchSystem();
});
beforeEach(() => system.reset());
afterEach(() => system.stopAll());
afterAll(() => system.close());

const session = { query: (text: string) => system.pool.query(text) } as never;
/** Makes the database look restored: not compared with the event log since Postgres started. */
const restored = () =>
  system.pool.query(`update messaging.dispatch_guard set compared_with = now() - interval '1 day'`);
/** Resolves when the dispatcher holds the number's lease and has read the number's queue. */
const looked = () =>
  until(async () => (await system.pool.query('select from messaging.dispatch_leases')).rowCount === 1);

it('nothing goes to Meta until Postgres was compared with the log; then all does', async () => {
  await restored();
  const before = await system.accept('7001');
  const dispatcher = system.dispatcher('r1');
  await looked();
  const after = await system.accept('7002');
  dispatcher.look();
  await until(async () => (await system.left("state = 'queued'")) === 2);
  expect(await system.arrived()).toEqual([]);
  await afterRestore.done(session);
  await until(async () => (await system.left()) === 0);
  expect((await system.arrived()).sort()).toEqual([before, after].sort());
});

it('what was queued in a database that has lost commits is not sent again: its outcome is unknown until Meta tells', async () => {
  await restored();
  const [first, second] = [await system.accept('7003'), await system.accept('7004')];
  system.dispatcher('r1');
  await looked();
  for (const tell of [afterRestore.lost, afterRestore.lost, afterRestore.done]) await tell(session);
  const statusOf = async (id: string) => (await system.stateOf(id)).status;
  await until(async () => (await statusOf(first)) === 'outcome_unknown');
  await until(async () => (await statusOf(second)) === 'outcome_unknown');
  await system.store.apply(messages, {
    accountId: 'acc_1',
    type: 'message.note-status',
    data: {
      ...{ messageId: first, wamid: 'wamid.before', phoneNumberId: PHONE },
      ...{ status: 'delivered', error: null, at: new Date().toISOString() },
    },
  });
  expect(await statusOf(first)).toBe('delivered');
  const next = await system.accept('7005');
  await until(async () => (await system.arrived()).includes(next));
  expect(await system.arrived()).toEqual([next]);
});
