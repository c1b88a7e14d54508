import type { ContactView, CreateContact, UpdateContact, UpsertContactData } from '@wbiz/contracts/contact';
import { contactIdOf } from '@wbiz/contracts/conversation';
import type { Call } from '../access/call.js';
import type { Commands } from '../commands/commands.js';

/** Creates a contact (201), or merges into the stored one (200). */
export async function createContact(
  commands: Pick<Commands, 'execute'>,
  body: CreateContact,
  call: Call,
): Promise<ContactView> {
  const data = upsertOf(body, { source: 'api' }, call);
  const { created, contact } = await commands.execute(call, 'contact.upsert', data);
  call.reply.code(created ? 201 : 200);
  return contact!;
}

/** Changes a contact; repeating is harmless. */
export const updateContact = (
  commands: Pick<Commands, 'execute'>,
  contactId: string,
  change: UpdateContact,
  call: Call,
): Promise<ContactView> =>
  commands.execute(call, 'contact.update', {
    ...change,
    contactId,
    at: new Date().toISOString(),
    by: authorOf(call),
  });

/** The upsert for one contact of a request. Its id derives from the phone number, else from the user id. */
export function upsertOf(
  { phone, userId, ...given }: CreateContact,
  origin: Pick<UpsertContactData, 'source' | 'optedInByDefault'>,
  call: Call,
): UpsertContactData {
  return {
    ...given,
    ...origin,
    contactId: contactIdOf(call.account.id, (phone ?? userId)!),
    phone: phone ?? null,
    userId: userId ?? null,
    at: new Date().toISOString(),
    by: authorOf(call),
  };
}

/** A key of the console stands in no list: its id would say nothing. */
const authorOf = ({ key }: Call) => (key.ofConsole ? 'console' : key.id);
