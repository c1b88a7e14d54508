import { expect, it } from '@jest/globals';
import { formFaults } from './form-faults.js';

const refusal = (...pointers: string[]) =>
  Object.assign(new Error('refused'), {
    details: pointers.map((pointer) => ({ pointer, detail: `${pointer.slice(1)} is wrong` })),
  });

it('gives each field its fault, also what is deeper within it', () => {
  const faults = formFaults(refusal('/name', '/limit/burst', '/scopes/3'), ['name', 'limit', 'scopes']);
  expect([
    faults.of('name'),
    faults.of('limit'),
    faults.of('scopes'),
    faults.of('plan'),
    faults.rest,
  ]).toEqual(['Is wrong', 'Is wrong', 'Is wrong', undefined, null]);
});

it.each([
  ['of fields that are not in the form', refusal('/name', '/other', '/more'), 'other is wrong more is wrong'],
  ['of a field whose name begins with one of the form', refusal('/names'), 'names is wrong'],
  ['of no field', refusal(), 'refused'],
])('tells a fault %s apart from the fields, and that alone', (_, error, words) => {
  expect(formFaults(error, ['name']).rest).toEqual(new Error(words));
});

it('has nothing to say without a refusal', () => {
  const faults = formFaults(null, ['name']);
  expect([faults.of('name'), faults.rest]).toEqual([undefined, null]);
});
