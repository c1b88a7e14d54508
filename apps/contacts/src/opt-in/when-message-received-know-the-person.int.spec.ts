import { hash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { contactIdOf } from '@wbiz/contracts/conversation';
import { newId } from '@wbiz/contracts/ids';
import type { MessageReceivedData } from '@wbiz/contracts/message';
import type { LogEvent } from '@wbiz/eventing/message';
import { together } from '@wbiz/eventing/postgres/projection';
import { Projector } from '@wbiz/eventing/postgres/projector';
import { createLogger } from '@wbiz/service-kit/logging';
import { contactsOnPostgres, incompressible, type ContactsOnPostgres } from '../contacts.harness.js';
import { accounts } from './accounts.projection.js';
import { whenMessageReceivedKnowThePerson } from './when-message-received-know-the-person.reactor.js';

let system: ContactsOnPostgres;
let projector: Projector;
let sequence = 0;
beforeAll(async () => {
  system = await contactsOnPostgres();
  const { pool, store } = system;
  const projection = together('people', [accounts, whenMessageReceivedKnowThePerson(store)]);
  const logger = createLogger({ service: 'test', replica: 'test', level: 'fatal' });
  projector = new Projector({ pool, schema: 'contacts', projection, logger });
});
afterAll(() => system.close());

type Told = Pick<MessageReceivedData, 'from'> & Partial<MessageReceivedData>;
const message = (accountId: string, { from, ...told }: Told): LogEvent<string, MessageReceivedData> => ({
  type: 'message.received',
  source: 'messaging',
  epoch: 1,
  previous: sequence,
  sequence: (sequence += 1),
  id: newId('evt'),
  accountId,
  subject: '',
  time: new Date().toISOString(),
  data: {
    messageId: newId('msg'),
    wamid: 'wamid.1',
    conversationId: 'cnv_1',
    contactId: contactIdOf(accountId, from!),
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

it('takes in what others write, whatever a person is called', async () => {
  const [one, other] = [system.account(), system.account()];
  const [phone, person] = [system.newPhone(), system.newPhone()];
  const userId = `IN.${phone.slice(1)}`;
  // Without a bound: 2,702 bytes of an index row, of the 2,704 that there can be. The number is more.
  const name = incompressible(389);
  const email = `${hash('sha512', 'a')}@${hash('sha512', 'b').slice(0, 121)}.io`;
  expect(await one.upsert({ userId, name, email })).toMatchObject({ result: 'created' });

  await projector.handle(0, [
    message(one.accountId, { from: phone, userId }),
    message(other.accountId, { from: person, name: 'Asha', body: 'STOP' }),
  ]);

  const merged = await one.get(contactIdOf(one.accountId, phone));
  expect(merged).toMatchObject({ phone, userId, name, email });
  expect((await one.list({ search: phone })).data).toEqual([merged]);
  const stopped = await other.get(contactIdOf(other.accountId, person));
  expect(stopped).toMatchObject({ name: 'Asha', optedIn: false, optedOutAt: expect.any(String) });
});
