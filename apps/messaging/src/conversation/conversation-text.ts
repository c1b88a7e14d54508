import { personKey } from '@wbiz/contracts/phone';
import { searchTextOf } from '@wbiz/contracts/search-text';

/** What a conversation is found by: the number of the person, or its user id, and the name on WhatsApp. */
export function conversationText({ person, name }: { person: string; name: string | null }): string {
  return person.startsWith('+')
    ? searchTextOf({ name, phone: person })
    : searchTextOf({ name, email: person }); // a part of its own, which no name crowds out
}

/** What the conversations of a contact are found by besides: its name, and its number where Meta may spell it otherwise. */
export function contactText({ name, phone }: { name: string | null; phone: string | null }): string | null {
  const spelled = phone !== null && personKey(phone) !== phone ? phone : null;
  return name === null && spelled === null ? null : searchTextOf({ name, phone: spelled });
}
