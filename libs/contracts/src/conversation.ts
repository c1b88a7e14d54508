import { derivedId } from './ids.js';
import { personKey } from './phone.js';

/** One contact per account and person, whatever the spelling of the number. */
export const contactIdOf = (accountId: string, person: string) =>
  derivedId('cnt', accountId, personKey(person));

/** One conversation per account, phone number and person. */
export const conversationIdOf = (accountId: string, phoneNumberId: string, person: string) =>
  derivedId('cnv', accountId, phoneNumberId, personKey(person));
