import { contactIdOf } from '@wbiz/contracts/conversation';
import { isPhone, personKey } from '@wbiz/contracts/text/phone';
import { searchTextOf } from '@wbiz/contracts/text/search-text';

/** The search text of a conversation: the person's number or user id, and the name on WhatsApp. */
export function conversationText({ person, name }: { person: string; name: string | null }): string {
  // A user id is passed as the email: a long name does not shorten the email's share of the text.
  return searchTextOf(isPhone(person) ? { name, phone: person } : { name, email: person });
}

type Contact = { readonly id: string; readonly name: string | null; readonly phone: string | null };
/**
 * The search text that a contact adds to its conversations: the contact's name, and its number unless the conversations
 * hold the number in the same spelling. Null: nothing to add.
 */
export function contactText(accountId: string, { id, name, phone }: Contact): string | null {
  const isTheirs = phone !== null && personKey(phone) === phone && contactIdOf(accountId, phone) === id;
  const spelled = isTheirs ? null : phone;
  return name === null && spelled === null ? null : searchTextOf({ name, phone: spelled });
}
