import { Nested, NestedList } from './schema/fields.js';
import { Text } from './schema/text-fields.js';
import { LIMITS } from './limits.js';

const Line = (more: { example?: string; description?: string } = {}) =>
  Text({ ...LIMITS.contactField, optional: true, ...more });

export class ContactName {
  @Text({ ...LIMITS.contactField, description: 'The whole name as it is shown.' }) formattedName!: string;
  @Line() firstName?: string;
  @Line() lastName?: string;
  @Line() middleName?: string;
  @Line() prefix?: string;
  @Line() suffix?: string;
}
export class ContactPhone {
  @Text(LIMITS.contactField) phone!: string;
  @Line({ example: 'CELL' }) type?: string;
  @Line({ description: 'The digits of a WhatsApp number: shows a button to write to it.' }) waId?: string;
}
export class ContactEmail {
  @Text(LIMITS.contactField) email!: string;
  @Line({ example: 'WORK' }) type?: string;
}
export class ContactUrl {
  @Text(LIMITS.link) url!: string;
  @Line({ example: 'WORK' }) type?: string;
}
export class ContactAddress {
  @Line() street?: string;
  @Line() city?: string;
  @Line() state?: string;
  @Line() zip?: string;
  @Line() country?: string;
  @Line({ example: 'IN' }) countryCode?: string;
  @Line({ example: 'HOME' }) type?: string;
}
export class ContactOrganization {
  @Line() company?: string;
  @Line() department?: string;
  @Line() title?: string;
}

const entries = { ...LIMITS.contactEntries, optional: true };

/** A contact card in a message: Meta's fields, in camel case. */
export class ContactCard {
  @Nested(() => ContactName, {
    description: 'A bare string is read as the formattedName.',
    shorthand: (formattedName) => ({ formattedName }),
  })
  name!: ContactName;
  @NestedList(() => ContactPhone, {
    ...entries,
    description: 'A bare string is read as the phone of an entry.',
    shorthand: (phone) => ({ phone }),
  })
  phones?: ContactPhone[];
  @NestedList(() => ContactEmail, {
    ...entries,
    description: 'A bare string is read as the email of an entry.',
    shorthand: (email) => ({ email }),
  })
  emails?: ContactEmail[];
  @NestedList(() => ContactUrl, entries) urls?: ContactUrl[];
  @NestedList(() => ContactAddress, entries) addresses?: ContactAddress[];
  @Nested(() => ContactOrganization, { optional: true }) org?: ContactOrganization;
  @Text({
    max: 10,
    pattern: /^\d{4}-\d\d-\d\d$/,
    patternDetail: 'must be a date such as 1999-01-23',
    optional: true,
  })
  birthday?: string;
}
