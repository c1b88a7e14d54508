import type { ContactView } from '@wbiz/contracts/contact';
import { tagKey } from '@wbiz/contracts/tag';
import type { ContactCommand, ContactEvent } from './contact.messages.js';
import type { ContactFacts, ContactState, KnownField, KnownTag } from './contact.state.js';

export const AT = '2026-11-22T10:00:00.000Z';
export const LATER = '2026-11-22T11:00:00.000Z';
export const ID = 'cnt_1';
export const PHONE = '+918899332211';

const view = (over: Partial<ContactView> = {}): ContactView => ({
  id: ID,
  phone: PHONE,
  userId: null,
  name: null,
  email: null,
  tags: [],
  customFields: {},
  optedIn: false,
  optedInAt: null,
  optedOutAt: null,
  source: 'api',
  createdAt: AT,
  updatedAt: AT,
  ...over,
});

const tag = (name: string, over: Partial<KnownTag> = {}): [string, KnownTag] => [
  tagKey(name),
  { name, generation: 1, fresh: false, ...over },
];
const field = (over: Partial<KnownField> = {}): KnownField => ({
  type: 'text',
  options: null,
  generation: 1,
  fresh: false,
  ...over,
});

/** The account knows the tags lead, vip and imported, and a custom field of each type. */
export const facts = (over: Partial<ContactFacts> = {}): ContactFacts => ({
  tags: new Map([tag('lead'), tag('vip'), tag('imported')]),
  fields: new Map([
    ['city', field()],
    ['age', field({ type: 'number' })],
    ['since', field({ type: 'date' })],
    ['member', field({ type: 'boolean' })],
    ['plan', field({ type: 'select', options: ['free', 'paid'] })],
  ]),
  twins: [],
  unclaimed: [],
  takenBy: null,
  ...over,
});
/** The same facts with changes to some tags. */
export const tagged = (...tags: readonly [string, Partial<KnownTag>][]) =>
  facts({ tags: new Map([...facts().tags, ...tags.map(([name, over]) => tag(name, over))]) });

type Given<Type extends ContactCommand['type']> = Partial<Extract<ContactCommand, { type: Type }>['data']>;
const base = { contactId: ID, phone: PHONE, userId: null, at: LATER, by: 'key_1' };

export const upsert = (given: Given<'contact.upsert'> = {}, known = facts()): ContactCommand => ({
  type: 'contact.upsert',
  data: { ...base, source: 'api', ...given },
  facts: known,
});
export const update = (given: Given<'contact.update'> = {}, known = facts()): ContactCommand => ({
  type: 'contact.update',
  data: { contactId: ID, at: LATER, by: 'key_1', ...given },
  facts: known,
});
export const inbound = (given: Given<'contact.note-inbound'> = {}, known = facts()): ContactCommand => ({
  type: 'contact.note-inbound',
  data: { contactId: ID, phone: PHONE, userId: null, name: 'Asha', at: LATER, ...given },
  facts: known,
});
export const opt = (given: Given<'contact.note-opt'> = {}, known = facts()): ContactCommand => ({
  type: 'contact.note-opt',
  data: {
    ...{ contactId: ID, phone: PHONE, userId: null, optedIn: false, how: 'stop_word' },
    ...{ saidAt: LATER, at: LATER },
    ...given,
  },
  facts: known,
});

type Kept = NonNullable<Extract<ContactEvent, { type: 'contact.created' }>['private']>;
const keptOf = (contact: ContactView, over: Partial<Kept>): Kept => ({
  tags: contact.tags.map(() => 1),
  fields: Object.fromEntries(Object.keys(contact.customFields).map((key) => [key, 1])),
  opt: null,
  ...over,
});

type Told = { readonly by?: string | null; readonly merged?: string };
export const created = (
  over: Partial<ContactView> = {},
  kept: Partial<Kept> = {},
  told: Told = {},
): ContactEvent => ({
  type: 'contact.created',
  data: { contactId: over.id ?? ID, contact: view(over), by: 'key_1', ...told },
  private: keptOf(view(over), kept),
});
export const updated = (
  changed: readonly string[],
  over: Partial<ContactView>,
  kept: Partial<Kept> = {},
  told: Told = {},
): ContactEvent => {
  const contact = view({ updatedAt: LATER, ...over });
  return {
    type: 'contact.updated',
    data: { contactId: ID, contact, by: 'key_1', ...told, changed },
    private: keptOf(contact, kept),
  };
};
export const optedOut = (how: 'api' | 'stop_word' | 'user_preferences', by: string | null): ContactEvent => ({
  type: 'contact.opted_out',
  data: { contactId: ID, phone: PHONE, userId: null, how, by, at: LATER },
});

export const state = (over: Partial<ContactView> = {}, more: Partial<ContactState> = {}): ContactState => ({
  contact: view(over),
  tags: (over.tags ?? []).map(() => 1),
  fields: Object.fromEntries(Object.keys(over.customFields ?? {}).map((key) => [key, 1])),
  opt: null,
  mergedInto: null,
  search: '',
  ...more,
});
