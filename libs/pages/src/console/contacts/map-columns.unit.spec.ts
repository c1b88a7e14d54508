import { describe, expect, it } from '@jest/globals';
import { contactOf, guessed, type Meaning } from './map-columns.js';

const field = (
  key: string,
  type: 'text' | 'number' | 'date' | 'boolean' | 'select',
  options: string[] | null = null,
) => ({
  ...{ key, label: `The ${key}`, type, options },
});
const FIELDS = [
  field('city', 'text'),
  field('age', 'number'),
  field('since', 'date'),
  field('vip', 'boolean'),
  field('size', 'select', ['S', 'L']),
];

it.each([
  [
    ['Phone', 'Name', 'Tags', 'Opted in', 'City'],
    ['phone', 'name', 'tags', 'optedIn', 'field:city'],
  ],
  [
    ['Mobile Number', 'Full name', 'E-mail', 'consent'],
    ['phone', 'name', 'email', 'optedIn'],
  ],
  [
    ['WhatsApp', 'phone', 'The age', ''],
    ['phone', 'ignore', 'field:age', 'ignore'],
  ],
  [
    ['msisdn', 'what', 'Label'],
    ['phone', 'ignore', 'tags'],
  ],
])('columns %j are %j', (heads, meanings) => expect(guessed(heads, FIELDS)).toEqual(meanings));

describe('a line', () => {
  type Cells = { readonly [of: string]: string };
  const read = (cells: Cells) => contactOf(Object.values(cells), Object.keys(cells) as Meaning[], FIELDS);

  it('is a contact with what its cells hold', () => {
    expect(
      read({
        phone: ' +1 (415) 555-0101 ',
        name: 'Asha',
        email: '',
        tags: 'lead; vip|lead,',
        optedIn: 'Yes',
        'field:city': 'Pune',
        'field:age': '42',
        'field:vip': 'no',
        'field:size': 'L',
        ignore: 'x',
      }),
    ).toEqual({
      row: {
        phone: '+1 (415) 555-0101',
        name: 'Asha',
        tags: ['lead', 'vip'],
        optedIn: true,
        customFields: { city: 'Pune', age: 42, vip: false, size: 'L' },
      },
      faults: [],
    });
  });

  it.each<[Cells, string]>([
    [{ phone: '12ab' }, 'is no phone number with its country code'],
    [{ phone: '123456' }, 'is no phone number with its country code'],
    [{ phone: '+1415555010112345' }, 'is no phone number with its country code'],
    [{ phone: '' }, 'has no phone number'],
    [{ phone: '+14155550101', email: 'x' }, 'is no e-mail address'],
    [{ phone: '+14155550101', optedIn: 'maybe' }, 'is neither yes nor no'],
    [{ phone: '+14155550101', tags: 'x'.repeat(65) }, 'has a tag of more than 64 characters'],
    [{ phone: '+14155550101', 'field:age': 'old' }, 'must be a number'],
    [{ phone: '+14155550101', 'field:since': '1.2.2026' }, 'must be a date such as 2026-11-29'],
    [{ phone: '+14155550101', 'field:size': 'M' }, 'must be one of the options'],
  ])('%j %s', (cells, detail) => expect(read(cells).faults.map((fault) => fault.detail)).toEqual([detail]));
});
