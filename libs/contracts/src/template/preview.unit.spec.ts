import { describe, expect, it } from '@jest/globals';
import { queriedValues } from './preview.js';
import { renderTemplate } from './rendering.js';

const UTILITY = {
  category: 'UTILITY',
  components: [
    { type: 'HEADER', format: 'TEXT', text: 'Order {{1}}' },
    { type: 'BODY', text: 'Hi {{1}}, order {{2}} is on its way.' },
    { type: 'FOOTER', text: 'Lucky Shrub' },
    {
      type: 'BUTTONS',
      buttons: [
        { type: 'QUICK_REPLY', text: 'Help' },
        { type: 'URL', text: 'Track', url: 'https://x.in/{{1}}' },
        { type: 'PHONE_NUMBER', text: 'Call', phone_number: '+15550051310' },
      ],
    },
  ],
};

describe('a preview', () => {
  it('shows what a person will see', () =>
    expect(renderTemplate(UTILITY, { variables: ['7', 'Asha', '#1043'], buttonVariables: ['1043'] })).toEqual(
      {
        faults: [],
        rendered: {
          header: { format: 'TEXT', text: 'Order 7' },
          body: 'Hi Asha, order #1043 is on its way.',
          footer: 'Lucky Shrub',
          buttons: [
            { type: 'QUICK_REPLY', label: 'Help' },
            { type: 'URL', label: 'Track', url: 'https://x.in/1043' },
            { type: 'PHONE_NUMBER', label: 'Call', phoneNumber: '+15550051310' },
          ],
        },
      },
    ));

  it('leaves a variable without a value as it is, and says so', () =>
    expect(renderTemplate(UTILITY, { variables: ['7', 'Asha'] })).toMatchObject({
      faults: [
        {
          pointer: '/variables',
          code: 'template_variables_mismatch',
          detail: 'The template takes 3 variables, 2 were given.',
        },
      ],
      rendered: {
        header: { text: 'Order 7' },
        body: 'Hi Asha, order {{2}} is on its way.',
        buttons: [{}, { url: 'https://x.in/{{1}}' }, {}],
      },
    }));

  it('of named variables names those that are missing', () => {
    const components = [{ type: 'BODY', text: 'Hi {{first}} {{last}}, welcome.' }];
    expect(renderTemplate({ category: 'UTILITY', components }, { variables: { last: 'Rao' } })).toMatchObject(
      {
        faults: [{ pointer: '/variables', detail: 'The template also takes first in variables.' }],
        rendered: { body: 'Hi {{first}} Rao, welcome.' },
      },
    );
  });

  it('of a carousel shows its cards, though nothing is given for them', () => {
    const card = (format: string) => ({
      components: [
        { type: 'HEADER', format },
        { type: 'BODY', text: 'Meet {{1}} now' },
        { type: 'BUTTONS', buttons: [{ type: 'QUICK_REPLY', text: 'Yes' }] },
      ],
    });
    const components = [
      { type: 'BODY', text: 'New:' },
      { type: 'CAROUSEL', cards: [card('IMAGE'), card('image')] },
    ];
    const shown = {
      header: { format: 'IMAGE' },
      body: 'Meet {{1}} now',
      buttons: [{ type: 'QUICK_REPLY', label: 'Yes' }],
    };
    expect(renderTemplate({ category: 'MARKETING', components }, {})).toEqual({
      faults: [],
      rendered: { body: 'New:', buttons: [], cards: [shown, shown] },
    });
  });

  it('of an offer shows its title and its code', () => {
    const components = [
      { type: 'limited_time_offer', limited_time_offer: { text: 'Expiring offer!', has_expiration: true } },
      { type: 'BODY', text: 'Good news' },
      { type: 'BUTTONS', buttons: [{ type: 'COPY_CODE', example: 'X' }] },
    ];
    expect(
      renderTemplate({ category: 'MARKETING', components }, { buttons: [{ index: 0, code: 'CARIBE25' }] }),
    ).toEqual({
      faults: [],
      rendered: {
        offer: 'Expiring offer!',
        body: 'Good news',
        buttons: [{ type: 'COPY_CODE', label: 'Copy code', code: 'CARIBE25' }],
      },
    });
  });

  it('of a one-time password has the code in body and button, and no link to it', () => {
    const components = [
      { type: 'BODY', text: '*{{1}}* is your verification code.' },
      {
        type: 'BUTTONS',
        buttons: [
          { type: 'URL', text: 'Copy code', url: 'https://www.whatsapp.com/otp/code/?code=otp{{1}}' },
        ],
      },
    ];
    expect(renderTemplate({ category: 'AUTHENTICATION', components }, { variables: ['123456'] })).toEqual({
      faults: [],
      rendered: {
        body: '*123456* is your verification code.',
        buttons: [{ type: 'OTP', label: 'Copy code', code: '123456' }],
      },
    });
  });
});

describe('values in a query', () => {
  it.each([
    [undefined, undefined],
    [['Asha'], ['Asha']],
    [
      ['Asha', '[1]'],
      ['Asha', '[1]'],
    ],
    [['["Asha","#1043"]'], ['Asha', '#1043']],
    [['{"first":"Asha"}'], { first: 'Asha' }],
    [['[1]'], ['[1]']],
    [['{"a":{}}'], ['{"a":{}}']],
    [['1043'], ['1043']],
    [['{not'], ['{not']],
  ])('%j', (given, values) => expect(queriedValues(given)).toEqual(values));
});
