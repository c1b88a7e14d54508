import { expect, it } from '@jest/globals';
import { newId } from '@wbiz/contracts/ids';
import type { DeadLetter } from '@wbiz/eventing/kafka/dead-letter';
import { decideRetry } from './dead-letter-retry.js';

const HOUR_MS = 3_600_000;
const ISSUED = Date.parse('2026-11-22T10:00:00Z');
const DEADLINE = ISSUED + 10_000;
const iso = (time: number) => new Date(time).toISOString();

const letter = (more: Partial<DeadLetter> = {}): DeadLetter => ({
  id: '0-153',
  at: iso(ISSUED + 1_000),
  topic: 'test.wbiz.commands.contacts',
  group: 'test.wbiz.contacts',
  code: undefined,
  reason: 'Error: oops',
  attempts: 3,
  type: 'contact.upsert',
  commandId: newId('cmd', ISSUED),
  accountId: 'acc_1',
  deadline: DEADLINE,
  retryOf: undefined,
  ...more,
});
const judged = (
  one: DeadLetter,
  { now = ISSUED + HOUR_MS, pastDeadline = true, ...more }: Partial<Parameters<typeof decideRetry>[1]> = {},
) => decideRetry(one, { prefix: 'test.', fate: undefined, now, pastDeadline, ...more });
const refused = (words: string) => ({ refusal: expect.stringContaining(words) });

it.each([
  ['before its deadline', { now: DEADLINE - 1, pastDeadline: false }, undefined],
  ['past it, where that is asked for', { now: DEADLINE + 1 }, ISSUED + 24 * HOUR_MS],
  ['as long as its reply would be kept', { now: ISSUED + 24 * HOUR_MS }, ISSUED + 24 * HOUR_MS],
])('lets a command be retried %s', (_when, when, deadline) => {
  const one = letter();
  expect(judged(one, when)).toEqual({ letter: one, ...(deadline && { deadline }) });
});

it.each(['wbiz.inbound', 'wbiz.inbound.changes'])('lets a record of %s be retried at any time', (topic) => {
  const one = letter({ topic: `test.${topic}`, deadline: undefined, accountId: undefined });
  const later = { now: ISSUED + 29 * 24 * HOUR_MS, pastDeadline: false };
  expect(judged(one, later)).toEqual({ letter: one });
});

it('lets a discarded letter be retried, and a retried one not', () => {
  const fate = { at: iso(ISSUED), by: 'Ada', reason: 'x' };
  expect(judged(letter(), { fate: { ...fate, state: 'discarded' } })).toHaveProperty('letter');
  expect(judged(letter(), { fate: { ...fate, state: 'retried' } })).toEqual(refused('by Ada'));
});

it.each<[string, Partial<DeadLetter>, Parameters<typeof judged>[1], string]>([
  ['past its deadline, unless that is asked for', {}, { pastDeadline: false }, '--past-deadline'],
  ['whose caller was promised that it never happens', { at: iso(DEADLINE + 1) }, {}, 'nothing was done'],
  ['whose deadline cannot be read', { deadline: NaN }, {}, 'deadline'],
  ['that does not say when it was put aside', { at: 'one day' }, {}, 'deadline'],
  ['whose reply may be gone', {}, { now: ISSUED + 24 * HOUR_MS + 1 }, '24 hours'],
  ['without an id', { commandId: undefined }, {}, 'no id'],
  ['with an id of no time', { commandId: 'mine' }, {}, 'no id'],
  ['of no topic', { topic: undefined }, {}, 'does not say'],
  ['of no group', { group: undefined }, {}, 'does not say'],
  ['of the shared log', { topic: 'test.wbiz.events' }, {}, 'test.wbiz.events'],
  ['of the dead letters', { topic: 'test.wbiz.dead-letters' }, {}, 'test.wbiz.dead-letters'],
  ['of another installation', { topic: 'wbiz.commands.contacts' }, {}, 'wbiz.commands.contacts'],
])('refuses a command %s', (_what, more, when, words) => {
  expect(judged(letter(more), when)).toEqual(refused(words));
});
