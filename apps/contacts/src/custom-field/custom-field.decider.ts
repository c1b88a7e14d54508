import type {
  CreateCustomFieldData,
  CustomFieldData,
  CustomFieldDeletedData,
  CustomFieldView,
  DeleteCustomFieldData,
} from '@wbiz/contracts/custom-field';
import { LIMITS } from '@wbiz/contracts/limits';
import { fieldFault } from '@wbiz/contracts/problem';
import type { Decider } from '@wbiz/eventing/decider';
import type { DomainEvent, Message } from '@wbiz/eventing/message';
import { Rejection } from '@wbiz/eventing/rejection';

/** `made`: created by a client's request for the field, not only by use on a contact. */
export type Definition = CustomFieldView & { readonly made: boolean };

/** One stream for all fields of an account, since their number is limited. `generations` includes deleted fields. */
export type FieldsState = {
  readonly fields: Readonly<Record<string, Definition>>;
  readonly generations: Readonly<Record<string, number>>;
};

/** A contact uses the field for the first time. */
type UseField = { readonly accountId: string; readonly key: string; readonly at: string };

export type FieldsCommand =
  | Message<'field.create', CreateCustomFieldData>
  | Message<'field.use', UseField>
  | Message<'field.delete', DeleteCustomFieldData>;

export type FieldsEvent =
  | DomainEvent<'custom_field.created', CustomFieldData>
  | DomainEvent<'custom_field.used', CustomFieldData>
  | DomainEvent<'custom_field.deleted', CustomFieldDeletedData, { readonly generation: number }>;

export const fieldsStream = (accountId: string) => `fields:${accountId}`;

export const fields: Decider<FieldsCommand, FieldsState, FieldsEvent> = {
  initial: { fields: {}, generations: {} },

  decide: {
    'field.create': ({ data: { key, label = key, type, options = null, at } }, state) => {
      const known = fieldOf(state, key);
      if (known?.made) throw new Rejection('conflict', `There is a custom field ${key} already.`);
      if (known && type !== known.type)
        throw new Rejection('conflict', `Contacts have values of ${key} as ${known.type}; delete it first.`);
      if (!known) requireRoom(state);
      const createdAt = known?.createdAt ?? at;
      return [{ type: 'custom_field.created', data: { key, label, type, options, createdAt } }];
    },
    'field.use': ({ data: { key, at } }, state) => {
      if (fieldOf(state, key)) return [];
      requireRoom(state);
      const data = { key, label: key, type: 'text', options: null, createdAt: at } as const;
      return [{ type: 'custom_field.used', data }];
    },
    'field.delete': ({ data: { key, at } }, state) => {
      if (!fieldOf(state, key)) throw new Rejection('not_found', `There is no custom field ${key}.`);
      return [
        { type: 'custom_field.deleted', data: { key, at }, private: { generation: state.generations[key]! } },
      ];
    },
  },

  evolve: {
    'custom_field.created': (state, { data }) => defined(state, { ...data, made: true }),
    'custom_field.used': (state, { data }) => defined(state, { ...data, made: false }),
    'custom_field.deleted': (state, { data: { key } }) => {
      const { [key]: _gone, ...rest } = state.fields;
      return { ...state, fields: rest };
    },
  },
};

const fieldOf = ({ fields }: FieldsState, key: string) =>
  Object.hasOwn(fields, key) ? fields[key] : undefined;

function requireRoom(state: FieldsState): void {
  const { max } = LIMITS.customFields;
  if (Object.keys(state.fields).length < max) return;
  const fault = fieldFault('/key', 'too_many', `would be one more than ${max} custom fields`);
  throw new Rejection('invalid_request', fault.detail, [fault]);
}

function defined(state: FieldsState, definition: Definition): FieldsState {
  const { key } = definition;
  const generation = state.generations[key] ?? 0;
  return {
    fields: { ...state.fields, [key]: definition },
    generations: { ...state.generations, [key]: state.fields[key] ? generation : generation + 1 },
  };
}
