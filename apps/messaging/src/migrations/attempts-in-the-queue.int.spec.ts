import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { StoreUnderTest } from '@wbiz/service-testing/store-under-test';
import { messages } from '../message/message.aggregate.js';
import { sendText } from '../message/message.samples.js';
import { messagingStore } from '../messaging.harness.js';
import { AttemptsInTheQueue1766700000000 } from './0015-attempts-in-the-queue.js';

const AT = '2026-11-22T10:00:00.000Z';
const ATTEMPTED_AT = new Date('2026-11-22T10:00:05.000Z');
let database: StoreUnderTest;
beforeAll(async () => {
  database = await messagingStore();
});
afterAll(() => database.close());

it('brings former states to what their events lead to, and stores when each attempt began', async () => {
  const { pool, store } = database;
  const give = (type: 'message.settle' | 'message.send-again', messageId: string, attempt: number) =>
    store.apply(messages, {
      accountId: 'acc_1',
      type,
      data: { messageId, attempt, outcome: { kind: 'unknown', reason: 'reset' }, at: AT },
    } as never);
  // Per message: its state in the queue and the attempts started.
  const former = [
    ['queued', 0, false],
    ['started', 1, true],
    ['unknown', 1, false],
    ['deferred', 1, false],
    ['started', 2, true],
  ] as const;
  for (const [index, [state, attempt, attemptOpen]] of former.entries()) {
    const messageId = `msg_${index}`;
    const { type, data } = sendText();
    await store.apply(messages, {
      accountId: 'acc_1',
      type,
      data: { ...data, messageId, conversationId: `cnv_${index}` },
    });
    if (index >= 2) await give('message.settle', messageId, 1);
    if (index >= 3) await give('message.send-again', messageId, 1);
    await pool.query('update messaging.dispatch set state = $2, attempt = $3 where message_id = $1', [
      messageId,
      state,
      attempt,
    ]);
    await pool.query(
      `update messaging.messages set state = state - 'deferrals' - 'isUnknown'
         || jsonb_build_object('attempt', $2::int, 'attemptOpen', $3::boolean) where stream = $1`,
      [messageId, attempt, attemptOpen],
    );
    if (attempt > 0)
      await pool.query(
        `insert into messaging.events (id, account_id, stream, version, type, data, created_at)
         values ('evt_' || $1, 'acc_1', $1, 100, 'message.attempted', '{}', $2)`,
        [messageId, ATTEMPTED_AT],
      );
  }
  await pool.query('alter table messaging.dispatch drop column started_at');

  await database.up(AttemptsInTheQueue1766700000000);

  const { rows } = await pool.query<{ id: string; state: unknown; started_at: Date | null }>(
    `select m.stream as id, m.state, d.started_at
     from messaging.messages m join messaging.dispatch d on d.message_id = m.stream order by m.stream`,
  );
  expect(rows.map(({ started_at }) => started_at)).toEqual([
    null,
    ...former.slice(1).map(() => ATTEMPTED_AT),
  ]);
  for (const { id, state } of rows) expect(state).toEqual(await store.replay(messages, id));
  expect(rows).toHaveLength(former.length);
});
