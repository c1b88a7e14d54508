import { expect, it } from '@jest/globals';
import { settledRefusal } from './settled-refusal.js';

it.each([
  ['rejected_by_meta', 'rejected_by_meta'],
  ['invented_tomorrow', 'upstream_error'],
])('the code %s reaches the customer as %s', (code, seen) => {
  const details = { metaCode: 131026 };
  const told = { name: 'Rejection', code: seen, message: 'No.', details };
  expect(settledRefusal({ code, message: 'No.', details })).toMatchObject(told);
});
