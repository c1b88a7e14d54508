import { expect, it } from '@jest/globals';
import { partitionOf } from '@wbiz/eventing/partition';
import { numbering } from './public-event.js';

it('numbers the events of a source without a gap, each behind the one before in its partition', () => {
  const [one, other] = ['acc_1', 'acc_2'];
  const [here, there] = [partitionOf(one, 2), partitionOf(other, 2)];
  expect(here).not.toBe(there);
  const number = numbering(2);
  expect([
    number('gateway', one),
    number('gateway', other),
    number('contacts', one),
    number('gateway', one),
  ]).toEqual([
    { partition: here, sequence: 1, previous: 0 },
    { partition: there, sequence: 2, previous: 0 },
    { partition: here, sequence: 1, previous: 0 },
    { partition: here, sequence: 3, previous: 1 },
  ]);
});
