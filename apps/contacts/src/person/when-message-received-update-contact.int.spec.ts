import { hash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { contactIdOf } from '@wbiz/contracts/conversation';
import { newId } from '@wbiz/contracts/ids';
import type { MessageReceivedData } from '@wbiz/contracts/message';
import { together } from '@wbiz/eventing/postgres/projection';
import { projectionScenario } from '@wbiz/service-testing/projection-scenario';
import { contactsOnPostgres, incompressible, type ContactsOnPostgres } from '../contacts.harness.js';
import { accounts } from './accounts.projection.js';
import { whenMarketingStoppedOptThePersonOut } from './when-marketing-stopped-opt-the-person-out.reactor.js';
import { whenMessageReceivedUpdateContact } from './when-message-received-update-contact.reactor.js';

let system: ContactsOnPostgres;
let people: ReturnType<typeof projectionScenario>;
beforeAll(async () => {
  system = await contactsOnPostgres();
  const projection = together('people', [
    accounts,
    whenMessageReceivedUpdateContact(system.store),
    whenMarketingStoppedOptThePersonOut(system.store),
  ]);
  people = projectionScenario(projection, system);
});
afterAll(() => system.close());

type Told = Pick<MessageReceivedData, 'from'> & Partial<MessageReceivedData>;
const message = (accountId: string, { from, ...told }: Told) => ({
  type: 'message.received' as const,
  accountId,
  data: {
    messageId: newId('msg'),
    wamid: 'wamid.1',
    conversationId: 'cnv_1',
    contactId: contactIdOf(accountId, (from ?? told.userId)!),
    from,
    name: null,
    phoneNumberId: '106',
    kind: 'text',
    body: 'Hi',
    payload: null,
    mediaId: null,
    replyTo: null,
    receivedAt: new Date().toISOString(),
    ...told,
  },
});

it('takes in messages of other people, however long a name is', async () => {
  const [one, other] = [system.account(), system.account()];
  const [phone, person] = [system.newPhone(), system.newPhone()];
  const userId = `IN.${phone.slice(1)}`;
  // Unbounded, the name alone takes 2,702 of an index row's 2,704 bytes, and the phone number comes on top.
  const name = incompressible(389);
  const email = `${hash('sha512', 'a')}@${hash('sha512', 'b').slice(0, 121)}.io`;
  expect(await one.upsert({ userId, name, email })).toMatchObject({ result: 'created' });

  const [merged] = await people
    .given()
    .when(
      message(one.accountId, { from: phone, userId }),
      message(other.accountId, { from: person, name: 'Asha', body: 'STOP' }),
    )
    .then(
      async () => [
        await one.get(contactIdOf(one.accountId, phone)),
        await other.get(contactIdOf(other.accountId, person)),
      ],
      [
        expect.objectContaining({ phone, userId, name, email }),
        expect.objectContaining({ name: 'Asha', optedIn: false, optedOutAt: expect.any(String) }),
      ],
    );
  expect((await one.list({ search: phone })).data).toEqual([merged]);
});

it('goes on for other accounts while one contact cannot be written, and catches up once it can', async () => {
  const [one, other] = [system.account(), system.account()];
  const [phone, person] = [system.newPhone(), system.newPhone()];
  await system.pool.query(
    `create function contacts.refuse() returns trigger language plpgsql as
       'begin if new.account_id = tg_argv[0] then raise exception ''index row too large'' using errcode = ''54000''; end if; return new; end';
     create trigger refuse before insert on contacts.contacts for each row execute function contacts.refuse('${one.accountId}')`,
  );
  const heard = async (of: typeof one, from: string) =>
    (await of.get(contactIdOf(of.accountId, from)))?.optedIn;
  const said = (body: string) => [
    message(one.accountId, { from: phone, body }),
    message(other.accountId, { from: person, body }),
  ];
  await people
    .given(...said('Hi'))
    .when(...(said('STOP') as [ReturnType<typeof message>]))
    .then(async () => [await heard(one, phone), await heard(other, person)], [undefined, false]);
  await system.pool.query('drop trigger refuse on contacts.contacts');
  await people.projector.retry(one.accountId);
  expect(await heard(one, phone)).toBe(false);
});

it('takes only a person’s own words for an opt-in or opt-out', async () => {
  const account = system.account();
  const said = async (told: Partial<MessageReceivedData>, before: object = { optedIn: true }) => {
    const from = system.newPhone();
    await account.upsert({ phone: from, ...before });
    await people
      .given()
      .when(message(account.accountId, { from, ...told }))
      .then(async () => null, null);
    return (await account.get(contactIdOf(account.accountId, from)))!.optedIn;
  };
  expect(await said({ body: 'STOP' })).toBe(false);
  expect(await said({ kind: 'button', body: 'Stop promotions' })).toBe(false);
  expect(await said({ kind: 'contacts', body: 'STOP' })).toBe(true);
  expect(await said({ kind: 'location', body: 'Stop' })).toBe(true);
  expect(await said({ kind: 'interactive', body: 'Stop' })).toBe(true);
  expect(await said({ body: 'STOP', payload: { groupId: 'G1' } })).toBe(true);
  expect(await said({ body: 'START' }, { optedIn: false })).toBe(true);
  expect(await said({ body: 'START' }, {})).toBe(false);
  expect(await said({ kind: 'interactive', body: 'Start' }, { optedIn: false })).toBe(false);
});

it('follows the name of a profile until a request sets one', async () => {
  const account = system.account();
  const from = system.newPhone();
  const id = contactIdOf(account.accountId, from);
  const calledBy = async (name: string) => {
    await people
      .given()
      .when(message(account.accountId, { from, name }))
      .then(async () => null, null);
    return (await account.get(id))!.name;
  };
  expect(await calledBy('Federico')).toBe('Federico');
  expect(await calledBy('Federicoso')).toBe('Federicoso');
  await account.update(id, { name: 'Fede' });
  expect(await calledBy('Federico')).toBe('Fede');
});

it('opts out people to whom Meta delivers no marketing, with a contact or without', async () => {
  const account = system.account();
  const [agreed, stranger] = [system.newPhone(), system.newPhone()];
  await account.upsert({ phone: agreed, optedIn: true });
  const at = new Date(Date.now() + 1_000).toISOString();
  const stopped = (to: string) => ({
    type: 'message.marketing_stopped' as const,
    accountId: account.accountId,
    data: { messageId: newId('msg'), contactId: contactIdOf(account.accountId, to), to, at },
  });
  await people
    .given()
    .when(stopped(agreed), stopped(stranger), stopped('IN.131050'))
    .then(
      async () =>
        Promise.all(
          [agreed, stranger, 'IN.131050'].map((to) => account.optedOut(contactIdOf(account.accountId, to))),
        ),
      [true, true, true],
    );
  const { data } = (await account.history(contactIdOf(account.accountId, agreed)))!;
  expect(data[0]).toMatchObject({ type: 'opted_out', how: 'refused_by_meta', by: null });
});

it('follows a contact to another number or user id, and creates none', async () => {
  const account = system.account();
  const [had, has, stranger] = [system.newPhone(), system.newPhone(), system.newPhone()];
  const told = (from: string, payload: Record<string, unknown>) =>
    message(account.accountId, { from, kind: 'system', body: 'changed', payload });
  const id = contactIdOf(account.accountId, had);
  await account.upsert({ phone: had, name: 'Asha', userId: 'IN.5' });
  await people
    .given()
    .when(
      told(stranger, { type: 'user_changed_number', phone: system.newPhone() }),
      told(had, { type: 'customer_identity_changed', phone: system.newPhone() }),
      told(had, { type: 'user_changed_number', phone: has }),
      told(had, { type: 'user_changed_user_id', userId: 'IN.6', previousUserId: 'IN.5' }),
      message(account.accountId, { from: null, userId: 'IN.6' }),
    )
    .then(
      async () => (await account.everything({})).map((one) => [one.id, one.phone, one.userId]),
      [[id, has, 'IN.6']],
    );
});
