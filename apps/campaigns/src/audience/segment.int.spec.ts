import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  CONTACT_FIELDS,
  FILTER_OPERATORS,
  type Audience,
  type SegmentFilter,
} from '@wbiz/contracts/audience';
import type { ContactView } from '@wbiz/contracts/contact';
import type { FieldValue } from '@wbiz/contracts/custom-field';
import { apply } from '@wbiz/eventing/postgres/projection';
import { parameters } from '@wbiz/service-kit/parameters';
import { serviceDatabase } from '@wbiz/testing/stack';
import fc from 'fast-check';
import { contacts } from '../copy/contacts.projection.js';
import { MIGRATIONS } from '../migrations/migrations.js';
import { AudienceSql } from './audience.sql.js';

const ACCOUNT = 'acc_1';
let database: Awaited<ReturnType<typeof serviceDatabase>>;
beforeAll(async () => {
  database = await serviceDatabase('campaigns', MIGRATIONS);
});
afterAll(() => database.close());

// A small pool of values, so that filters match contacts often.
const TEXTS = ['Pune', 'PUNE', 'puné', 'Goa', 'a%b', 'A_B', "o'", '\\', 'Ⅻ', '😀', '\uffee', ' x ', 'İ'];
const NUMBERS = [0, 7, -3.5, 42, 1_000];
const TIMES = [
  '2026-11-22',
  '2026-11-22T00:00:00Z',
  '2026-11-22T01:00:00+05:30',
  '2026-11-21T19:30Z',
  '1999-12-31',
];
const TIME_LIKE = ['2026-11-31', '2026-11-22T00:00', '2026', '007', '42', '7.0', 'true', 'NO', '', '  '];
const PHONES = ['+919876543210', '+12025550143', '+918800000001'];
const EMAILS = ['ann@example.org', 'Bo@Example.org'];

const value = fc.oneof(
  ...[TEXTS, NUMBERS, TIMES, TIME_LIKE, [true, false]].map((some) => fc.constantFrom<FieldValue>(...some)),
);
const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: null });
const INSTANTS = ['2026-11-22T00:00:00.000Z', '2026-11-21T19:30:00.000Z', '1999-12-31T00:00:00.000Z'];
const instant = fc.constantFrom(...INSTANTS);

const person: fc.Arbitrary<Omit<ContactView, 'id'>> = fc.record({
  phone: maybe(fc.constantFrom(...PHONES)),
  userId: fc.constant(null),
  name: maybe(fc.constantFrom(...TEXTS)),
  email: maybe(fc.constantFrom(...EMAILS)),
  tags: fc.constant([]),
  customFields: fc.dictionary(fc.constantFrom('a', 'b-c'), value),
  optedIn: fc.boolean(),
  optedInAt: fc.constant(null),
  optedOutAt: fc.constant(null),
  source: fc.constantFrom('api', 'import', 'inbound'),
  createdAt: instant,
  updatedAt: instant,
});

const filter: fc.Arbitrary<SegmentFilter> = fc
  .tuple(
    fc.constantFrom(...CONTACT_FIELDS, ...Array<string>(8).fill('customFields.a'), 'customFields.b-c'),
    fc.constantFrom(...FILTER_OPERATORS),
  )
  .chain(([field, operator]): fc.Arbitrary<SegmentFilter> => {
    if (operator === 'is_set' || operator === 'is_not_set') return fc.constant({ field, operator });
    const own: Readonly<Record<string, readonly FieldValue[]>> = {
      phone: [...PHONES, '+9', '0143', '91'],
      email: [...EMAILS, '@EXAMPLE'],
      source: ['API', 'imp'],
    };
    const given = own[field] ? fc.constantFrom(...own[field]) : value;
    const one = operator === 'in' ? fc.array(given, { minLength: 1, maxLength: 4 }) : given;
    return one.map((chosen) => ({ field, operator, value: chosen }));
  });

const segment: fc.Arbitrary<Audience> = fc.record({
  kind: fc.constant('segment'),
  filters: fc.array(filter, { minLength: 1, maxLength: 3 }),
  match: fc.constantFrom('any', 'all'),
});

type Reading =
  | { readonly kind: 'flag' | 'number'; readonly value: number; readonly text: string }
  | { readonly kind: 'time' | 'text'; readonly text: string };

const plain = (given: FieldValue): Reading => ({
  kind: 'text',
  text: String(given).normalize('NFC').toLowerCase(),
});

function reading(given: FieldValue): Reading {
  const { text } = plain(given);
  if (['true', 'false'].includes(text)) return { kind: 'flag', value: Number(text === 'true'), text };
  if (text !== '' && String(Number(text)) === text) return { kind: 'number', value: Number(text), text };
  return [...TIMES, ...INSTANTS].includes(String(given))
    ? { kind: 'time', text: new Date(String(given)).toISOString().toLowerCase() }
    : { kind: 'text', text };
}

const isEqual = (own: Reading, given: Reading) => own.kind === given.kind && own.text === given.text;

/** Negative, 0 or positive, as a sort's comparison; NaN if not ordered. Texts and times compare as written. */
function order(own: Reading, given: Reading): number {
  if (own.kind === 'number' && given.kind === 'number') return own.value - given.value;
  const isText = own.kind === 'time' || own.kind === 'text';
  const isComparable = given.kind === 'time' ? own.kind === 'time' : given.kind === 'text' && isText;
  return isComparable ? Buffer.compare(Buffer.from(own.text), Buffer.from(given.text)) : NaN;
}

/** The filter's meaning in plain TypeScript: the oracle of this test. */
function fits(contact: ContactView, { field, operator, value: given = [] }: SegmentFilter): boolean {
  const [, key] = /^customFields\.(.*)$/.exec(field) ?? [];
  const own = key ? contact.customFields[key] : contact[field as (typeof CONTACT_FIELDS)[number]];
  const isMissing = own === undefined || own === null || String(own).trim() === '';
  if (operator === 'is_set' || operator === 'is_not_set') return isMissing === (operator === 'is_not_set');
  if (isMissing) return operator === 'ne';
  const read = key || field.endsWith('At') ? reading : plain;
  const [first, ...others] = ([given].flat() as FieldValue[]).map(read) as [Reading, ...Reading[]];
  const bare = (text: string) => (field === 'phone' ? text.replace('+', '') : text);
  const [text, part] = [bare(read(own).text), bare(plain([given].flat()[0] as FieldValue).text)];
  const holds: Readonly<Record<Exclude<typeof operator, 'is_set' | 'is_not_set'>, boolean>> = {
    eq: isEqual(read(own), first),
    ne: !isEqual(read(own), first),
    in: [first, ...others].some((one) => isEqual(read(own), one)),
    contains: text.includes(part),
    starts_with: text.startsWith(part),
    gt: order(read(own), first) > 0,
    gte: order(read(own), first) >= 0,
    lt: order(read(own), first) < 0,
    lte: order(read(own), first) <= 0,
  };
  return holds[operator];
}

it('agrees with plain TypeScript on any contacts and filters', async () => {
  const { pool } = database;
  let sequence = 0;
  let found = 0;
  let passedBy = 0;
  const check = async (people: readonly Omit<ContactView, 'id'>[], audiences: readonly Audience[]) => {
    await pool.query('truncate campaigns.contacts');
    const all = people.map((one, index): ContactView => ({ ...one, id: `cnt_${index}` }));
    const db = await pool.connect();
    await apply(
      contacts,
      all.map((contact) => ({
        type: 'contact.created',
        data: { contactId: contact.id, contact, by: null },
        id: contact.id,
        source: 'contacts',
        accountId: ACCOUNT,
        subject: contact.id,
        time: contact.createdAt,
        epoch: 1,
        sequence: (sequence += 1),
        previous: sequence - 1,
      })),
      db,
    );
    db.release();
    for (const audience of audiences) {
      const { values, value: parameter } = parameters();
      const holds = new AudienceSql(parameter, ACCOUNT).holds(audience);
      const { rows } = await pool.query<{ id: string }>(
        `select contact_id as id from campaigns.contacts c where ${holds}`,
        values,
      );
      const { filters = [], match } = audience;
      const expected = all.filter((one) =>
        match === 'any' ? filters.some((each) => fits(one, each)) : filters.every((each) => fits(one, each)),
      );
      expect([audience, rows.map(({ id }) => id).toSorted()]).toEqual([
        audience,
        expected.map(({ id }) => id).toSorted(),
      ]);
      found += expected.length;
      passedBy += all.length - expected.length;
    }
  };
  await fc.assert(
    fc.asyncProperty(
      fc.array(person, { minLength: 1, maxLength: 60 }),
      fc.array(segment, { minLength: 1, maxLength: 40 }),
      check,
    ),
    { numRuns: 200 },
  );
  expect(Math.min(found, passedBy)).toBeGreaterThan(1_000);
});
