import { describe, it } from '@jest/globals';
import type { CreateCustomField } from '@wbiz/contracts/custom-field';
import { scenario } from '@wbiz/testing/scenario';
import { fields, type FieldsCommand, type FieldsEvent } from './custom-field.decider.js';

const AT = '2026-11-22T10:00:00.000Z';
const create = (given: Partial<CreateCustomField> = {}): FieldsCommand => ({
  type: 'field.create',
  data: { accountId: 'acc_1', key: 'city', type: 'text', at: AT, ...given },
});
const use = (key = 'city'): FieldsCommand => ({
  type: 'field.use',
  data: { accountId: 'acc_1', key, at: AT },
});
const remove: FieldsCommand = { type: 'field.delete', data: { accountId: 'acc_1', key: 'city', at: AT } };
const data = { key: 'city', label: 'city', type: 'text' as const, options: null, createdAt: AT };
const created = (given: object = {}): FieldsEvent => ({
  type: 'custom_field.created',
  data: { ...data, ...given },
});
const used: FieldsEvent = { type: 'custom_field.used', data };
const deleted = (generation = 1): FieldsEvent => ({
  type: 'custom_field.deleted',
  data: { key: 'city', at: AT },
  private: { generation },
});
const { given } = scenario(fields);

describe('a custom field', () => {
  it('is defined', () =>
    given()
      .when(create({ label: 'City', type: 'select', options: ['a', 'b'] }))
      .then(created({ label: 'City', type: 'select', options: ['a', 'b'] })));
  it('is a text when it is used first', () => given().when(use()).then(used));
  it('is used without news after that', () => given(created()).when(use()).thenNothing());
  it('that was only used takes a label', () =>
    given(used)
      .when(create({ label: 'City' }))
      .then(created({ label: 'City' })));
  it('that was only used takes no other type', () =>
    given(used)
      .when(create({ type: 'number' }))
      .thenRejected('conflict'));
  it('cannot be defined twice', () => given(created()).when(create()).thenRejected('conflict'));
  it('is deleted', () => given(created()).when(remove).then(deleted()));
  it('that is not there cannot be deleted', () =>
    given(created(), deleted()).when(remove).thenRejected('not_found'));
  it.each(['constructor', '__proto__', 'toString'])('has no key that every object has (%s)', (key) =>
    given()
      .when({ ...remove, data: { accountId: 'acc_1', key, at: AT } } as FieldsCommand)
      .thenRejected('not_found'),
  );
  it('that is made anew is another', () =>
    given(created(), deleted(), created(), used).when(remove).then(deleted(2)));
  it('is one of 50 at most', () => {
    const fifty = Array.from({ length: 50 }, (_, index) => created({ key: `f${index}` }));
    given(...fifty.slice(1))
      .when(create())
      .then(created());
    given(...fifty)
      .when(create())
      .thenRejected('invalid_request');
    given(...fifty, { ...deleted(), data: { key: 'f7', at: AT } } as FieldsEvent)
      .when(create())
      .then(created());
  });
});
