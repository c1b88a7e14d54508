import type {
  ContactView,
  CreateContact,
  UpdateContact,
  UpdateContactData,
  UpsertContactData,
  UpsertedContact,
} from '@wbiz/contracts/contact';
import { contactIdOf } from '@wbiz/contracts/conversation';
import type { Peers } from '@wbiz/service-kit/peers';
import type { Call } from '../access/call.js';
import type { Commands, Order } from '../commands/commands.js';
import { found } from '../found.js';

type Asks = Pick<Peers, 'ask'>;

/** Creates a contact (201), or merges what is given into the one on file (200). */
export async function createContact(
  commands: Pick<Commands, 'execute'>,
  peers: Asks,
  body: CreateContact,
  call: Call,
): Promise<ContactView> {
  const { data } = await commands.execute<UpsertedContact>(call, 'contacts', () =>
    upsertOf(body, { source: 'api' }, call),
  );
  call.reply.code(data.created ? 201 : 200);
  return contactOf(peers, data.id, call);
}

/** Changes a contact; asking again does no harm. */
export async function updateContact(
  commands: Pick<Commands, 'execute'>,
  peers: Asks,
  contactId: string,
  change: UpdateContact,
  call: Call,
): Promise<ContactView> {
  await commands.execute<UpsertedContact>(call, 'contacts', () => {
    const data: UpdateContactData = {
      ...change,
      contactId,
      at: new Date().toISOString(),
      by: call.key.id,
    };
    return { type: 'contact.update', key: contactId, data };
  });
  return contactOf(peers, contactId, call);
}

/** The command for one contact of a request; who it is derives from the phone number, wherever there is one. */
export function upsertOf(
  { phone, userId, ...given }: CreateContact,
  origin: Pick<UpsertContactData, 'source' | 'optedInByDefault'>,
  { account, key }: Call,
): Order {
  const contactId = contactIdOf(account.id, (phone ?? userId)!);
  const data: UpsertContactData = {
    ...given,
    ...origin,
    contactId,
    phone: phone ?? null,
    userId: userId ?? null,
    at: new Date().toISOString(),
    by: key.id,
  };
  return { type: 'contact.upsert', key: contactId, data };
}

const contactOf = (peers: Asks, id: string, { account }: Call) =>
  found(`contact ${id}`, peers.ask('contacts', 'contact.get', { accountId: account.id, id }));
