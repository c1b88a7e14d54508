import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  CONTACT_FIELDS,
  FILTER_OPERATORS,
  type Audience,
  type SegmentFilter,
} from '@wbiz/contracts/campaign';
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

// Few of each kind, so that contacts and filters meet.
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
const instant = fc.constantFrom(...['2026-11-22T00:00:00.000Z', '2026-11-21T19:30:00.000Z', '1999-12-31T00:00:00.000Z']);

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
  .chain(([field, operator]) => {
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

/** What is to hold, in plain TypeScript. */
function fits(contact: ContactView, { field, operator, value: given }: SegmentFilter): boolean {
  const custom = field.startsWith('customFields.');
  const own = custom
    ? contact.customFields[field.slice('customFields.'.length)]
    : contact[field as (typeof CONTACT_FIELDS)[number]];
  const missing = own === undefined || own === null || (custom && String(own).trim() === '');
  if (operator === 'is_set' || operator === 'is_not_set') return missing === (operator === 'is_not_set');
  if (missing) return operator === 'ne';
  const read = custom || field.endsWith('At') ? reading : plain;
  const values = [given].flat() as FieldValue[];
  const [first] = values as [FieldValue];
  const order = orderOf(read(own), read(first));
  const [text, part] = [textOf(own, field), partOf(first, field)];
  switch (operator) {
    case 'in':
      return values.some((one) => orderOf(read(own), read(one)) === 0);
    case 'eq':
      return order === 0;
    case 'ne':
      return order !== 0;
    case 'contains':
      return text.includes(part);
    case 'starts_with':
      return text.startsWith(part);
    case 'gt':
      return Number(order) > 0 && typeof own !== 'boolean' && reading(first).kind !== 'flag';
    case 'gte':
      return Number(order) >= 0 && typeof own !== 'boolean' && (!custom || reading(first).kind !== 'flag');
    case 'lt':
      return Number(order) < 0 && typeof own !== 'boolean' && reading(first).kind !== 'flag';
    case 'lte':
      return Number(order) <= 0 && typeof own !== 'boolean' && (!custom || reading(first).kind !== 'flag');
  }
}
