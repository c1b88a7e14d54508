import { contactIdOf } from '@wbiz/contracts/conversation';
import { isPhone, personKey } from '@wbiz/contracts/phone';
import { searchTextOf } from '@wbiz/contracts/search-text';

/** What a conversation is found by: the number of the person, or its user id, and the name on WhatsApp. */
export function conversationText({ person, name }: { person: string; name: string | null }): string {
  return isPhone(person) ? searchTextOf({ name, phone: person }) : searchTextOf({ name, email: person }); // a part of its own, which no name crowds out
}

type Contact = { readonly id: string; readonly name: string | null; readonly phone: string | null };
/** What the conversations of a contact are found by besides: its name, and its number where they may have another, or another spelling. */
export function contactText(accountId: string, { id, name, phone }: Contact): string | null {
  const isTheirs = phone !== null && personKey(phone) === phone && contactIdOf(accountId, phone) === id;
  const spelled = isTheirs ? null : phone;
  return name === null && spelled === null ? null : searchTextOf({ name, phone: spelled });
}
