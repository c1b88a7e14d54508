import type { Aggregate } from '@wbiz/eventing/postgres/event-store';
import { deletionWaits } from '../label/deletion-waits.js';
import {
  fields,
  fieldsStream,
  type FieldsCommand,
  type FieldsEvent,
  type FieldsState,
} from './custom-field.decider.js';

const stream = ({ data }: FieldsCommand) => fieldsStream(data.accountId);

export const customFields: Aggregate<FieldsCommand, FieldsState, FieldsEvent> = {
  name: 'custom field',
  table: 'custom_fields',
  decider: fields,
  stream,
  published: ['custom_field.created', 'custom_field.deleted'],
  facts: deletionWaits('custom_fields', 'field.delete', stream),
  reply: (_, events) => events[0]?.data ?? null,
};
