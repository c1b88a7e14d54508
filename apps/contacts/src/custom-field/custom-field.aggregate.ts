import type { RepliesTo } from '@wbiz/contracts/command-catalogue';
import type { Aggregate } from '@wbiz/eventing/aggregate';
import { lockDeletedLabels } from '../label/lock-deleted-labels.js';
import {
  fields,
  fieldsStream,
  type FieldsCommand,
  type FieldsEvent,
  type FieldsState,
} from './custom-field.decider.js';

const stream = ({ data }: FieldsCommand) => fieldsStream(data.accountId);

export const customFields: Aggregate<FieldsCommand, FieldsState, FieldsEvent, RepliesTo<FieldsCommand>> = {
  name: 'custom field',
  table: 'custom_fields',
  decider: fields,
  stream,
  published: ['custom_field.created', 'custom_field.deleted'],
  facts: lockDeletedLabels('custom_fields', 'field.delete', stream),
  reply: {
    'field.create': ({ fields }, _, { data: { key } }) => {
      const { made: _made, ...view } = fields[key]!;
      return view;
    },
    'field.delete': () => null,
  },
};
