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
  ['of a field that is not in the form', refusal('/name', '/other')],
  ['of a field whose name begins with one of the form', refusal('/names')],
  ['of no field', refusal()],
])('leaves a fault %s to be told as a whole', (_, error) => {
  expect(formFaults(error, ['name']).rest).toBe(error);
});

it('has nothing to say without a refusal', () => {
  const faults = formFaults(null, ['name']);
  expect([faults.of('name'), faults.rest]).toEqual([undefined, null]);
});
