import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Rejection } from '@wbiz/eventing/rejection';
import { PeerFault, RpcClient } from '@wbiz/eventing/rpc/rpc-client';
import { NOBODY, peersAnswering, standIn, type Answers } from './peers.js';

const answers = {
  'account.find': async ({ wabaId }) => (wabaId === '1' ? { accountId: 'acc_1' } : null),
  'contact.opted-out': async () => {
    throw new Rejection('not_found', 'There is no such contact.');
  },
} satisfies Answers;

const trust = { secret: randomBytes(32) };
let peers: Awaited<ReturnType<typeof standIn>>;
let rpc: RpcClient;
beforeAll(async () => {
  peers = await standIn(answers, trust, () => undefined);
  rpc = new RpcClient(peers.addressOf('gateway'), trust);
});
afterAll(async () => {
  rpc.close();
  await peers.close();
});

it('stands in for the owners of the queries, and for nobody else', () => {
  expect(peers.addressOf('contacts')).toBe(peers.address);
  expect(peers.addressOf('messaging')).toBe(NOBODY);
});

it('answers as the catalogue says, and counts what it is asked', async () => {
  expect(await rpc.request('account.find', { wabaId: '1' })).toEqual({ accountId: 'acc_1' });
  expect(await rpc.request('account.find', { wabaId: '2' })).toBeNull();
  const refused = rpc.request('contact.opted-out', { accountId: 'acc_1', contactId: 'cnt_1' });
  await expect(refused).rejects.toMatchObject({ code: 'not_found' });
  await expect(rpc.request('tag.list', {})).rejects.toThrow(PeerFault);
  expect([peers.asked('account.find'), peers.asked('contact.opted-out'), peers.asked('tag.list')]).toEqual([
    2, 1, 0,
  ]);
});

it('answers in memory from the same table', async () => {
  const { ask } = peersAnswering(answers);
  expect(await ask('account.find', { wabaId: '1' })).toEqual({ accountId: 'acc_1' });
  await expect(ask('contact.get', { accountId: 'acc_1', id: 'cnt_1' })).rejects.toThrow('contact.get');
});

it('refuses unknown queries and answers that do not fit (types)', () => {
  // @ts-expect-error no such query
  expect(peersAnswering({ 'account.seek': async () => null })).toBeDefined();
  // @ts-expect-error an account has an id
  expect(peersAnswering({ 'account.find': async () => ({ id: 'acc_1' }) })).toBeDefined();
});
