import type { ContactView } from '@wbiz/contracts/contact';

/** A contact with its fields in the order of the class, which a row of JSON does not keep. */
export const inOrder = (contact: ContactView): ContactView => ({
  id: contact.id,
  phone: contact.phone,
  userId: contact.userId,
  name: contact.name,
  email: contact.email,
  tags: contact.tags,
  customFields: contact.customFields,
  optedIn: contact.optedIn,
  optedInAt: contact.optedInAt,
  optedOutAt: contact.optedOutAt,
  source: contact.source,
  createdAt: contact.createdAt,
  updatedAt: contact.updatedAt,
});
