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
import { personKey } from '@wbiz/contracts/text/phone';
import { detailOf, fieldFault, type FieldFault } from '@wbiz/contracts/problem';
import { searchTextOf } from '@wbiz/contracts/text/search-text';
import { tagKey } from '@wbiz/contracts/tag';
import type { Decider } from '@wbiz/eventing/decider';
import type { DomainEvent, Message } from '@wbiz/eventing/message';
import { Rejection } from '@wbiz/eventing/rejection';

/** How often a tag or field of this name was created: one deleted and created again is another label. */
type Generation = number;
type Opt = {
  readonly optedIn: boolean;
  readonly how: OptWay;
  readonly at: string;
  readonly by: string | null;
};

/** A contact: its view in the API, the generations of its labels (tags and custom fields), and its search text. */
export type ContactState = {
  readonly contact: ContactView;
  /** Of `contact.tags`, in their order. */
  readonly tags: readonly Generation[];
  readonly fields: Readonly<Record<string, Generation>>;
  readonly opt: Opt | null;
  /** Present if the name follows the WhatsApp profile. Absent if a request set the name, which then stays. */
  readonly named?: 'whatsapp';
  /** Earlier phone numbers of the person, oldest first. */
  readonly formerPhones?: readonly string[];
  readonly mergedInto: string | null;
  readonly search: string;
};

/** A tag of the account. `fresh`: this command is the first to use it. */
export type KnownTag = { readonly name: string; readonly generation: Generation; readonly fresh: boolean };
export type KnownField = {
  readonly type: FieldType;
  readonly options: readonly string[] | null;
  readonly generation: Generation;
  readonly fresh: boolean;
};

/**
 * Read in the transaction: the account's tags and fields that command or contact name, and the person's other
 * contacts.
 */
export type ContactFacts = {
  /** By {@link tagKey}. */
  readonly tags: ReadonlyMap<string, KnownTag>;
  readonly fields: ReadonlyMap<string, KnownField>;
  /** Other contacts of the same person: found under the command's number or user id. */
  readonly twins: readonly ContactState[];
  /** Contact ids derived from the command's number and user id that no contact has. */
  readonly unclaimed: readonly string[];
  /** The id of another person's contact with the command's user id; null if there is none. */
  readonly takenBy: string | null;
};

/** A person. `contactId` is derived from `phone` or `userId`. */
type Person = {
  readonly contactId: string;
  readonly phone: string | null;
  readonly userId: string | null;
};

type NoteInbound = Person & { readonly name: string | null; readonly at: string };
/** A person's new number or user id; null: unchanged. */
type NoteChange = Person & { readonly at: string };
/** `saidAt`: when the person opted in or out. */
type NoteOpt = Person & {
  readonly optedIn: boolean;
  readonly how: OptWay;
  readonly saidAt: string;
  readonly at: string;
};
type ForgetLabels = {
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
  | (Message<'contact.note-change', NoteChange> & Informed)
  | (Message<'contact.note-opt', NoteOpt> & Informed)
  | (Message<'contact.merge', ContactMergedData> & Informed)
  | (Message<'contact.forget-label', ForgetLabels> & Informed);

/** A tag in one of its generations. */
export type Label = { readonly key: string; readonly generation: Generation };
/** `gone`: the tags that the contact lost. */
type Untagged = { readonly createdAt: string; readonly gone: readonly Label[] };

/** The part of the state that the public event does not carry. */
type Kept = Pick<ContactState, 'tags' | 'fields' | 'opt' | 'named' | 'formerPhones'> & {
  readonly gone?: readonly Label[];
  /** Labels used for the first time: a follow-up command adds them to the account's tags and fields. */
  readonly fresh?: { readonly tags: readonly string[]; readonly fields: readonly string[] };
};

export type ContactEvent =
  | DomainEvent<'contact.created', ContactCreatedData, Kept>
  | DomainEvent<'contact.updated', ContactUpdatedData, Kept>
  | DomainEvent<'contact.opted_out', ContactOptedOutData>
  /** A request set the name that the WhatsApp profile has: from now on the name stays. */
  | DomainEvent<'contact.name_settled', { readonly at: string; readonly by: string | null }>
  | DomainEvent<'contact.merged', ContactMergedData, Untagged>
  /** `ids` lead to the contact too: ids derived from a number or user id that the person has or had. */
  | DomainEvent<'contact.linked', NoteChange & { readonly ids: readonly string[] }>
  /** The id belonged to no contact; from now on it leads to another contact. */
  | DomainEvent<'contact.claimed', ContactMergedData>
  /** Only in old streams: written before commands to a merged contact were passed to the surviving one. */
  | DomainEvent<'contact.opt_passed_on', NoteOpt & { readonly into: string }>
  | DomainEvent<'contact.label_forgotten', ForgetLabels, Untagged>;

/** The changes wanted. A field that is left out stays as it is. */
type Wanted = Omit<UpdateContact, 'tags'> & {
  readonly addTags?: readonly string[] | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly phone?: string | null;
  /** The contact's number that `phone` replaces. */
  readonly movesFrom?: string | undefined;
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
      if (facts.takenBy !== null)
        throw new Rejection('conflict', `The user id ${userId} is that of the contact ${facts.takenBy}.`);
      const isKnown = known !== null || facts.twins.length > 0;
      const agreed = optedIn ?? (isKnown || !optedInByDefault ? undefined : true);
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
      const follows = name !== null && (namedOf(known, ...facts.twins) ?? 'whatsapp') === 'whatsapp';
      const movesFrom = known?.formerPhones?.some(sameNumber(phone)) ? undefined : movedFrom(known, phone);
      const wanted = { phone, movesFrom, userId, ...(follows && { name, named: 'whatsapp' as const }) };
      return write(known, { contactId, source: 'inbound', wanted, facts }, { at, by: null });
    },

    'contact.note-change': ({ data: { contactId, phone, userId, at }, facts }, known) => {
      if (!known) return [];
      const wanted = { phone, movesFrom: movedFrom(known, phone), userId };
      return write(known, { contactId, source: 'inbound', wanted, facts }, { at, by: null });
    },

    'contact.note-opt': ({ data, facts }, known) => {
      const { contactId, phone, userId, optedIn, how, saidAt, at } = data;
      if (isSettled(known, saidAt) || (optedIn && ![known, ...facts.twins].some(isOut))) return [];
      const wanted = { phone, userId, opt: { optedIn, how, at: saidAt, by: null } };
      return write(known, { contactId, source: 'inbound', wanted, facts }, { at, by: null });
    },

    'contact.merge': ({ data }, known) => {
      if (!known) return [{ type: 'contact.claimed', data }];
      // A contact that was merged before keeps its target.
      if (known.mergedInto || known.contact.id !== data.contactId || data.into === data.contactId) return [];
      return [{ type: 'contact.merged', data, private: untagged(known, labelsOf(known)) }];
    },

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
    'contact.linked': (known) => known,
    'contact.claimed': (_, { data: { contactId, into, at } }) => ({
      ...shown(unknown(contactId, at), { tags: [], fields: {}, opt: null }),
      mergedInto: into,
    }),
    'contact.opt_passed_on': (known) => known,
    'contact.label_forgotten': (known, { data }) => known && without(known, data),
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

/** The origin of the first name found; undefined if no contact has a name. */
function namedOf(...contacts: readonly (ContactState | null)[]): 'whatsapp' | 'request' | undefined {
  const named = contacts.find((one) => one && one.contact.name !== null);
  return named ? (named.named ?? 'request') : undefined;
}

const sameNumber = (phone: string | null) => (other: string) =>
  phone !== null && personKey(phone) === personKey(other);

/** The contact's number if `phone` is another number and not only another spelling; else undefined. */
function movedFrom(known: ContactState | null, phone: string | null): string | undefined {
  const had = known?.contact.phone ?? null;
  return had !== null && phone !== null && !sameNumber(phone)(had) ? had : undefined;
}

const nameSettled = ({ named: _, ...state }: ContactState): ContactState => state;

type Change = {
  readonly contactId: string;
  readonly source: ContactSource;
  readonly wanted: Wanted;
  readonly facts: ContactFacts;
};

/** The events that apply the changes; none if nothing differs. Throws `conflict` and `invalid_request`. */
function write(known: ContactState | null, change: Change, { at, by }: Write): ContactEvent[] {
  const { source, wanted, facts } = change;
  if (known?.mergedInto)
    throw new Rejection('conflict', `The contact ${change.contactId} has become ${known.mergedInto}.`);
  const before = known && alive(known, facts);
  const twins = facts.twins.map((twin) => alive(twin, facts));
  const base = before?.contact;
  const contactId = base?.id ?? change.contactId;
  /** The contact first, then its twins: the first value found wins. */
  const all = [...(before ? [before] : []), ...twins];
  const first = <Value>(read: (contact: ContactView) => Value | null): Value | null =>
    all.map((one) => read(one.contact)).find((value) => value !== null) ?? null;

  const tags = tagsOf(
    all.flatMap((one) => one.contact.tags),
    wanted,
    facts,
  );
  const values = all.map((one) => one.contact.customFields).reverse();
  const fields = fieldsOf(Object.assign({}, ...values) as (typeof values)[number], wanted, facts);
  const faults = [...tags.faults, ...fields.faults];
  if (faults.length > 0) throw new Rejection('invalid_request', detailOf(faults), faults);

  const opt = wanted.opt && !isRepeated(before, wanted.opt) ? wanted.opt : null;
  const nowOpt = opt ?? all.map((one) => one.opt).reduce(later, null);
  const optedFrom = opt ? base : (all.find((one) => one.opt === nowOpt)?.contact ?? base);
  const formerPhones = [...new Set(all.flatMap((one) => one.formerPhones ?? []))]
    .filter((phone) => wanted.movesFrom === undefined || !sameNumber(wanted.phone ?? null)(phone))
    .concat(wanted.movesFrom ?? []);
  const now: ContactView = {
    id: contactId,
    phone:
      (wanted.movesFrom === undefined ? base?.phone : null) ?? wanted.phone ?? first(({ phone }) => phone),
    userId: wanted.userId ?? first(({ userId }) => userId),
    name: wanted.name === undefined ? first(({ name }) => name) : wanted.name,
    email: wanted.email === undefined ? first(({ email }) => email) : wanted.email,
    tags: tags.names,
    customFields: fields.values,
    optedIn: opt?.optedIn ?? optedFrom?.optedIn ?? false,
    optedInAt: opt?.optedIn ? opt.at : (optedFrom?.optedInAt ?? null),
    optedOutAt: opt ? (opt.optedIn ? null : opt.at) : (optedFrom?.optedOutAt ?? null),
    source: base?.source ?? source,
    createdAt: base?.createdAt ?? at,
    // Never earlier than before, though replicas' clocks differ.
    updatedAt: base && base.updatedAt > at ? base.updatedAt : at,
  };
  const named = wanted.name === undefined ? namedOf(...all) : wanted.named;
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
    ...(formerPhones.length > 0 && { formerPhones }),
    ...(gone.length > 0 ? { gone } : {}),
    ...freshIn(tags.names, Object.keys(fields.values), facts),
  };
  const [merged, ...others] = twins.map((twin) => twin.contact.id);
  const data = { contactId, contact: now, by };
  const told = { ...data, ...(merged === undefined ? {} : { merged }) };
  const after: ContactEvent[] = [
    ...others.map((other): ContactEvent => ({
      type: 'contact.updated',
      data: { ...data, merged: other, changed: [] },
      private: kept,
    })),
    ...(opt && !opt.optedIn ? [optedOut(now, opt, by)] : []),
    ...linked(now, facts, at),
  ];
  if (!before || !base) return [{ type: 'contact.created', data: told, private: kept }, ...after];
  const changed = changes(base, now);
  if (changed.length > 0 || twins.length > 0)
    return [{ type: 'contact.updated', data: { ...told, changed }, private: kept }, ...after];
  const settled = before.named && !named;
  return [...(settled ? [{ type: 'contact.name_settled' as const, data: { at, by } }] : []), ...after];
}

const optedOut = ({ id: contactId, phone, userId }: ContactView, { how, at }: Opt, by: string | null) => ({
  type: 'contact.opted_out' as const,
  data: { contactId, phone, userId, how, by, at },
});

const linked = (
  { id: contactId, phone, userId }: ContactView,
  { unclaimed: ids }: ContactFacts,
  at: string,
) =>
  ids.length > 0 ? [{ type: 'contact.linked' as const, data: { contactId, phone, userId, ids, at } }] : [];

/** A repeated opt-in or opt-out changes nothing: the first one's time stays. */
const isRepeated = (known: ContactState | null, { optedIn }: Opt) =>
  known !== null &&
  (optedIn ? known.contact.optedIn : known.contact.optedOutAt !== null && !known.contact.optedIn);

/** Whether the contact opted out: only then an opt-in by word or WhatsApp setting counts, never as a first consent. */
const isOut = (known: ContactState | null) => known !== null && known.contact.optedOutAt !== null;

/**
 * Whether the contact opted in or out after `saidAt`, which then arrives too late. In whole seconds, as WhatsApp's
 * times.
 */
const isSettled = (known: ContactState | null, saidAt: string) =>
  !!known?.opt && saidAt.slice(0, SECONDS) < known.opt.at.slice(0, SECONDS);
const SECONDS = '2026-11-22T10:00:00'.length;

/** The later of two opt-ins or opt-outs. In the same second the opt-out wins, since their order is not known. */
function later(one: Opt | null, other: Opt | null): Opt | null {
  if (!one || !other) return one ?? other;
  const [before, after] = [one.at.slice(0, SECONDS), other.at.slice(0, SECONDS)];
  if (before === after) return one.optedIn && !other.optedIn ? other : one;
  return after > before ? other : one;
}

/** The state without deleted labels. */
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

/** The names of the fields that differ; custom fields one by one. */
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
