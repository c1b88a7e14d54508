import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createCloudApi, type CloudApi } from '@wbiz/cloud-api/cloud-api';
import { newId } from '@wbiz/contracts/ids';
import type { MessageView } from '@wbiz/contracts/message';
import type { Reply } from '@wbiz/eventing/message';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import { quiet } from '@wbiz/service-testing/quiet';
import type { StoreUnderTest } from '@wbiz/service-testing/store-under-test';
import { startSimulator } from '@wbiz/simulator/simulator';
import { until } from '@wbiz/testing/stack';
import type pg from 'pg';
import { Credentials } from '../account/credentials.js';
import { messages } from '../message/message.aggregate.js';
import { receiveAny } from '../message/message.samples.js';
import { messagingStore } from '../messaging.harness.js';
import { markReadAtMeta } from './mark-read-at-meta.js';
import { ReadReceipts, type Read } from './read-receipt.worker.js';

const PHONE = '1060000000000001';
const PERSON = '918899332211';

let database: StoreUnderTest;
let simulator: Awaited<ReturnType<typeof startSimulator>>;
let api: CloudApi;
let pool: pg.Pool;
let store: EventStore;
let tokens: string[];
const told: { address: string; reply: Reply }[] = [];
const running: ReadReceipts[] = [];

beforeAll(async () => {
  [database, simulator] = await Promise.all([messagingStore(), startSimulator()]);
  ({ pool, store } = database);
  api = createCloudApi({ baseUrl: simulator.url, timeoutMs: 2000 });
});
afterAll(async () => {
  await api.close();
  await simulator.close();
  await database.close();
});
beforeEach(() => {
  tokens = ['simulator-token'];
  told.length = 0;
});
afterEach(() => Promise.all(running.splice(0).map((one) => one.work.stop())));

const credentials = () =>
  new Credentials(
    () =>
      Promise.resolve({
        wabaId: '1',
        sealedToken: tokens.length > 1 ? tokens.shift()! : tokens[0]!,
        appId: '2',
      }),
    (sealed) => sealed,
  );
function receipts(markRead: (read: Read) => Promise<void> = markReadAtMeta(api, credentials())) {
  const made = new ReadReceipts({
    pool,
    store,
    markRead,
    replies: { reply: (address, { reply }) => void told.push({ address, reply }) },
    logger: quiet,
  });
  made.work.start();
  running.push(made);
  return made;
}

/** Receives a message that the simulator also knows. */
async function writeIn(conversationId: string): Promise<string> {
  const answer = await fetch(`${simulator.url}/_control/inbound`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ from: PERSON, message: { type: 'text', text: { body: 'Hello' } } }),
  });
  const { wamid } = (await answer.json()) as { wamid: string };
  return receive(wamid, conversationId);
}
async function receive(wamid: string, conversationId = 'cnv_x'): Promise<string> {
  const messageId = newId('msg');
  const receivedAt = new Date().toISOString();
  await store.apply(
    messages,
    receiveAny({ messageId, wamid, conversationId, phoneNumberId: PHONE, receivedAt }),
  );
  return messageId;
}
const markRead = async (messageId: string, typing = false, accountId = 'acc_1') => {
  const awaiting = { address: 'gateway:1', commandId: 'cmd_1' };
  const data = { messageId, typing, at: new Date().toISOString(), awaiting };
  const reply = await store.execute(messages, {
    id: newId('cmd'),
    accountId,
    type: 'message.mark-read',
    data,
  });
  return reply!;
};
const answered = async () => {
  await until(() => told.length > 0);
  return told[0]!.reply;
};
const open = async () => (await pool.query('select from messaging.reads')).rowCount;
const unread = async (conversationId: string) =>
  (
    await pool.query<{ unread_count: number }>(
      'select unread_count from messaging.conversations where stream = $1',
      [conversationId],
    )
  ).rows[0]!.unread_count;

describe('a message that was received', () => {
  it('is marked read with Meta, and its conversation up to it', async () => {
    const ids = [await writeIn('cnv_1'), await writeIn('cnv_1'), await writeIn('cnv_1')];
    expect(await unread('cnv_1')).toBe(3);
    expect(await markRead(ids[1]!)).toMatchObject({ ok: true, data: { pending: true } });
    receipts();
    expect(await answered()).toMatchObject({ ok: true, data: { id: ids[1], status: 'read' } });
    expect(told[0]!.address).toBe('gateway:1');
    expect([await unread('cnv_1'), await open()]).toEqual([1, 0]);
    expect(await markRead(ids[0]!)).toMatchObject({ ok: true, data: { pending: true } });
    await until(async () => (await open()) === 0);
    expect(await unread('cnv_1')).toBe(1);
    expect(await markRead(ids[0]!)).toMatchObject({ ok: true, data: { pending: false } });
  });

  it('is told with the typing indicator every time', async () => {
    const typed: boolean[] = [];
    const id = await receive('wamid.T', 'cnv_t');
    const worker = receipts(({ typing }) => Promise.resolve(void typed.push(typing)));
    for (const typing of [false, true, true]) {
      await markRead(id, typing);
      worker.work.wake();
      await until(async () => (await open()) === 0);
    }
    expect(typed).toEqual([false, true, true]);
  });

  it("is not there for another account's key", async () => {
    const id = await receive('wamid.O', 'cnv_o');
    expect(await markRead(id, false, 'acc_2')).toMatchObject({ ok: false, error: { code: 'not_found' } });
  });
});

it("replies with Meta's final refusal, and does not try again", async () => {
  await markRead(await receive('wamid.nonsense'));
  receipts();
  const reply = await answered();
  expect(reply).toMatchObject({ ok: false, error: { code: 'rejected_by_meta', details: { metaCode: 100 } } });
  expect(await open()).toBe(0);
});

it('is sent again after a broken call, and with a fresh token after an old one was refused', async () => {
  const id = await writeIn('cnv_2');
  await markRead(id);
  tokens = ['simulator-old-token', 'simulator-token'];
  const mark = markReadAtMeta(api, credentials());
  let calls = 0;
  receipts((read) => ((calls += 1) === 1 ? Promise.reject(new Error('reset')) : mark(read)));
  const reply = (await answered()) as Reply<MessageView>;
  expect(reply.ok && reply.data.status).toBe('read');
  expect(calls).toBe(2);
});

it('is sent by another replica if the one that claimed it is lost', async () => {
  const id = await writeIn('cnv_3');
  await markRead(id);
  // Claimed by a process that died; its claim has expired.
  await pool.query(`update messaging.reads set attempt = 1, not_before = now() - interval '1 second'`);
  receipts();
  expect(await answered()).toMatchObject({ ok: true, data: { id, status: 'read' } });
});

it('keeps a request that comes while an earlier one is being sent', async () => {
  const id = await receive('wamid.K', 'cnv_k');
  await markRead(id);
  const calls: (() => void)[] = [];
  const worker = receipts(() => new Promise<void>((resolve) => calls.push(resolve)));
  await until(() => calls.length === 1);
  await markRead(id, true);
  worker.work.wake();
  await until(() => calls.length === 2);
  calls[0]!();
  await answered();
  expect(await open()).toBe(1);
  calls[1]!();
  await until(async () => (await open()) === 0);
  expect(told).toHaveLength(2);
});
