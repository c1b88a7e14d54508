import type { ContactView } from '@wbiz/contracts/contact';
import { faultOfValue, type FieldValue } from '@wbiz/contracts/custom-field';
import { LIMITS } from '@wbiz/contracts/limits';
import { fieldFault, type FieldFault } from '@wbiz/contracts/problem';
import { tagKey } from '@wbiz/contracts/tag';
import type { ForgetLabels, Kept, Untagged } from './contact.messages.js';
import type { ContactFacts, ContactState, Label } from './contact.state.js';

type Wanted = {
  readonly addTags?: readonly string[] | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly customFields?: Readonly<Record<string, FieldValue | null>> | undefined;
};

export function withoutDeletedLabels(state: ContactState, { tags, fields }: ContactFacts): ContactState {
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

export function tagsOf(present: readonly string[], { tags, addTags = [] }: Wanted, facts: ContactFacts) {
  const named = tags ?? [...present, ...addTags];
  const names = [...new Set(named.map(tagKey))].map((key) => facts.tags.get(key)!.name);
  const { max } = LIMITS.contactTags;
  const faults =
    names.length > max
      ? [fieldFault('/tags', 'array_max_size', `must be at most ${max} on one contact`)]
      : [];
  return { names, faults };
}

export function fieldsOf(
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

/** The label data that only the private part of an event carries. `known`: the contact before the command. */
export function labelsKept(
  known: ContactState | null,
  contact: ContactView,
  facts: ContactFacts,
): Pick<Kept, 'tags' | 'fields' | 'gone' | 'fresh'> {
  const keys = Object.keys(contact.customFields);
  const tags = contact.tags.map((name) => facts.tags.get(tagKey(name))!.generation);
  const has = labelsOf({ contact, tags });
  const gone = (known ? labelsOf(known) : []).filter((had) => !has.some(sameLabel(had)));
  return {
    tags,
    fields: Object.fromEntries(keys.map((key) => [key, facts.fields.get(key)!.generation])),
    ...(gone.length > 0 ? { gone } : {}),
    ...freshIn(contact.tags, keys, facts),
  };
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

export const labelsOf = ({ contact, tags }: Pick<ContactState, 'contact' | 'tags'>): readonly Label[] =>
  contact.tags.map((name, index) => ({ key: tagKey(name), generation: tags[index]! }));

const sameLabel = (one: Label) => (other: Label) =>
  one.key === other.key && one.generation === other.generation;

export const labelsIn = ({ kind, key, generation }: ForgetLabels): readonly Label[] =>
  kind === 'tag' ? [{ key, generation }] : [];

export const untagged = ({ contact: { createdAt } }: ContactState, gone: readonly Label[]): Untagged => ({
  createdAt,
  gone,
});

export const hasLabel = (state: ContactState, label: ForgetLabels) =>
  label.kind === 'tag'
    ? labelsOf(state).some(sameLabel(label))
    : state.fields[label.key] === label.generation;

export function withoutLabel(state: ContactState, label: ForgetLabels): ContactState {
  if (label.kind === 'tag') {
    const gone = labelsOf(state).findIndex(sameLabel(label));
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
