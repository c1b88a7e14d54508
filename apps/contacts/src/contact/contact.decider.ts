import type {
  ContactCreatedData,
  ContactMergedData,
  ContactOptedOutData,
  ContactSource,
  ContactUpdatedData,
  ContactView,
  OptWay,
  UpdateContact,
  UpdateContactData,
  UpsertContactData,
} from '@wbiz/contracts/contact';
import { faultOfValue, type FieldType, type FieldValue } from '@wbiz/contracts/custom-field';
import { LIMITS } from '@wbiz/contracts/limits';
import { detailOf, fieldFault, type FieldFault } from '@wbiz/contracts/problem';
import { searchTextOf } from '@wbiz/contracts/search-text';
import { tagKey } from '@wbiz/contracts/tag';
import type { Decider } from '@wbiz/eventing/decider';
import type { DomainEvent, Message } from '@wbiz/eventing/message';
import { Rejection } from '@wbiz/eventing/rejection';

/** Which life of a tag or field is meant: one that is deleted and made anew is another. */
type Generation = number;
type Opt = {
  readonly optedIn: boolean;
  readonly how: OptWay;
  readonly at: string;
  readonly by: string | null;
};

/** The contact as it is shown, the generations of its labels, and what is searched in; null before its first event. */
export type ContactState = {
  readonly contact: ContactView;
  /** In the order of the contact's tags. */
  readonly tags: readonly Generation[];
  readonly fields: Readonly<Record<string, Generation>>;
  readonly opt: Opt | null;
  /** The name is the one of the profile on WhatsApp, and follows it; else it was set by a request, and stays. */
  readonly named?: 'whatsapp';
  readonly mergedInto: string | null;
  readonly search: string;
};

/** A tag as the vocabulary has it. `fresh`: used here for the first time. */
export type KnownTag = { readonly name: string; readonly generation: Generation; readonly fresh: boolean };
export type KnownField = {
  readonly type: FieldType;
  readonly options: readonly string[] | null;
  readonly generation: Generation;
  readonly fresh: boolean;
};

/** What the account's vocabulary says of the labels in a command and in the contact, as of the transaction. */
export type ContactFacts = {
  /** By {@link tagKey}. */
  readonly tags: ReadonlyMap<string, KnownTag>;
  readonly fields: ReadonlyMap<string, KnownField>;
  /** The contact that was known by the user id alone, where the command brings its phone number. */
  readonly twin: ContactState | null;
};

/** Who it is: the contact's id is derived from one of the two. */
type Person = {
  readonly contactId: string;
  readonly phone: string | null;
  readonly userId: string | null;
};

export type NoteInbound = Person & { readonly name: string | null; readonly at: string };
/** `saidAt`: when the person said so. */
export type NoteOpt = Person & {
  readonly optedIn: boolean;
  readonly how: OptWay;
  readonly saidAt: string;
  readonly at: string;
};
export type ForgetLabels = {
  readonly contactId: string;
  /** A tag's key, or a field's. */
  readonly kind: 'tag' | 'field';
  readonly key: string;
  readonly generation: Generation;
};

type Informed = { readonly facts: ContactFacts };
export type ContactCommand =
  | (Message<'contact.upsert', UpsertContactData> & Informed)
  | (Message<'contact.update', UpdateContactData> & Informed)
  | (Message<'contact.note-inbound', NoteInbound> & Informed)
  | (Message<'contact.note-opt', NoteOpt> & Informed)
  | (Message<'contact.merge', ContactMergedData> & Informed)
  | (Message<'contact.forget-label', ForgetLabels> & Informed);

/** A tag in one of its lives. */
export type Label = { readonly key: string; readonly generation: Generation };
/** `gone`: the tags that the contact had and now has no more. */
type Untagged = { readonly createdAt: string; readonly gone: readonly Label[] };

/** What the event leaves unsaid. */
type Kept = Pick<ContactState, 'tags' | 'fields' | 'opt' | 'named'> & {
  readonly gone?: readonly Label[];
  /** Labels that nobody had used before; they become part of the vocabulary with this event. */
  readonly fresh?: { readonly tags: readonly string[]; readonly fields: readonly string[] };
};

export type ContactEvent =
  | DomainEvent<'contact.created', ContactCreatedData, Kept>
  | DomainEvent<'contact.updated', ContactUpdatedData, Kept>
  | DomainEvent<'contact.opted_out', ContactOptedOutData>
  /** A request gave the name that the contact had from WhatsApp: it stays. */
  | DomainEvent<'contact.name_settled', { readonly at: string; readonly by: string | null }>
  | DomainEvent<'contact.merged', ContactMergedData, Untagged>
  | DomainEvent<'contact.opt_passed_on', NoteOpt & { readonly into: string }>
  | DomainEvent<'contact.label_forgotten', ForgetLabels, Untagged>;

/** What is wanted of a contact; what is left out stays. */
type Wanted = Omit<UpdateContact, 'tags'> & {
  readonly addTags?: readonly string[] | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly phone?: string | null;
  readonly userId?: string | null;
  readonly named?: 'whatsapp';
  readonly opt?: Opt | undefined;
};
type Write = { readonly at: string; readonly by: string | null };

export const contact: Decider<ContactCommand, ContactState | null, ContactEvent> = {
  initial: null,

  decide: {
    'contact.upsert': ({ data, facts }, known) => {
      const { contactId, phone, userId, source, optedInByDefault, at, by, tags, optedIn, ...given } = data;
      const agreed = optedIn ?? (known || facts.twin || !optedInByDefault ? undefined : true);
      const opt = agreed === undefined ? undefined : { optedIn: agreed, how: source, at, by };
      const wanted = { ...given, phone, userId, addTags: tags, opt };
      return write(known, { contactId, source, wanted, facts }, { at, by });
    },

    'contact.update': ({ data: { contactId, at, by, optedIn, ...given }, facts }, known) => {
      if (!known) throw new Rejection('not_found', `There is no contact ${contactId}.`);
      const opt = optedIn === undefined ? undefined : { optedIn, how: 'api' as const, at, by };
      return write(known, { contactId, source: 'api', wanted: { ...given, opt }, facts }, { at, by });
    },

    'contact.note-inbound': ({ data: { contactId, phone, userId, name, at }, facts }, known) => {
      if (known?.mergedInto) return [];
      const follows = name !== null && (namedOf(known) ?? namedOf(facts.twin) ?? 'whatsapp') === 'whatsapp';
      const wanted = { phone, userId, ...(follows && { name, named: 'whatsapp' as const }) };
      return write(known, { contactId, source: 'inbound', wanted, facts }, { at, by: null });
    },

    'contact.note-opt': ({ data, facts }, known) => {
      const { contactId, phone, userId, optedIn, how, saidAt, at } = data;
      if (known?.mergedInto)
        return [{ type: 'contact.opt_passed_on', data: { ...data, into: known.mergedInto } }];
      if (isSettled(known, saidAt) || (optedIn && !isOut(known) && !isOut(facts.twin))) return [];
      const wanted = { phone, userId, opt: { optedIn, how, at: saidAt, by: null } };
      return write(known, { contactId, source: 'inbound', wanted, facts }, { at, by: null });
    },

    'contact.merge': ({ data }, known) =>
      !known || known.mergedInto
        ? []
        : [{ type: 'contact.merged', data, private: untagged(known, labelsOf(known)) }],

    'contact.forget-label': ({ data }, known) =>
      known && has(known, data)
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
    'contact.opt_passed_on': (known) => known,
    'contact.label_forgotten': (known, { data }) => known && without(known, data),
  },
};

const shown = (contact: ContactView, { tags, fields, opt, named }: Kept): ContactState => ({
  contact,
  tags,
  fields,
  opt,
  ...(named && { named }),
  mergedInto: null,
  search: searchTextOf(contact),
});

/** Where the name is from; undefined where there is none. */
const namedOf = (known: ContactState | null) =>
  known && known.contact.name !== null ? (known.named ?? 'request') : undefined;

const nameSettled = ({ named: _, ...state }: ContactState): ContactState => state;

type Change = {
  readonly contactId: string;
  readonly source: ContactSource;
  readonly wanted: Wanted;
  readonly facts: ContactFacts;
};

/** The events by which a contact becomes what is wanted; none where it is so already. */
function write(known: ContactState | null, change: Change, { at, by }: Write): ContactEvent[] {
  const { contactId, source, wanted, facts } = change;
  if (known?.mergedInto)
    throw new Rejection('conflict', `The contact ${contactId} has become ${known.mergedInto}.`);
  const before = known && alive(known, facts);
  const twin = facts.twin && alive(facts.twin, facts);
  const base = before?.contact;

  const tags = tagsOf([...(base?.tags ?? []), ...(twin?.contact.tags ?? [])], wanted, facts);
  const fields = fieldsOf({ ...twin?.contact.customFields, ...base?.customFields }, wanted, facts);
  const faults = [...tags.faults, ...fields.faults];
  if (faults.length > 0) throw new Rejection('invalid_request', detailOf(faults), faults);

  const opt = wanted.opt && !isRepeated(before, wanted.opt) ? wanted.opt : null;
  const nowOpt = opt ?? later(before?.opt ?? null, twin?.opt ?? null);
  const optedFrom = opt || before?.opt === nowOpt ? base : twin?.contact;
  const now: ContactView = {
    id: contactId,
    phone: base?.phone ?? wanted.phone ?? null,
    userId: wanted.userId ?? base?.userId ?? null,
    name: wanted.name === undefined ? (base?.name ?? twin?.contact.name ?? null) : wanted.name,
    email: wanted.email === undefined ? (base?.email ?? twin?.contact.email ?? null) : wanted.email,
    tags: tags.names,
    customFields: fields.values,
    optedIn: opt?.optedIn ?? optedFrom?.optedIn ?? false,
    optedInAt: opt?.optedIn ? opt.at : (optedFrom?.optedInAt ?? null),
    optedOutAt: opt ? (opt.optedIn ? null : opt.at) : (optedFrom?.optedOutAt ?? null),
    source: base?.source ?? source,
    createdAt: base?.createdAt ?? at,
    // Not before an earlier change, whichever clock that was taken from.
    updatedAt: base && base.updatedAt > at ? base.updatedAt : at,
  };
  const named = wanted.name === undefined ? (namedOf(before) ?? namedOf(twin)) : wanted.named;
  const generations = tags.names.map((name) => facts.tags.get(tagKey(name))!.generation);
  const has = labelsOf({ contact: now, tags: generations });
  const gone = (known ? labelsOf(known) : []).filter((had) => !has.some(same(had)));
  const kept: Kept = {
    tags: generations,
    fields: Object.fromEntries(
      Object.keys(fields.values).map((key) => [key, facts.fields.get(key)!.generation]),
    ),
    opt: nowOpt,
    ...(now.name !== null && named === 'whatsapp' && { named }),
    ...(gone.length > 0 ? { gone } : {}),
    ...freshIn(tags.names, Object.keys(fields.values), facts),
  };
  const data = { contactId, contact: now, by, ...(twin ? { merged: twin.contact.id } : {}) };
  const optedOut: ContactEvent[] =
    opt && !opt.optedIn
      ? [
          {
            type: 'contact.opted_out',
            data: { contactId, phone: now.phone, userId: now.userId, how: opt.how, by, at: opt.at },
          },
        ]
      : [];
  if (!before || !base) return [{ type: 'contact.created', data, private: kept }, ...optedOut];
  const changed = changes(base, now);
  if (changed.length === 0 && !twin)
    return before.named && !named ? [{ type: 'contact.name_settled', data: { at, by } }] : [];
  return [{ type: 'contact.updated', data: { ...data, changed }, private: kept }, ...optedOut];
}

/** What was said before, or again, of an opt-in: the first time counts. */
const isRepeated = (known: ContactState | null, { optedIn }: Opt) =>
  known !== null &&
  (optedIn ? known.contact.optedIn : known.contact.optedOutAt !== null && !known.contact.optedIn);

/** Words and settings of WhatsApp's bring in again who was out; they make nobody agree who never was asked. */
const isOut = (known: ContactState | null) => known !== null && known.contact.optedOutAt !== null;

/** What is heard late of a person's opt-in does not undo what was decided since. WhatsApp's times are whole seconds. */
const isSettled = (known: ContactState | null, saidAt: string) =>
  !!known?.opt && saidAt.slice(0, SECONDS) < known.opt.at.slice(0, SECONDS);
const SECONDS = '2026-11-22T10:00:00'.length;

const later = (one: Opt | null, other: Opt | null) => (!one || (other && other.at > one.at) ? other : one);

/** Without the labels that the vocabulary no longer has. */
export function alive(state: ContactState, { tags, fields }: ContactFacts): ContactState {
  const live = state.contact.tags
    .map((name, index) => ({ name, generation: state.tags[index]! }))
    .filter(({ name, generation }) => tags.get(tagKey(name))?.generation === generation);
  const values = Object.entries(state.contact.customFields).filter(
    ([key]) => fields.get(key)?.generation === state.fields[key],
  );
  return {
    ...state,
    contact: {
      ...state.contact,
      tags: live.map(({ name }) => name),
      customFields: Object.fromEntries(values),
    },
    tags: live.map(({ generation }) => generation),
  };
}

function tagsOf(present: readonly string[], { tags, addTags = [] }: Wanted, facts: ContactFacts) {
  const named = tags ?? [...present, ...addTags];
  const names = [...new Set(named.map(tagKey))].map((key) => facts.tags.get(key)!.name);
  const { max } = LIMITS.contactTags;
  const faults =
    names.length > max
      ? [fieldFault('/tags', 'array_max_size', `must be at most ${max} on one contact`)]
      : [];
  return { names, faults };
}

function fieldsOf(
  present: Readonly<Record<string, FieldValue>>,
  { customFields = {} }: Wanted,
  facts: ContactFacts,
) {
  const values: Record<string, FieldValue> = { ...present };
  const faults: FieldFault[] = [];
  for (const [key, value] of Object.entries(customFields)) {
    const pointer = `/customFields/${key}`;
    const known = facts.fields.get(key);
    if (value === null) delete values[key];
    else if (known) {
      const fault = faultOfValue(value, known);
      if (fault) faults.push({ pointer, code: known.type, detail: `customFields.${key} ${fault}.` });
      else values[key] = value;
    } else {
      const detail =
        typeof value === 'string'
          ? `customFields.${key} is not defined, and an account has at most ${LIMITS.customFields.max} custom fields.`
          : `customFields.${key} is not defined: define it with its type first, or give a text.`;
      faults.push({ pointer, code: 'not_defined', detail });
    }
  }
  return { values, faults };
}

function freshIn(
  tags: readonly string[],
  fields: readonly string[],
  facts: ContactFacts,
): Pick<Kept, 'fresh'> {
  const fresh = {
    tags: tags.filter((name) => facts.tags.get(tagKey(name))!.fresh),
    fields: fields.filter((key) => facts.fields.get(key)!.fresh),
  };
  return fresh.tags.length + fresh.fields.length > 0 ? { fresh } : {};
}

const PLAIN = ['phone', 'userId', 'name', 'email', 'optedIn', 'optedInAt', 'optedOutAt'] as const;

/** The fields in which two views of a contact differ, custom fields one by one. */
function changes(before: ContactView, now: ContactView): string[] {
  const keys = new Set([...Object.keys(before.customFields), ...Object.keys(now.customFields)]);
  return [
    ...PLAIN.filter((field) => before[field] !== now[field]),
    ...(before.tags.join('\n') === now.tags.join('\n') ? [] : ['tags']),
    ...[...keys]
      .filter((key) => before.customFields[key] !== now.customFields[key])
      .map((key) => `customFields.${key}`),
  ];
}

export const labelsOf = ({ contact, tags }: Pick<ContactState, 'contact' | 'tags'>): readonly Label[] =>
  contact.tags.map((name, index) => ({ key: tagKey(name), generation: tags[index]! }));

const same = (one: Label) => (other: Label) => one.key === other.key && one.generation === other.generation;

const labelsIn = ({ kind, key, generation }: ForgetLabels): readonly Label[] =>
  kind === 'tag' ? [{ key, generation }] : [];

const untagged = ({ contact: { createdAt } }: ContactState, gone: readonly Label[]): Untagged => ({
  createdAt,
  gone,
});

const has = (state: ContactState, label: ForgetLabels) =>
  label.kind === 'tag' ? labelsOf(state).some(same(label)) : state.fields[label.key] === label.generation;

function without(state: ContactState, label: ForgetLabels): ContactState {
  if (label.kind === 'tag') {
    const gone = labelsOf(state).findIndex(same(label));
    const keep = <T>(list: readonly T[]) => list.filter((_, index) => index !== gone);
    return {
      ...state,
      contact: { ...state.contact, tags: keep(state.contact.tags) },
      tags: keep(state.tags),
    };
  }
  const { [label.key]: _value, ...customFields } = state.contact.customFields;
  const { [label.key]: _generation, ...fields } = state.fields;
  return { ...state, contact: { ...state.contact, customFields }, fields };
}
