import { derivedId } from './ids.js';
import { personKey } from './phone.js';

/**
 * One contact per account and person, whatever the spelling of the number. `person` is the phone number wherever there
 * is one, else Meta's user id: somebody who first wrote with a number and later without has two of these ids, and the
 * events that carry both the number and the user id tell whoever keeps contacts that they are one person.
 */
export const contactIdOf = (accountId: string, person: string) =>
  derivedId('cnt', accountId, personKey(person));

/** One conversation per account, phone number and person. */
export const conversationIdOf = (accountId: string, phoneNumberId: string, person: string) =>
  derivedId('cnv', accountId, phoneNumberId, personKey(person));
