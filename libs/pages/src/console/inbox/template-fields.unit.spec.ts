import { expect, it } from '@jest/globals';
import { templateFields } from './template-fields.js';

const NOTHING = { variables: [], buttons: [], header: undefined, offerExpires: false, unfillable: undefined };
const fieldsOf = (components: object[], category = 'UTILITY') =>
  templateFields({ components: components as never, category });
const body = (text: string) => ({ type: 'BODY', text });

it.each([
  ['no variables', [body('Hello')], NOTHING],
  [
    'numbered variables, each once and in order, those of the header first',
    [{ type: 'HEADER', format: 'TEXT', text: 'To {{1}}' }, body('{{2}} then {{1}} and {{2}}')],
    {
      ...NOTHING,
      variables: [
        { name: '1', of: 'header' },
        { name: '1', of: 'body' },
        { name: '2', of: 'body' },
      ],
    },
  ],
  [
    'named variables, in order of use',
    [body('{{ last }} {{first}}')],
    {
      ...NOTHING,
      variables: [
        { name: 'last', of: 'body' },
        { name: 'first', of: 'body' },
      ],
    },
  ],
  ['a picture', [{ type: 'header', format: 'image' }, body('x')], { ...NOTHING, header: 'image' }],
  ['a place', [{ type: 'HEADER', format: 'LOCATION' }], { ...NOTHING, header: 'location' }],
  [
    'values of buttons that take one',
    [
      {
        type: 'BUTTONS',
        buttons: [
          { type: 'URL', text: 'Shop', url: 'https://example.com' },
          { type: 'URL', text: 'Track', url: 'https://example.com/{{1}}' },
          { type: 'COPY_CODE', text: 'Copy' },
          { type: 'QUICK_REPLY', text: 'Stop' },
        ],
      },
    ],
    {
      ...NOTHING,
      buttons: [
        { label: 'Track', isCode: false },
        { label: 'Copy', isCode: true },
      ],
    },
  ],
  [
    'an offer that ends',
    [{ type: 'LIMITED_TIME_OFFER', limited_time_offer: { text: 'Sale', has_expiration: true } }],
    { ...NOTHING, offerExpires: true },
  ],
  [
    'cards, which are not filled in here',
    [{ type: 'CAROUSEL', cards: [] }],
    { ...NOTHING, unfillable: 'Its cards are filled in by the API only.' },
  ],
])('a template has %s', (_, components, expected) => expect(fieldsOf(components)).toEqual(expected));

it('a one-time password is one value, whatever its buttons', () => {
  const components = [
    { type: 'BODY' },
    { type: 'BUTTONS', buttons: [{ type: 'URL', text: 'Copy code', url: 'https://x/{{1}}' }] },
  ];
  expect(fieldsOf(components, 'AUTHENTICATION')).toEqual({
    ...NOTHING,
    variables: [{ name: '1', of: 'body' }],
  });
});
