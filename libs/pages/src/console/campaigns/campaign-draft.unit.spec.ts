import { describe, expect, it } from '@jest/globals';
import type { TemplateView } from '@wbiz/contracts/template';
import type { Schemas } from '@wbiz/sdk/operations';
import {
  bodyOf,
  draftOf,
  emptyDraft,
  filledFor,
  isPersonal,
  newFilter,
  valueOf,
  written,
  type CampaignDraft,
  type Value,
} from './campaign-draft.js';
import { storedTemplate } from '../templates/template.samples.js';

const ZONE = 'Asia/Kolkata';
const template = (components: object[], given: Partial<TemplateView> = {}) =>
  storedTemplate(components, { name: 'offer', category: 'MARKETING', ...given });
const PLAIN = template([{ type: 'BODY', text: 'An offer for you.' }]);
const field = (key: string, type: Schemas['CustomFieldView']['type']) =>
  ({ key, type, label: key, options: null, createdAt: '' }) satisfies Schemas['CustomFieldView'];
const body = (draft: Partial<CampaignDraft>, view = PLAIN, fields: Schemas['CustomFieldView'][] = []) =>
  bodyOf({ ...emptyDraft(ZONE), ...draft }, view, fields);
const audience = (given: Partial<CampaignDraft['audience']>, fields?: Schemas['CustomFieldView'][]) =>
  body({ audience: { ...emptyDraft(ZONE).audience, ...given } }, PLAIN, fields).audience;

describe('a value', () => {
  it.each<[Value, string]>([
    [{ kind: 'text', text: 'Hello' }, 'Hello'],
    [{ kind: 'field', field: 'name', fallback: '' }, '{{contact.name}}'],
    [
      { kind: 'field', field: 'customFields.city', fallback: 'your city' },
      '{{contact.customFields.city|your city}}',
    ],
  ])('%j is written as %s, and read back', (value, text) => {
    expect(written(value)).toBe(text);
    expect(valueOf(text)).toEqual(value);
  });
  it('that holds more than a field is a text', () =>
    expect(valueOf('Dear {{contact.name}}')).toEqual({ kind: 'text', text: 'Dear {{contact.name}}' }));
});

describe('a text for one contact', () => {
  const contact = {
    ...{ id: 'cnt_1', phone: '+14155550100', userId: null, name: 'Asha', email: null, tags: [] },
    ...{ customFields: { city: 'Pune', visits: 3 }, optedIn: true, optedInAt: null, optedOutAt: null },
    ...{ source: 'api', createdAt: '', updatedAt: '' },
  } satisfies Schemas['ContactView'];
  it.each([
    ['Dear {{contact.name|friend}}', 'Dear Asha'],
    ['{{contact.email|no address}}', 'no address'],
    ['{{contact.email}}', '{{contact.email}}'],
    ['{{contact.customFields.city}} {{contact.customFields.visits}}', 'Pune 3'],
    ['Nothing personal', 'Nothing personal'],
  ])('%s is filled as %s', (text, filled) => expect(filledFor(text, contact)).toBe(filled));

  it.each([
    ['Dear {{contact.name|friend}}', true],
    ['Dear friend', false],
  ])('%s differs per contact: %s', (text, is) => {
    const values = { variables: [], buttonVariables: [{ kind: 'text', text } as const], medium: '' };
    expect(isPersonal({ ...emptyDraft(ZONE), values })).toBe(is);
  });
});

describe('the template of a campaign', () => {
  const text = (text: string): Value => ({ kind: 'text', text });
  const values = { variables: [text('#1'), text('Asha')], buttonVariables: [text('1043')], medium: '' };
  const buttons = {
    type: 'BUTTONS',
    buttons: [{ type: 'URL', text: 'Track', url: 'https://example.com/{{1}}' }],
  };

  it('has its values in a list, that of the header first', () => {
    const view = template([
      { type: 'HEADER', format: 'TEXT', text: 'Order {{1}}' },
      { type: 'BODY', text: 'Hi {{1}}, it is here.' },
      buttons,
    ]);
    expect(body({ values }, view).template).toEqual({
      name: 'offer',
      language: 'en_US',
      variables: ['#1', 'Asha'],
      buttonVariables: ['1043'],
    });
  });
  it('has named values by name', () => {
    const view = template([{ type: 'BODY', text: 'Order {{number}} for {{name}} is here.' }], {
      parameterFormat: 'NAMED',
    });
    expect(body({ values }, view).template.variables).toEqual({ number: '#1', name: 'Asha' });
  });
  it.each([
    ['med_1', { headerMediaId: 'med_1' }],
    ['https://example.com/a.jpg', { headerLink: 'https://example.com/a.jpg' }],
    ['', {}],
  ])('has %j in its header', (medium, sent) => {
    const view = template([
      { type: 'HEADER', format: 'IMAGE' },
      { type: 'BODY', text: 'Look at this.' },
    ]);
    expect(body({ values: { ...values, medium } }, view).template).toEqual({
      name: 'offer',
      language: 'en_US',
      ...sent,
    });
  });
  it('has what each card takes', () => {
    const card = {
      components: [
        { type: 'HEADER', format: 'IMAGE' },
        { type: 'BODY', text: 'For {{1}} now' },
      ],
    };
    const view = template([
      { type: 'BODY', text: 'Look at these.' },
      { type: 'CAROUSEL', cards: [card, card] },
    ]);
    const cards = ['med_1', 'med_2'].map((medium) => ({
      variables: [text(medium)],
      buttonVariables: [],
      medium,
    }));
    expect(body({ cards }, view).template.cards).toEqual([
      { variables: ['med_1'], headerMediaId: 'med_1' },
      { variables: ['med_2'], headerMediaId: 'med_2' },
    ]);
  });
});

describe('the audience', () => {
  it.each([
    [{ kind: 'all' as const, tags: ['vip'] }, { kind: 'all' }],
    [
      { kind: 'all' as const, exclude: ['vip'] },
      { kind: 'all', exclude: ['vip'] },
    ],
    [
      { tags: ['vip'], match: 'all' as const },
      { kind: 'tags', tags: ['vip'], match: 'all' },
    ],
    [
      { kind: 'contacts' as const, contacts: ['cnt_1'] },
      { kind: 'contacts', contacts: ['cnt_1'] },
    ],
  ])('%j is %j', (given, sent) => expect(audience(given)).toEqual(sent));

  it.each([
    ['customFields.age', 'gte', '18', 18],
    ['customFields.age', 'in', '18, 19', [18, 19]],
    ['customFields.member', 'eq', 'false', false],
    ['customFields.city', 'eq', ' 18 ', '18'],
    ['customFields.age', 'eq', 'many', 'many'],
    ['name', 'is_set', 'x', undefined],
  ] as const)('%s %s %j compares with %j', (name, operator, value, sent) => {
    const fields = [field('age', 'number'), field('member', 'boolean'), field('city', 'text')];
    const filters = [{ ...newFilter(), field: name, operator, value }];
    expect(audience({ kind: 'segment', filters, match: 'all' }, fields)).toEqual({
      kind: 'segment',
      match: 'all',
      filters: [{ field: name, operator, ...(sent !== undefined && { value: sent }) }],
    });
  });
});

describe('the time', () => {
  it.each([
    [{ mode: 'now' as const }, { mode: 'now' }],
    [
      { mode: 'at' as const, local: '2026-12-01T10:00' },
      { mode: 'at', sendAt: '2026-12-01T10:00:00', timeZone: ZONE },
    ],
    [
      { mode: 'at' as const, local: '2026-12-01T10:00', zone: 'UTC' },
      { mode: 'at', sendAt: '2026-12-01T10:00:00Z' },
    ],
  ])('%j is %j', (given, sent) => expect(body(given).schedule).toEqual(sent));
});

it('a stored campaign is read into the form and written as it was', () => {
  const view = template([
    { type: 'HEADER', format: 'LOCATION' },
    { type: 'BODY', text: 'Hi {{1}}, we are here.' },
  ]);
  const stored = {
    name: 'Diwali',
    template: {
      name: 'offer',
      language: 'en_US',
      variables: ['{{contact.name|friend}}'],
      headerLocation: { latitude: 23.5, longitude: 72.25, name: 'Shop' },
    },
    audience: {
      kind: 'segment' as const,
      match: 'any' as const,
      filters: [{ field: 'name', operator: 'is_set' as const }],
    },
    schedule: { mode: 'at' as const, sendAt: '2026-12-01T10:00:00', timeZone: 'Europe/Paris' },
    ratePerSecond: 20,
  };
  const campaign = { ...stored, phoneNumberId: '106' } as Schemas['CampaignView'];
  expect(bodyOf(draftOf(campaign, ZONE), view, [])).toEqual({ ...stored, from: '106' });
});
