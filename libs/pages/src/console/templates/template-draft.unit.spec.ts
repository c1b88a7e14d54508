import { describe, expect, it } from '@jest/globals';
import { faultsOfTemplate } from '@wbiz/contracts/template/rules';
import {
  componentsOf,
  draftOf,
  EMPTY_DRAFT,
  newButton,
  parameterFormatOf,
  placeOf,
  previewOf,
  type TemplateDraft,
} from './template-draft.js';
import { storedTemplate } from './template.samples.js';

const draft = (given: Partial<TemplateDraft>): TemplateDraft => ({
  ...EMPTY_DRAFT,
  name: 'order_shipped',
  ...given,
});

const BODY = {
  type: 'BODY',
  text: 'Hi {{1}}, order {{2}} is on its way to you.',
  example: { body_text: [['Asha', '#1']] },
};

describe('a draft', () => {
  it.each<[string, Partial<TemplateDraft>]>([
    ['numbered', { body: 'Hi {{1}}, it is on its way.', bodyExamples: { 1: 'Asha' } }],
    ['named', { body: 'Hi {{first_name}}, it is on its way.', bodyExamples: { first_name: 'Asha' } }],
    [
      'with everything',
      {
        header: 'TEXT',
        headerText: 'Order {{1}}',
        headerExample: '#1',
        body: 'Your order is on its way.',
        footer: 'Thank you',
        buttons: [
          { ...newButton('QUICK_REPLY'), text: 'Thanks' },
          { ...newButton('URL'), text: 'Track', url: 'https://example.com/{{1}}', example: '1' },
          { ...newButton('PHONE_NUMBER'), text: 'Call', phone: '+918800000001' },
          { ...newButton('COPY_CODE'), example: 'SAVE20' },
        ],
      },
    ],
    ['a one-time password', { category: 'AUTHENTICATION' }],
    ['a medium', { header: 'IMAGE', headerSample: 'med_1', body: 'Look at this.' }],
  ])('%s is one that Meta takes, and is read back as it was', (_, given) => {
    const written = draft(given);
    const components = componentsOf(written);
    const parameterFormat = parameterFormatOf(written);
    expect(faultsOfTemplate({ ...written, components, parameterFormat })).toEqual([]);
    const { category } = written;
    expect(componentsOf(draftOf(storedTemplate(components, { category, parameterFormat })))).toEqual(
      components,
    );
  });

  it.each<[string, object]>([
    ['a carousel', { type: 'CAROUSEL', cards: [{ components: [{ type: 'HEADER', format: 'IMAGE' }] }] }],
    ['an offer', { type: 'LIMITED_TIME_OFFER', limited_time_offer: { text: 'Sale' } }],
    ['a header of another kind', { type: 'HEADER', format: 'PRODUCT' }],
    [
      'a button of another kind',
      { type: 'BUTTONS', buttons: [{ type: 'FLOW', text: 'Book', flow_id: '1' }] },
    ],
  ])('keeps %s, which the form does not know', (_, component) =>
    expect(componentsOf(draftOf(storedTemplate([BODY, component])))).toContainEqual(component),
  );

  it('shows the end of a link as its example, where Meta answers the whole link', () => {
    const buttons = [
      { type: 'URL', text: 'Track', url: 'https://example.com/{{1}}', example: ['https://example.com/1043'] },
    ];
    const [button] = draftOf(storedTemplate([BODY, { type: 'BUTTONS', buttons }])).buttons;
    expect(button?.example).toBe('1043');
  });
});

describe('the preview of a draft', () => {
  it('is filled with the examples; what has none stays', () =>
    expect(previewOf(draft({ body: 'Hi {{1}}, order {{2}} is here.', bodyExamples: { 2: '#1' } })).body).toBe(
      'Hi {{1}}, order #1 is here.',
    ));
  it('keeps header and body apart, whose variables have one number', () =>
    expect(
      previewOf(
        draft({
          header: 'TEXT',
          headerText: 'Order {{1}}',
          headerExample: '#1',
          body: 'Hi {{1}}!',
          bodyExamples: { 1: 'Asha' },
        }),
      ),
    ).toMatchObject({ header: { text: 'Order #1' }, body: 'Hi Asha!' }));
  it('of a one-time password has Meta’s words', () =>
    expect(previewOf(draft({ category: 'AUTHENTICATION' }))).toMatchObject({
      body: '*123456* is your verification code. For your security, do not share this code.',
      footer: 'This code expires in 10 minutes.',
    }));
});

it.each([
  ['/name', 'name'],
  ['/components', 'components'],
  ['/components/0/text', 'HEADER/text'],
  ['/components/1/example', 'BODY/example'],
  ['/components/1/example/body_text', 'BODY/example'],
  ['/components/2/buttons/0/url', 'BUTTONS/buttons/0/url'],
  ['/components/9/text', 'components/9/text'],
])('a fault at %s belongs to %s', (pointer, place) =>
  expect(placeOf(pointer, [{ type: 'HEADER' }, { type: 'BODY' }, { type: 'BUTTONS' }])).toBe(place),
);
