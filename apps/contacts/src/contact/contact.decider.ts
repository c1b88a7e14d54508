import type { ContactView } from '@wbiz/contracts/contact';
import { searchTextOf } from '@wbiz/contracts/text/search-text';
import type { Decider } from '@wbiz/eventing/decider';
import { Rejection } from '@wbiz/eventing/rejection';
import { changeContact, movedFrom, namedOf, sameNumber } from './contact-change.js';
import { isOut, isSettled } from './contact-consent.js';
import { hasLabel, labelsIn, labelsOf, untagged, withoutLabel } from './contact-labels.js';
import type { ContactCommand, ContactEvent, Kept } from './contact.messages.js';
import type { ContactState } from './contact.state.js';

export const contact: Decider<ContactCommand, ContactState | null, ContactEvent> = {
  initial: null,

  decide: {
    'contact.upsert': ({ data, facts }, known) => {
      const { contactId, phone, userId, source, optedInByDefault, at, by, tags, optedIn, ...given } = data;
      if (facts.takenBy !== null)
        throw new Rejection('conflict', `The user id ${userId} is that of the contact ${facts.takenBy}.`);
      const isKnown = known !== null || facts.twins.length > 0;
      const agreed = optedIn ?? (isKnown || !optedInByDefault ? undefined : true);
      const opt = agreed === undefined ? undefined : { optedIn: agreed, how: source, at, by };
      const wanted = { ...given, phone, userId, addTags: tags, opt };
      return changeContact(known, { contactId, source, wanted, facts }, { at, by });
    },

    'contact.update': ({ data: { contactId, at, by, optedIn, ...given }, facts }, known) => {
      if (!known) throw new Rejection('not_found', `There is no contact ${contactId}.`);
      const opt = optedIn === undefined ? undefined : { optedIn, how: 'api' as const, at, by };
      return changeContact(known, { contactId, source: 'api', wanted: { ...given, opt }, facts }, { at, by });
    },

    'contact.note-inbound': ({ data: { contactId, phone, userId, name, at }, facts }, known) => {
      const follows = name !== null && (namedOf(known, ...facts.twins) ?? 'whatsapp') === 'whatsapp';
      const movesFrom = known?.formerPhones?.some(sameNumber(phone)) ? undefined : movedFrom(known, phone);
      const wanted = { phone, movesFrom, userId, ...(follows && { name, named: 'whatsapp' as const }) };
      return changeContact(known, { contactId, source: 'inbound', wanted, facts }, { at, by: null });
    },

    'contact.note-change': ({ data: { contactId, phone, userId, at }, facts }, known) => {
      if (!known) return [];
      const wanted = { phone, movesFrom: movedFrom(known, phone), userId };
      return changeContact(known, { contactId, source: 'inbound', wanted, facts }, { at, by: null });
    },

    'contact.note-opt': ({ data, facts }, known) => {
      const { contactId, phone, userId, optedIn, how, saidAt, at } = data;
      if (isSettled(known, saidAt) || (optedIn && ![known, ...facts.twins].some(isOut))) return [];
      const wanted = { phone, userId, opt: { optedIn, how, at: saidAt, by: null } };
      return changeContact(known, { contactId, source: 'inbound', wanted, facts }, { at, by: null });
    },

    'contact.merge': ({ data }, known) => {
      if (!known) return [{ type: 'contact.claimed', data }];
      // A contact that was merged before stays merged into the same contact.
      if (known.mergedInto || known.contact.id !== data.contactId || data.into === data.contactId) return [];
      return [{ type: 'contact.merged', data, private: untagged(known, labelsOf(known)) }];
    },

    'contact.forget-label': ({ data }, known) =>
      known && hasLabel(known, data)
        ? [{ type: 'contact.label_forgotten', data, private: untagged(known, labelsIn(data)) }]
        : [],
  },

  evolve: {
    'contact.created': (_, { data, private: kept }) => shown(data.contact, kept!),
    'contact.updated': (_, { data, private: kept }) => shown(data.contact, kept!),
    'contact.opted_out': (known) => known,
    'contact.name_settled': (known) => known && nameSettled(known),
    'contact.merged': (known, { data: { into } }) =>
      known && { ...known, mergedInto: into, contact: { ...known.contact, tags: [] }, tags: [] },
    'contact.linked': (known) => known,
    'contact.claimed': (_, { data: { contactId, into, at } }) => ({
      ...shown(unknown(contactId, at), { tags: [], fields: {}, opt: null }),
      mergedInto: into,
    }),
    'contact.opt_passed_on': (known) => known,
    'contact.label_forgotten': (known, { data }) => known && withoutLabel(known, data),
  },
};

const shown = (contact: ContactView, { tags, fields, opt, named, formerPhones }: Kept): ContactState => ({
  contact,
  tags,
  fields,
  opt,
  ...(named && { named }),
  ...(formerPhones && { formerPhones }),
  mergedInto: null,
  search: searchTextOf(contact),
});

const unknown = (id: string, at: string): ContactView => ({
  id,
  phone: null,
  userId: null,
  name: null,
  email: null,
  tags: [],
  customFields: {},
  optedIn: false,
  optedInAt: null,
  optedOutAt: null,
  source: 'inbound',
  createdAt: at,
  updatedAt: at,
});

const nameSettled = ({ named: _, ...state }: ContactState): ContactState => state;
