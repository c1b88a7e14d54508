import { expect, it } from '@jest/globals';
import type { TemplateSlots } from '../templates/slots.js';
import { emptyDraft, newFilter, type CampaignDraft, type Value } from './campaign-draft.js';
import { faultsOfDraft } from './draft-faults.js';

const slot = { name: '1', label: '{{1}}', example: '' };
const PART = { header: null, variables: [], buttonVariables: [] };
const SLOTS: TemplateSlots = { ...PART, offerExpires: false, cards: [] };
const NOTHING = emptyDraft('UTC');
const WHOLE: CampaignDraft = {
  ...NOTHING,
  name: 'Diwali',
  template: { name: 'offer', language: 'en_US' },
  audience: { ...NOTHING.audience, kind: 'all' },
};
const places = (draft: Partial<CampaignDraft>, slots: Partial<TemplateSlots> = {}) =>
  faultsOfDraft({ ...WHOLE, ...draft }, { ...SLOTS, ...slots }).map(([place]) => place);
const values = (...variables: Value[]) => ({ values: { ...NOTHING.values, variables } });

it('nothing is missing of a whole one', () => expect(places({})).toEqual([]));
it('of an empty one: name, template, audience', () =>
  expect(faultsOfDraft(NOTHING, undefined).map(([place]) => place)).toEqual([
    'name',
    'template/name',
    'audience/tags',
  ]));

it.each<[string, Partial<CampaignDraft>, Partial<TemplateSlots>, string[]]>([
  ['a blank text', values({ kind: 'text', text: ' ' }), { variables: [slot] }, ['template/variables/0']],
  [
    'a field without a fallback is none',
    values({ kind: 'field', field: 'name', fallback: '' }),
    { variables: [slot] },
    [],
  ],
  [
    'the second of two',
    values({ kind: 'text', text: 'x' }),
    { variables: [slot, slot] },
    ['template/variables/1'],
  ],
  ['a medium', {}, { header: 'IMAGE' }, ['template/headerMediaId']],
  [
    'a medium and a text of a card',
    {},
    { cards: [{ ...PART, header: 'VIDEO', variables: [slot] }] },
    ['template/cards/0/headerMediaId', 'template/cards/0/variables/0'],
  ],
  [
    'a place',
    { place: { ...NOTHING.place, latitude: '91', longitude: '180' } },
    { header: 'LOCATION' },
    ['template/headerLocation/latitude'],
  ],
  ['the end of an offer', {}, { offerExpires: true }, ['template/offerExpiresAt']],
  ['a time', { mode: 'at' }, {}, ['schedule/sendAt']],
  ['a pace above the limit', { rate: '100001' }, {}, ['ratePerSecond']],
  ['the highest pace is none', { rate: '100000' }, {}, []],
  [
    'the value of a condition',
    { audience: { ...NOTHING.audience, kind: 'segment', filters: [newFilter()] } },
    {},
    ['audience/filters/0/value'],
  ],
  [
    'a condition that takes none is none',
    { audience: { ...NOTHING.audience, kind: 'segment', filters: [{ ...newFilter(), operator: 'is_set' }] } },
    {},
    [],
  ],
])('%s', (_, draft, slots, expected) => expect(places(draft, slots)).toEqual(expected));
