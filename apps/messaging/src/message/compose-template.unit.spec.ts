import { describe, expect, it } from '@jest/globals';
import { parseBody } from '@wbiz/contracts/schema/parse';
import { SendTemplate } from '@wbiz/contracts/send';
import type { TemplateView } from '@wbiz/contracts/template';
import type { Rejection } from '@wbiz/eventing/rejection';
import type { Medium } from './graph-body.js';
import { template } from './message.samples.js';
import { mediaWithoutMetaId, withMetaIds } from './meta-media-id.js';
import { compose } from './compose-send.js';

type Part = Readonly<Record<string, unknown>>;
type Components = TemplateView['components'];
const body = (text: string) => ({ type: 'BODY', text });
const HELLO = body('Hello.');
const buttons = (...given: Part[]) => ({ type: 'BUTTONS', buttons: given }) as unknown as Components[number];
const media = (...all: [string, string][]) =>
  new Map(
    all.map(([id, mimeType]): [string, Medium] => [
      id,
      { metaId: `meta-${id}`, mimeType, filename: `${id}.pdf` },
    ]),
  );

/** Parses the request as the gateway does, then composes it. */
function composed(
  request: Part,
  components: Components,
  over: Partial<TemplateView> = {},
  given: ReadonlyMap<string, Medium> = media(),
) {
  const whole = { to: '+918899332211', template: 'order_confirmation', language: 'en_US', ...request };
  const { value, faults } = parseBody(SendTemplate, whole);
  expect(faults).toEqual([]);
  return compose(
    { kind: 'template', request: value, messageId: 'msg_1' },
    { template: template({ components, ...over }), media: given, reactedWamid: null },
  );
}
const parametersOf = (...args: Parameters<typeof composed>) =>
  (composed(...args).content as unknown as { template: { components?: unknown } }).template.components;
function faultsOf(...args: Parameters<typeof composed>) {
  try {
    composed(...args);
  } catch (error) {
    const { code, details } = error as Rejection;
    return { code, details };
  }
  throw new Error('It was taken.');
}
const text = (value: string) => ({ type: 'text', text: value });
const button = (index: number, subType: string, parameter: Part) => ({
  type: 'button',
  sub_type: subType,
  index: String(index),
  parameters: [parameter],
});
const CODE = { category: 'AUTHENTICATION' };
const NAMED = { parameterFormat: 'NAMED' } as const;

const cardOf = (...more: Part[]) => ({ components: [{ type: 'HEADER', format: 'IMAGE' }, ...more] });
const carousel = (...cards: Part[]) => [HELLO, { type: 'CAROUSEL', cards }] as unknown as Components;
const link = 'https://x.in/a.jpg';

const named = <Row extends readonly [string, ...unknown[]]>(rows: readonly Row[]) =>
  rows.map((one) => ({ what: one[0], one }));

/** The send, the template, and the parameters for Meta. */
const TOLD: [string, Part, Components, unknown, Partial<TemplateView>?][] = [
  ['nothing that varies', {}, [HELLO, { type: 'FOOTER', text: 'Shop' }], undefined],
  [
    'values for header and body, in this order',
    { variables: ['7', 'Asha'] },
    [{ type: 'HEADER', format: 'TEXT', text: 'Order {{1}}' }, body('Hi {{1}} there')],
    [
      { type: 'header', parameters: [text('7')] },
      { type: 'body', parameters: [text('Asha')] },
    ],
  ],
  [
    'named values in any order',
    { variables: { last: 'Rao', first: 'Asha' } },
    [body('Hi {{first}} {{last}}, welcome')],
    [
      {
        type: 'body',
        parameters: [
          { type: 'text', parameter_name: 'first', text: 'Asha' },
          { type: 'text', parameter_name: 'last', text: 'Rao' },
        ],
      },
    ],
    NAMED,
  ],
  [
    'a named value of the header, and one of the body',
    { variables: { order: '7', first: 'Asha' } },
    [{ type: 'HEADER', format: 'TEXT', text: 'Order {{order}}' }, body('Hi {{first}}, welcome')],
    [
      { type: 'header', parameters: [{ type: 'text', parameter_name: 'order', text: '7' }] },
      { type: 'body', parameters: [{ type: 'text', parameter_name: 'first', text: 'Asha' }] },
    ],
    NAMED,
  ],
  [
    'values without line breaks, tabs and runs of spaces',
    { variables: [' Asha\r\nRao\t ', 'a     b  c'] },
    [body('Hi {{1}}, {{2}} is here')],
    [{ type: 'body', parameters: [text('Asha Rao'), text('a b  c')] }],
  ],
  [
    'a value that looks like a pattern',
    { variables: ['$& {{2}}', 'b'] },
    [body('Hi {{1}}, {{2}} is here')],
    [{ type: 'body', parameters: [text('$& {{2}}'), text('b')] }],
  ],
  [
    'a document with its name',
    { headerLink: 'https://x.in/a.pdf', headerFilename: 'Invoice 7.pdf' },
    [{ type: 'HEADER', format: 'DOCUMENT' }, HELLO],
    [
      {
        type: 'header',
        parameters: [
          { type: 'document', document: { link: 'https://x.in/a.pdf', filename: 'Invoice 7.pdf' } },
        ],
      },
    ],
  ],
  [
    'a document under the name of its link',
    { headerLink: 'https://x.in/a/Invoice%208.pdf?sig=1' },
    [{ type: 'HEADER', format: 'DOCUMENT' }, HELLO],
    [
      {
        type: 'header',
        parameters: [
          {
            type: 'document',
            document: { link: 'https://x.in/a/Invoice%208.pdf?sig=1', filename: 'Invoice 8.pdf' },
          },
        ],
      },
    ],
  ],
  [
    'a place',
    { headerLocation: { latitude: 23.02, longitude: -72.57, name: 'Shop' } },
    [{ type: 'HEADER', format: 'LOCATION' }, HELLO],
    [
      {
        type: 'header',
        parameters: [{ type: 'location', location: { latitude: 23.02, longitude: -72.57, name: 'Shop' } }],
      },
    ],
  ],
  [
    'values of buttons by their places among all buttons',
    { buttonVariables: ['t7', '25OFF'] },
    [
      HELLO,
      buttons(
        { type: 'QUICK_REPLY', text: 'Help' },
        { type: 'PHONE_NUMBER', text: 'Call', phone_number: '+1' },
        { type: 'URL', text: 'Shop', url: 'https://x.in' },
        { type: 'URL', text: 'Track', url: 'https://x.in/{{1}}' },
        { type: 'COPY_CODE', text: 'Copy offer code' },
      ),
    ],
    [button(3, 'url', text('t7')), button(4, 'copy_code', { type: 'coupon_code', coupon_code: '25OFF' })],
  ],
  [
    'a code by index, and the rest in order',
    { buttons: [{ index: 0, code: '25OFF' }], buttonVariables: ['t7'] },
    [HELLO, buttons({ type: 'COPY_CODE' }, { type: 'URL', text: 'Track', url: 'https://x.in/{{1}}' })],
    [button(0, 'copy_code', { type: 'coupon_code', coupon_code: '25OFF' }), button(1, 'url', text('t7'))],
  ],
  [
    'payloads of quick replies, of those alone that have one',
    { buttons: [{ index: 1, payload: 'STOP' }] },
    [HELLO, buttons({ type: 'QUICK_REPLY', text: 'Help' }, { type: 'QUICK_REPLY', text: 'Stop' })],
    [button(1, 'quick_reply', { type: 'payload', payload: 'STOP' })],
  ],
  [
    'a flow that is not mentioned, with a token of the message',
    {},
    [HELLO, buttons({ type: 'QUICK_REPLY', text: 'No' }, { type: 'FLOW', text: 'Book', flow_id: '1' })],
    [button(1, 'flow', { type: 'action', action: { flow_token: 'msg_1' } })],
  ],
  [
    'a flow with its token and data',
    { buttons: [{ index: 0, flowToken: 'booking-7', flowActionData: { day: 'Monday' } }] },
    [HELLO, buttons({ type: 'FLOW', text: 'Book', flow_action: 'NAVIGATE' })],
    [
      button(0, 'flow', {
        type: 'action',
        action: { flow_token: 'booking-7', flow_action_data: { day: 'Monday' } },
      }),
    ],
  ],
  ['a catalogue', {}, [HELLO, buttons({ type: 'CATALOG', text: 'View catalog' })], undefined],
  [
    'a catalogue with a picture',
    { buttons: [{ index: 0, thumbnailProductId: '2lc20305pt' }] },
    [HELLO, buttons({ type: 'CATALOG', text: 'View catalog' })],
    [button(0, 'catalog', { type: 'action', action: { thumbnail_product_retailer_id: '2lc20305pt' } })],
  ],
  [
    'products in sections',
    {
      buttons: [
        {
          index: 0,
          thumbnailProductId: 'a',
          sections: [
            { title: 'Tea', productIds: ['a', 'b'] },
            { title: 'Cake', productIds: ['c'] },
          ],
        },
      ],
    },
    [HELLO, buttons({ type: 'MPM', text: 'View items' })],
    [
      button(0, 'mpm', {
        type: 'action',
        action: {
          thumbnail_product_retailer_id: 'a',
          sections: [
            {
              title: 'Tea',
              product_items: [{ product_retailer_id: 'a' }, { product_retailer_id: 'b' }],
            },
            { title: 'Cake', product_items: [{ product_retailer_id: 'c' }] },
          ],
        },
      }),
    ],
  ],
  [
    'a one-time password as it is stored here',
    { variables: ['123456'] },
    [{ type: 'BODY', add_security_recommendation: true }, buttons({ type: 'OTP', otp_type: 'COPY_CODE' })],
    [{ type: 'body', parameters: [text('123456')] }, button(0, 'url', text('123456'))],
    CODE,
  ],
  [
    'a one-time password as Meta answers it',
    { variables: ['123456'] },
    [
      body('*{{1}}* is your verification code.'),
      { type: 'FOOTER', text: 'This code expires in 10 minutes.' },
      buttons({ type: 'URL', text: 'Copy code', url: 'https://www.whatsapp.com/otp/code/?code=otp{{1}}' }),
    ],
    [{ type: 'body', parameters: [text('123456')] }, button(0, 'url', text('123456'))],
    CODE,
  ],
  ...[
    'otp_type=ONE_TAP&package_name=in.x&code=otp{{1}}',
    'otp_type=ZERO_TAP&code=otp{{1}}',
    'otp_type=COPY_CODE',
  ].map((query): (typeof TOLD)[number] => [
    `a one-time password behind the link ${query}`,
    { variables: ['123456'] },
    [
      body('*{{1}}* is your verification code.'),
      buttons({ type: 'URL', text: 'Autofill', url: `https://www.whatsapp.com/otp/code/?${query}` }),
    ],
    [{ type: 'body', parameters: [text('123456')] }, button(0, 'url', text('123456'))],
    CODE,
  ]),
  [
    'a one-time password by the index of its button',
    { variables: ['123456'], buttons: [{ index: 0, code: '123456' }] },
    [
      body('*{{1}}* is your verification code.'),
      buttons({ type: 'URL', text: 'Copy code', url: 'https://www.whatsapp.com/otp/code/?code=otp{{1}}' }),
    ],
    [{ type: 'body', parameters: [text('123456')] }, button(0, 'url', text('123456'))],
    CODE,
  ],
  [
    'a one-time password given twice',
    { variables: ['123456'], buttonVariables: ['123456'] },
    [{ type: 'BODY' }, buttons({ type: 'OTP' })],
    [{ type: 'body', parameters: [text('123456')] }, button(0, 'url', text('123456'))],
    CODE,
  ],
  [
    'an offer that ends',
    { offerExpiresAt: '2026-12-24T18:00:00Z', buttonVariables: ['CARIBE25'] },
    [
      HELLO,
      {
        type: 'LIMITED_TIME_OFFER',
        limited_time_offer: { text: 'Expiring offer!', has_expiration: true },
      },
      buttons({ type: 'COPY_CODE' }),
    ],
    [
      button(0, 'copy_code', { type: 'coupon_code', coupon_code: 'CARIBE25' }),
      {
        type: 'limited_time_offer',
        parameters: [
          { type: 'limited_time_offer', limited_time_offer: { expiration_time_ms: 1_798_135_200_000 } },
        ],
      },
    ],
  ],
  ['asking whether one may call', {}, [HELLO, { type: 'CALL_PERMISSION_REQUEST' }], undefined],
  [
    'cards, each with what it takes',
    {
      cards: [
        { headerLink: link, variables: ['Elf'], buttonVariables: ['ELF'] },
        {
          headerMediaId: 'med_B',
          variables: ['Buddha'],
          buttonVariables: ['BUDDHA'],
          buttons: [{ index: 0, payload: 'more-buddha' }],
        },
      ],
    },
    carousel(
      ...[1, 2].map(() =>
        cardOf(
          { type: 'BODY', text: 'Meet {{1}} now' },
          {
            type: 'BUTTONS',
            buttons: [
              { type: 'QUICK_REPLY', text: 'More' },
              { type: 'URL', text: 'Shop', url: 'https://x.in/{{1}}' },
            ],
          },
        ),
      ),
    ),
    [
      {
        type: 'carousel',
        cards: [
          {
            card_index: 0,
            components: [
              { type: 'header', parameters: [{ type: 'image', image: { link } }] },
              { type: 'body', parameters: [text('Elf')] },
              button(1, 'url', text('ELF')),
            ],
          },
          {
            card_index: 1,
            components: [
              { type: 'header', parameters: [{ type: 'image', image: { id: 'meta-med_B' } }] },
              { type: 'body', parameters: [text('Buddha')] },
              button(0, 'quick_reply', { type: 'payload', payload: 'more-buddha' }),
              button(1, 'url', text('BUDDHA')),
            ],
          },
        ],
      },
    ],
  ],
];

describe('Meta is told', () => {
  it.each(named(TOLD))('$what', ({ one: [, request, components, told, over] }) =>
    expect(parametersOf(request, components, over, media(['med_B', 'image/png']))).toEqual(told),
  );
});

const IMAGE = [{ type: 'HEADER', format: 'IMAGE' }, HELLO];
const FLOW = buttons({ type: 'FLOW', text: 'Book', flow_action: 'DATA_EXCHANGE' });
const REPLY = buttons({ type: 'QUICK_REPLY', text: 'Help' });
const TRACK = buttons({ type: 'URL', text: 'Track', url: 'https://x.in/{{1}}' });
const OFFER = (has_expiration: boolean) => ({
  type: 'LIMITED_TIME_OFFER',
  limited_time_offer: { text: 'Offer', has_expiration },
});
const mismatch = (...pointers: string[]) => ({
  code: 'template_variables_mismatch',
  details: pointers.map((pointer) => expect.objectContaining({ pointer }) as unknown),
});

/** The send, the template, and the refused fields. */
const REFUSED: [string, Part, Components, string[], Partial<TemplateView>?][] = [
  ['no value', {}, [body('Hi {{1}} there')], ['/variables']],
  ['a value too many', { variables: ['a', 'b'] }, [body('Hi {{1}} there')], ['/variables']],
  [
    'a name too few and one too many',
    { variables: { a: '1' } },
    [body('Hi {{b}} x')],
    ['/variables', '/variables'],
    NAMED,
  ],
  ['a blank value', { variables: ['a', ' \n'] }, [body('Hi {{1}}, {{2}} x')], ['/variables/1']],
  ['a blank named value', { variables: { a: ' ' } }, [body('Hi {{a}} there')], ['/variables/a'], NAMED],
  ['no value for a button', {}, [HELLO, TRACK], ['/buttonVariables']],
  ['a value for no button', { buttonVariables: ['a'] }, [HELLO, REPLY], ['/buttonVariables']],
  [
    'a button that is not there',
    { buttons: [{ index: 1, payload: 'a' }] },
    [HELLO, REPLY],
    ['/buttons/0/index'],
  ],
  ['a code for a quick reply', { buttons: [{ index: 0, code: 'a' }] }, [HELLO, REPLY], ['/buttons/0/code']],
  [
    'a payload for a link',
    { buttonVariables: ['a'], buttons: [{ index: 0, payload: 'a' }] },
    [HELLO, TRACK],
    ['/buttons/0/payload'],
  ],
  ['a code for a link', { buttons: [{ index: 0, code: 'a' }] }, [HELLO, TRACK], ['/buttons/0/code']],
  [
    'data for a flow that has an endpoint',
    { buttons: [{ index: 0, flowActionData: { a: 1 } }] },
    [HELLO, FLOW],
    ['/buttons'],
  ],
  ['products without any', {}, [HELLO, buttons({ type: 'MPM' })], ['/buttons']],
  ['no medium', {}, IMAGE, ['/headerLink']],
  ['two media', { headerLink: link, headerMediaId: '7' }, IMAGE, ['/headerLink']],
  ['a medium for no header', { headerLink: link }, [HELLO], ['/headerLink']],
  ['a name for an image', { headerLink: link, headerFilename: 'a.jpg' }, IMAGE, ['/headerFilename']],
  [
    'a place for an image',
    { headerLink: link, headerLocation: { latitude: 1, longitude: 1 } },
    IMAGE,
    ['/headerLocation'],
  ],
  ['no place', {}, [{ type: 'HEADER', format: 'LOCATION' }, HELLO], ['/headerLocation']],
  ['no end of an offer', {}, [HELLO, OFFER(true)], ['/offerExpiresAt']],
  [
    'an end of no offer',
    { offerExpiresAt: '2026-12-24T18:00:00Z' },
    [HELLO, OFFER(false)],
    ['/offerExpiresAt'],
  ],
  [
    'a code of 16 characters',
    { variables: ['1'.repeat(16)] },
    [{ type: 'BODY' }, buttons({ type: 'OTP' })],
    ['/variables/0'],
    CODE,
  ],
  [
    'another code of 16 characters in the button',
    { variables: ['1'], buttons: [{ index: 0, code: '1'.repeat(16) }] },
    [{ type: 'BODY' }, buttons({ type: 'OTP' })],
    ['/buttons/0/code'],
    CODE,
  ],
  [
    'a coupon code of 21 characters',
    { buttonVariables: ['1'.repeat(21)] },
    [HELLO, buttons({ type: 'COPY_CODE' })],
    ['/buttonVariables'],
  ],
  ['no cards', {}, carousel(cardOf(), cardOf()), ['/cards']],
  [
    'a card too many',
    { cards: [1, 2, 3].map(() => ({ headerLink: link })) },
    carousel(cardOf(), cardOf()),
    ['/cards'],
  ],
  ['cards for no carousel', { cards: [1, 2].map(() => ({ headerLink: link })) }, [HELLO], ['/cards']],
  [
    'a card without its medium',
    { cards: [{ headerLink: link }, {}] },
    carousel(cardOf(), cardOf()),
    ['/cards/1/headerLink'],
  ],
  [
    'a value for a card that takes none',
    { cards: [{ headerLink: link }, { headerLink: link, variables: ['a'] }] },
    carousel(cardOf(), cardOf()),
    ['/cards/1/variables'],
  ],
];

describe('what does not fit is refused', () => {
  it.each(named(REFUSED))('$what', ({ one: [, request, components, pointers, over] }) =>
    expect(faultsOf(request, components, over, media(['7', 'image/png']))).toEqual(mismatch(...pointers)),
  );

  it('in sentences that name the field and the limit', () => {
    const details = (...args: Parameters<typeof composed>) =>
      (faultsOf(...args).details as { detail: string }[]).map(({ detail }) => detail);
    expect(details({ variables: ['a'] }, [body('Hi {{1}}, {{2}} x'), TRACK])).toEqual([
      'The template takes 2 variables, 1 was given.',
      'The template takes 1 buttonVariables, 0 were given.',
    ]);
    expect(details({ variables: ['1'.repeat(16)] }, [{ type: 'BODY' }], CODE)).toEqual([
      'variables/0 must have at most 15 characters for a code.',
    ]);
    expect(details({ buttons: [{ index: 0, code: 'a' }] }, [HELLO, REPLY])).toEqual([
      'Button 0 of the template is of type QUICK_REPLY, which takes no code.',
    ]);
  });

  it.each<[string, Components, string]>([
    ['a component', [HELLO, { type: 'ORDER_STATUS' }], 'a component of type ORDER_STATUS'],
    ['a header', [{ type: 'HEADER', format: 'PRODUCT' }, HELLO], 'a header of type PRODUCT'],
    ['a button', [HELLO, buttons({ type: 'SPM', text: 'View' })], 'a button of type SPM'],
    [
      'a header of a card',
      carousel({ components: [{ type: 'HEADER', format: 'PRODUCT' }] }),
      'a header of type PRODUCT',
    ],
  ])('by its name: %s that there is no way to send', (_what, components, what) => {
    const { code, details } = faultsOf({ cards: undefined }, components);
    expect(code).toBe('template_not_supported');
    expect((details as object[])[0]).toEqual({
      pointer: '/template',
      code: 'template_not_supported',
      detail: `The template has ${what}, which cannot be sent.`,
    });
  });

  it('a file that is no picture, on a card', () =>
    expect(
      faultsOf(
        { cards: [{ headerLink: link }, { headerMediaId: 'med_P' }] },
        carousel(cardOf(), cardOf()),
        {},
        media(['med_P', 'application/pdf']),
      ),
    ).toMatchObject({ code: 'invalid_request', details: [{ pointer: '/cards/1/headerMediaId' }] }));

  it('a medium of a card that is not there', () =>
    expect(
      faultsOf(
        { cards: [{ headerLink: link }, { headerMediaId: 'constructor' }] },
        carousel(cardOf(), cardOf()),
      ),
    ).toMatchObject({ code: 'media_not_found', details: [{ pointer: '/cards/1/headerMediaId' }] }));
});

it.each<[string, Part, string, string]>([
  ['the same button twice', { buttons: [{ index: 0 }, { index: 0 }] }, '/buttons/1/index', 'not_unique'],
  ['an empty payload', { buttons: [{ index: 0, payload: '' }] }, '/buttons/0/payload', 'min_length'],
  ['an eleventh button', { buttons: [{ index: 10 }] }, '/buttons/0/index', 'max'],
  [
    '31 products',
    {
      buttons: [
        {
          index: 0,
          sections: [
            { title: 'A', productIds: Array.from({ length: 30 }, (_, n) => `${n}`) },
            { title: 'B', productIds: ['x'] },
          ],
        },
      ],
    },
    '/buttons/0/sections',
    'array_max_size',
  ],
  [
    'a section without title among several',
    { buttons: [{ index: 0, sections: [{ title: 'A', productIds: ['x'] }, { productIds: ['y'] }] }] },
    '/buttons/0/sections/1/title',
    'required',
  ],
  ['one card', { cards: [{}] }, '/cards', 'array_min_size'],
  [
    'the same button twice on a card',
    { cards: [{}, { buttons: [{ index: 0 }, { index: 0 }] }] },
    '/cards/1/buttons/1/index',
    'not_unique',
  ],
])('%s is refused at the edge', (_what, request, pointer, code) => {
  const whole = { to: '+918899332211', template: 'a', language: 'en', ...request };
  expect(parseBody(SendTemplate, whole).faults).toMatchObject([{ pointer, code }]);
});

describe('the inbox shows', () => {
  const components = [
    { type: 'HEADER', format: 'TEXT', text: 'Order {{1}}' },
    body('Hi {{1}}, it costs {{2}} only.'),
    { type: 'FOOTER', text: 'Lucky Shrub' },
    buttons(
      { type: 'QUICK_REPLY', text: 'Help' },
      { type: 'URL', text: 'Track', url: 'https://x.in/{{1}}' },
      { type: 'PHONE_NUMBER', text: 'Call', phone_number: '+15550051310' },
    ),
  ];

  it('the text, what was filled in, and what stands around it', () =>
    expect(composed({ variables: ['7', 'Asha', '$5'], buttonVariables: ['t7'] }, components)).toMatchObject({
      body: 'Hi Asha, it costs $5 only.',
      payload: {
        template: 'order_confirmation',
        language: 'en_US',
        variables: ['7', 'Asha', '$5'],
        header: { format: 'TEXT', text: 'Order 7' },
        footer: 'Lucky Shrub',
        buttons: [
          { type: 'QUICK_REPLY', label: 'Help' },
          { type: 'URL', label: 'Track', url: 'https://x.in/t7' },
          { type: 'PHONE_NUMBER', label: 'Call', phoneNumber: '+15550051310' },
        ],
      },
    }));

  it('no more than there is', () =>
    expect(composed({ variables: ['Asha'] }, [body('Hi {{1}} there')])).toMatchObject({
      body: 'Hi Asha there',
      payload: { template: 'order_confirmation', language: 'en_US', variables: ['Asha'] },
    }));

  it('the medium, and the cards with theirs', () =>
    expect(
      composed(
        {
          headerMediaId: '7',
          cards: [
            { headerLink: link, variables: ['Elf'] },
            { headerMediaId: '8', variables: ['Buddha'] },
          ],
        },
        [
          { type: 'HEADER', format: 'VIDEO' },
          ...carousel(
            cardOf({ type: 'BODY', text: 'Meet {{1}} now' }),
            cardOf({ type: 'BODY', text: 'Meet {{1}} now' }),
          ),
        ],
        {},
        media(['7', 'video/mp4'], ['8', 'image/png']),
      ).payload,
    ).toMatchObject({
      header: { format: 'VIDEO', mediaId: '7' },
      cards: [
        { header: { format: 'IMAGE', link }, body: 'Meet Elf now' },
        { header: { format: 'IMAGE', mediaId: '8' }, body: 'Meet Buddha now' },
      ],
    }));

  it('the words of Meta around a one-time password', () =>
    expect(
      composed(
        { variables: ['123456'] },
        [
          { type: 'BODY', add_security_recommendation: true },
          { type: 'FOOTER', code_expiration_minutes: 5 },
          buttons({ type: 'OTP', otp_type: 'COPY_CODE' }),
        ],
        CODE,
      ),
    ).toMatchObject({
      body: '*123456* is your verification code. For your security, do not share this code.',
      payload: {
        footer: 'This code expires in 5 minutes.',
        buttons: [{ type: 'OTP', label: 'Copy code', code: '123456' }],
      },
    }));
});

it.each([
  [{}, 'med_D.pdf'],
  [{ headerFilename: 'Invoice 9.pdf' }, 'Invoice 9.pdf'],
])('a document that is kept goes under its own name, or the one that is given: %j', (given, filename) => {
  const components = [{ type: 'HEADER', format: 'DOCUMENT' }, HELLO];
  const { content, payload } = composed(
    { headerMediaId: 'med_D', ...given },
    components,
    {},
    media(['med_D', 'application/pdf']),
  );
  expect(content).toMatchObject({
    template: { components: [{ parameters: [{ document: { id: 'meta-med_D', filename } }] }] },
  });
  expect(payload).toMatchObject({ header: { mediaId: 'med_D', filename } });
});

it('names all media that Meta has no copy of, and puts its ids in their places', () => {
  const stored = new Map(
    ['med_A', 'med_B'].map((id): [string, Medium] => [
      id,
      { metaId: { mediaId: id }, mimeType: 'image/png', filename: null },
    ]),
  );
  const request = { cards: [{ headerMediaId: 'med_A' }, { headerMediaId: 'med_B' }] };
  const components = carousel(cardOf(), cardOf());
  const sent = { mediaId: 'med_A', otherMediaIds: ['med_B'] };
  const { content } = composed(request, components, {}, stored);
  expect(mediaWithoutMetaId({ ...sent, content })).toEqual(['med_A', 'med_B']);
  const half = withMetaIds(content, new Map([['med_B', '8']]));
  expect(mediaWithoutMetaId({ ...sent, content: half })).toEqual(['med_A']);
  const whole = withMetaIds(half, new Map([['med_A', '7']]));
  expect(mediaWithoutMetaId({ ...sent, content: whole })).toEqual([]);
  expect(JSON.stringify(whole)).toContain('{"id":"7"}');
});
