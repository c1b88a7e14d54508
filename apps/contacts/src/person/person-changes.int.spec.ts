import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { contactIdOf } from '@wbiz/contracts/conversation';
import { newId } from '@wbiz/contracts/ids';
import { META_CHANGE, type MetaChange } from '@wbiz/contracts/meta/inbound';
import type { Peers } from '@wbiz/service-kit/peers';
import { contactsOnPostgres, type ContactsOnPostgres } from '../contacts.harness.js';
import { PersonChangesConsumer } from './person-changes.consumer.js';

let system: ContactsOnPostgres;
beforeAll(async () => {
  system = await contactsOnPostgres();
});
afterAll(() => system.close());

/** An account, and ways to post webhooks about its people. */
function setUp() {
  const account = system.account();
  const peers: Pick<Peers, 'ask'> = { ask: async () => ({ accountId: account.accountId }) as never };
  const consumer = new PersonChangesConsumer(system.pool, system.store, peers);
  const tell = (field: string, items: unknown) => {
    const at = new Date().toISOString();
    const data: MetaChange = { wabaId: '1', receivedAt: at, at, field, value: { [field]: items } };
    return consumer.change({ id: newId('cmd'), accountId: '', type: META_CHANGE, data });
  };
  const people = async () =>
    (await account.everything({})).map(({ id, phone, userId }) => [id, phone, userId]);
  return { account, tell, people };
}
const userIdUpdate = (previous: unknown, current: unknown, wa_id?: unknown) => ({
  ...(wa_id === undefined ? {} : { wa_id }),
  detail: 'User id for Asha has been updated.',
  user_id: { previous, current },
  timestamp: '1700000003',
});

it('lets a contact follow to another user id, found by either', async () => {
  const { account, tell, people } = setUp();
  const phone = system.newPhone();
  const { id } = await account.upsert({ phone, userId: 'IN.1' });
  await tell('user_id_update', [userIdUpdate('IN.1', 'IN.2'), userIdUpdate('IN.2', 'IN.2')]);
  expect(await people()).toEqual([[id, phone, 'IN.2']]);
  for (const userId of ['IN.1', 'IN.2'])
    expect((await account.upsert({ userId })).reply).toMatchObject({ ok: true, data: { id } });
});

it('finds the person by the number too, and does not store that number', async () => {
  const { account, tell, people } = setUp();
  const [phone, userId] = [system.newPhone(), 'IN.9'];
  const byNumber = await account.upsert({ phone });
  const byUserId = await account.upsert({ userId });
  await tell('user_id_update', [
    userIdUpdate('IN.7', 'IN.8', phone.slice(1)),
    userIdUpdate(userId, 'IN.10', system.newPhone().slice(1)),
  ]);
  expect(await people()).toEqual([
    [byUserId.id, null, 'IN.10'],
    [byNumber.id, phone, 'IN.8'],
  ]);
});

it('creates no contact, and takes nothing else for a change', async () => {
  const { tell, people } = setUp();
  await tell('user_id_update', [
    userIdUpdate('IN.1', 'IN.2'),
    userIdUpdate('IN.1', null),
    userIdUpdate(undefined, 'IN.2'),
    { user_id: 'IN.2' },
  ]);
  await tell('user_id_update', 'IN.2');
  await tell('account_update', [userIdUpdate('IN.1', 'IN.2')]);
  expect(await people()).toEqual([]);
});

it('opts out the person that Meta names, by number or user id', async () => {
  const { account, tell } = setUp();
  const phone = system.newPhone();
  await account.upsert({ phone, userId: 'IN.3', optedIn: true });
  const stop = { category: 'marketing_messages', value: 'stop', timestamp: Date.now() / 1_000 + 1 };
  await tell('user_preferences', [{ ...stop, user_id: 'IN.3' }]);
  expect(await account.everything({})).toMatchObject([{ phone, userId: 'IN.3', optedIn: false }]);
  expect(await account.optedOut(contactIdOf(account.accountId, 'IN.3'))).toBe(true);
});
