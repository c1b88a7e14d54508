import { expect, it } from '@jest/globals';
import { outcomeOf } from './outcome-of.js';

it.each([
  ['w'.repeat(300), 'accepted'],
  ['w'.repeat(301), 'unknown'],
  ['', 'unknown'],
])('takes a send of which Meta says %s for %s', (wamid, kind) =>
  expect(outcomeOf({ kind: 'accepted', wamid }, { attempt: 1, ageMs: 0 })).toMatchObject({ kind }),
);

it.each([
  ['held_for_quality_assessment', { held: true }],
  ['accepted', {}],
  [undefined, {}],
])('knows of a message of status %s whether Meta holds it', (messageStatus, more) =>
  expect(
    outcomeOf(
      { kind: 'accepted', wamid: 'wamid.A', ...(messageStatus && { messageStatus }) },
      { attempt: 1, ageMs: 0 },
    ),
  ).toEqual({ kind: 'accepted', wamid: 'wamid.A', ...more }),
);
