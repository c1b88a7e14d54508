import { expect, it } from '@jest/globals';
import { outcomeOf } from './outcome-of.js';

it.each([
  ['w'.repeat(300), 'accepted'],
  ['w'.repeat(301), 'unknown'],
  ['', 'unknown'],
])('takes a send of which Meta says %s for %s', (wamid, kind) =>
  expect(outcomeOf({ kind: 'accepted', wamid }, { attempt: 1, ageMs: 0 })).toMatchObject({ kind }),
);
