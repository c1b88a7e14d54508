import { LIMITS } from '@wbiz/contracts/limits';

const to = '+918899332211';
const x = (length: number) => 'x'.repeat(length);
const BUTTONS = [
  { id: 'yes', title: 'Confirm' },
  { id: 'no', title: 'Cancel' },
];
const LIST = {
  kind: 'list',
  buttons: undefined,
  button: 'Open',
  sections: [{ rows: [{ id: 'a', title: 'A' }] }],
};
const CTA = { kind: 'cta_url', buttons: undefined, displayText: 'Open', url: 'https://example.com' };
const button = (over: object, index = 0) => ({
  buttons: BUTTONS.map((one, at) => (at === index ? { ...one, ...over } : one)),
});
const rows = (count: number, prefix = 'r') =>
  Array.from({ length: count }, (_, index) => ({ id: `${prefix}${index}`, title: 'Row' }));
const list = (over: object) => ({ ...LIST, ...over });
const row = (over: object) => list({ sections: [{ rows: [{ id: 'a', title: 'A', ...over }] }] });
const contact = (over: object) => ({ contacts: [{ name: { formattedName: 'Asha' }, ...over }] });
const many = <T>(count: number, one: T) => Array.from({ length: count }, () => one);
const templateButton = (over: object) => ({ buttons: [{ index: 0, ...over }] });
const cards = (count: number, over: object = {}) => ({ cards: many(count, over) });

export const FLOW_ID = 'flw_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E';
const FLOW = `/v1/flows/${FLOW_ID}/send` as const;

/** A body of every kind that is right, and as the reference has it where it has one. */
export const GOOD_SENDS = {
  '/v1/messages/text': { to, body: 'Hi!' },
  '/v1/messages/template': { to, template: 'order_confirmation', language: 'en_US' },
  '/v1/messages/media': {
    to,
    type: 'image',
    link: 'https://example.com/catalogue.jpg',
    caption: "This week's catalogue",
  },
  '/v1/messages/interactive': {
    to,
    kind: 'buttons',
    body: 'Reply to confirm your order.',
    buttons: BUTTONS,
  },
  '/v1/messages/location': {
    to,
    latitude: 23.0225,
    longitude: 72.5714,
    name: 'Our store',
    address: 'Ahmedabad, India',
  },
  '/v1/messages/reaction': { to, wamid: 'wamid.ABC', emoji: '👍' },
  '/v1/messages/contacts': { to, contacts: [{ name: { formattedName: 'Asha' } }] },
  [FLOW]: { to, bodyText: 'Book your appointment in a few taps.', ctaText: 'Book now' },
};
export type SendPath = keyof typeof GOOD_SENDS;

type Limited = [what: string, path: SendPath, at: (size: number) => object, max: number, pointer: string];

/** Every limit: what has `size` of it is taken at `max`, and refused at `pointer` one above. */
export const LIMITED: Limited[] = [
  ['body', '/v1/messages/text', (n) => ({ body: x(n) }), LIMITS.textBody.max, '/body'],
  ['template', '/v1/messages/template', (n) => ({ template: x(n) }), LIMITS.templateName.max, '/template'],
  [
    'variables',
    '/v1/messages/template',
    (n) => ({ variables: many(n, 'x') }),
    LIMITS.templateVariables.max,
    '/variables',
  ],
  [
    'a variable',
    '/v1/messages/template',
    (n) => ({ variables: [x(n)] }),
    LIMITS.templateVariable.max,
    '/variables',
  ],
  [
    'headerFilename',
    '/v1/messages/template',
    (n) => ({ headerFilename: x(n) }),
    LIMITS.filename.max,
    '/headerFilename',
  ],
  [
    'payload of a template’s button',
    '/v1/messages/template',
    (n) => templateButton({ payload: x(n) }),
    LIMITS.templatePayload.max,
    '/buttons/0/payload',
  ],
  [
    'code of a template’s button',
    '/v1/messages/template',
    (n) => templateButton({ code: x(n) }),
    LIMITS.couponCode.max,
    '/buttons/0/code',
  ],
  [
    'flow token',
    '/v1/messages/template',
    (n) => templateButton({ flowToken: x(n) }),
    LIMITS.flowToken.max,
    '/buttons/0/flowToken',
  ],
  [
    'buttons of a template',
    '/v1/messages/template',
    (n) => ({ buttons: Array.from({ length: n }, (_, index) => ({ index: Math.min(index, 9) })) }),
    LIMITS.templateButtons.max,
    '/buttons',
  ],
  ['cards', '/v1/messages/template', (n) => cards(n), LIMITS.cards.max, '/cards'],
  [
    'buttons of a card',
    '/v1/messages/template',
    (n) => ({ cards: [{ buttons: Array.from({ length: n }, (_, index) => ({ index })) }, {}] }),
    LIMITS.cardButtons.max,
    '/cards/0/buttons',
  ],
  ['caption', '/v1/messages/media', (n) => ({ caption: x(n) }), LIMITS.caption.max, '/caption'],
  [
    'filename',
    '/v1/messages/media',
    (n) => ({ type: 'document', filename: x(n) }),
    LIMITS.filename.max,
    '/filename',
  ],
  ['link', '/v1/messages/media', (n) => ({ link: `https://${x(n - 8)}` }), LIMITS.link.max, '/link'],
  ['buttons body', '/v1/messages/interactive', (n) => ({ body: x(n) }), LIMITS.buttonsBody.max, '/body'],
  ['footer', '/v1/messages/interactive', (n) => ({ footer: x(n) }), LIMITS.interactiveFooter.max, '/footer'],
  [
    'header text',
    '/v1/messages/interactive',
    (n) => ({ header: { type: 'text', text: x(n) } }),
    LIMITS.interactiveHeader.max,
    '/header/text',
  ],
  [
    'a bare header',
    '/v1/messages/interactive',
    (n) => ({ header: x(n) }),
    LIMITS.interactiveHeader.max,
    '/header/text',
  ],
  [
    'buttons',
    '/v1/messages/interactive',
    (n) => ({ buttons: Array.from({ length: n }, (_, index) => ({ id: `${index}`, title: `${index}` })) }),
    LIMITS.buttons.max,
    '/buttons',
  ],
  [
    'button title',
    '/v1/messages/interactive',
    (n) => button({ title: x(n) }, 1),
    LIMITS.buttonTitle.max,
    '/buttons/1/title',
  ],
  [
    'button id',
    '/v1/messages/interactive',
    (n) => button({ id: x(n) }),
    LIMITS.buttonId.max,
    '/buttons/0/id',
  ],
  ['list body', '/v1/messages/interactive', (n) => list({ body: x(n) }), LIMITS.listBody.max, '/body'],
  [
    'list button',
    '/v1/messages/interactive',
    (n) => list({ button: x(n) }),
    LIMITS.listButton.max,
    '/button',
  ],
  [
    'sections',
    '/v1/messages/interactive',
    (n) =>
      list({
        sections: Array.from({ length: n }, (_, at) => ({ title: `S${at}`, rows: rows(1, `s${at}`) })),
      }),
    LIMITS.sections.max,
    '/sections',
  ],
  [
    'section title',
    '/v1/messages/interactive',
    (n) => list({ sections: [{ title: x(n), rows: rows(1) }] }),
    LIMITS.sectionTitle.max,
    '/sections/0/title',
  ],
  [
    'rows of a section',
    '/v1/messages/interactive',
    (n) => list({ sections: [{ rows: rows(n) }] }),
    LIMITS.rows.max,
    '/sections/0/rows',
  ],
  [
    'rows in all',
    '/v1/messages/interactive',
    (n) =>
      list({
        sections: [
          { title: 'A', rows: rows(6, 'a') },
          { title: 'B', rows: rows(n - 6, 'b') },
        ],
      }),
    LIMITS.rows.max,
    '/sections',
  ],
  ['row id', '/v1/messages/interactive', (n) => row({ id: x(n) }), LIMITS.rowId.max, '/sections/0/rows/0/id'],
  [
    'row title',
    '/v1/messages/interactive',
    (n) => row({ title: x(n) }),
    LIMITS.rowTitle.max,
    '/sections/0/rows/0/title',
  ],
  [
    'row description',
    '/v1/messages/interactive',
    (n) => row({ description: x(n) }),
    LIMITS.rowDescription.max,
    '/sections/0/rows/0/description',
  ],
  ['link body', '/v1/messages/interactive', (n) => ({ ...CTA, body: x(n) }), LIMITS.ctaBody.max, '/body'],
  [
    'link label',
    '/v1/messages/interactive',
    (n) => ({ ...CTA, displayText: x(n) }),
    LIMITS.ctaDisplayText.max,
    '/displayText',
  ],
  ['latitude', '/v1/messages/location', (n) => ({ latitude: n }), LIMITS.latitude.max, '/latitude'],
  ['-latitude', '/v1/messages/location', (n) => ({ latitude: -n }), -LIMITS.latitude.min, '/latitude'],
  ['longitude', '/v1/messages/location', (n) => ({ longitude: n }), LIMITS.longitude.max, '/longitude'],
  ['-longitude', '/v1/messages/location', (n) => ({ longitude: -n }), -LIMITS.longitude.min, '/longitude'],
  ['place name', '/v1/messages/location', (n) => ({ name: x(n) }), LIMITS.place.max, '/name'],
  ['place address', '/v1/messages/location', (n) => ({ address: x(n) }), LIMITS.place.max, '/address'],
  ['emoji', '/v1/messages/reaction', (n) => ({ emoji: x(n) }), LIMITS.emoji.max, '/emoji'],
  [
    'contacts',
    '/v1/messages/contacts',
    (n) => ({ contacts: many(n, { name: { formattedName: 'Asha' } }) }),
    LIMITS.contacts.max,
    '/contacts',
  ],
  [
    'phones',
    '/v1/messages/contacts',
    (n) => contact({ phones: many(n, { phone: '1' }) }),
    LIMITS.contactEntries.max,
    '/contacts/0/phones',
  ],
  [
    'contact name',
    '/v1/messages/contacts',
    (n) => contact({ name: { formattedName: x(n) } }),
    LIMITS.contactField.max,
    '/contacts/0/name/formattedName',
  ],
  ['flow body', FLOW, (n) => ({ bodyText: x(n) }), LIMITS.flowBody.max, '/bodyText'],
  ['flow label', FLOW, (n) => ({ ctaText: x(n) }), LIMITS.flowCta.max, '/ctaText'],
  ['flow header', FLOW, (n) => ({ header: x(n) }), LIMITS.interactiveHeader.max, '/header'],
  ['flow footer', FLOW, (n) => ({ footer: x(n) }), LIMITS.interactiveFooter.max, '/footer'],
  ['flow token', FLOW, (n) => ({ flowToken: x(n) }), LIMITS.flowToken.max, '/flowToken'],
  ['flow screen', FLOW, (n) => ({ screen: x(n) }), LIMITS.flowScreen.max, '/screen'],
  ['flow data', FLOW, (n) => ({ data: { a: x(n - '{"a":""}'.length) } }), LIMITS.flowData.max, '/data'],
];

/** What else is wrong with a body, and the fields that must be named. */
export const WRONG: { [Path in SendPath]: [string, object, string[]][] } = {
  '/v1/messages/text': [
    ['body missing', { body: undefined }, ['/body']],
    ['body empty', { body: '' }, ['/body']],
    ['body a number', { body: 1 }, ['/body']],
    ['body with NUL', { body: 'a\u0000b' }, ['/body']],
    ['body with half a character', { body: 'a\ud800' }, ['/body']],
    ['previewUrl a text', { previewUrl: 'true' }, ['/previewUrl']],
  ],
  '/v1/messages/template': [
    ['template missing', { template: undefined }, ['/template']],
    ['template in capitals', { template: 'Order' }, ['/template']],
    ['language missing', { language: undefined }, ['/language']],
    ['language no code', { language: 'english please' }, ['/language']],
    ['variables a text', { variables: 'Gaurav' }, ['/variables']],
    ['variables with a number', { variables: [1] }, ['/variables']],
    ['variables with an empty one', { variables: [''] }, ['/variables']],
    ['variables nested', { variables: { a: ['b'] } }, ['/variables']],
    ['headerLink no link', { headerLink: 'javascript:alert(1)' }, ['/headerLink']],
    ['headerMediaId too long', { headerMediaId: x(61) }, ['/headerMediaId']],
    ['buttonVariables a number', { buttonVariables: 7 }, ['/buttonVariables']],
    ['headerLocation without longitude', { headerLocation: { latitude: 1 } }, ['/headerLocation/longitude']],
    ['offerExpiresAt no time', { offerExpiresAt: 'tomorrow' }, ['/offerExpiresAt']],
    ['a button without index', { buttons: [{ payload: 'a' }] }, ['/buttons/0/index']],
    ['the same button twice', { buttons: [{ index: 1 }, { index: 1 }] }, ['/buttons/1/index']],
    ['flowActionData a list', templateButton({ flowActionData: [] }), ['/buttons/0/flowActionData']],
    [
      'a section without products',
      templateButton({ sections: [{ productIds: [] }] }),
      ['/buttons/0/sections/0/productIds'],
    ],
    ['one card', cards(1), ['/cards']],
    [
      'a card with a location',
      cards(2, { headerLocation: {} }),
      ['/cards/0/headerLocation', '/cards/1/headerLocation'],
    ],
  ],
  '/v1/messages/media': [
    ['type missing', { type: undefined }, ['/type']],
    ['type unknown', { type: 'gif' }, ['/type']],
    ['neither link nor mediaId', { link: undefined }, ['/link']],
    ['both link and mediaId', { mediaId: '123' }, ['/link']],
    ['link no link', { link: 'file:///etc/passwd' }, ['/link']],
    ['link of nothing', { link: 'https://' }, ['/link']],
    ['caption for audio', { type: 'audio' }, ['/caption']],
    ['caption for a sticker', { type: 'sticker' }, ['/caption']],
    ['filename for an image', { filename: 'a.jpg' }, ['/filename']],
    ['filename empty', { type: 'document', filename: '' }, ['/filename']],
  ],
  '/v1/messages/interactive': [
    ['kind missing', { kind: undefined }, ['/kind']],
    ['kind unknown', { kind: 'carousel' }, ['/kind']],
    ['body missing', { body: undefined }, ['/body']],
    ['no buttons', { buttons: undefined }, ['/buttons']],
    ['an empty list of buttons', { buttons: [] }, ['/buttons']],
    ['buttons no list', { buttons: BUTTONS[0] }, ['/buttons']],
    ['a button that is a text', { buttons: ['yes'] }, ['/buttons/0']],
    ['a button without title', button({ title: undefined }), ['/buttons/0/title']],
    ['a button with an empty id', button({ id: '' }), ['/buttons/0/id']],
    ['a button with more', button({ url: 'x' }, 1), ['/buttons/1/url']],
    ['two faults in buttons', { buttons: [{ id: '', title: x(21) }] }, ['/buttons/0/id', '/buttons/0/title']],
    ['the same id twice', button({ id: 'yes' }, 1), ['/buttons/1/id']],
    ['the same title twice', button({ title: 'Confirm' }, 1), ['/buttons/1/title']],
    ['buttons and a list', { sections: LIST.sections, button: 'Open' }, ['/sections', '/button']],
    ['buttons and a link', { url: 'https://example.com' }, ['/url']],
    ['a list without button', list({ button: undefined }), ['/button']],
    ['a list without sections', list({ sections: undefined }), ['/sections']],
    ['a list of no sections', list({ sections: [] }), ['/sections']],
    ['a section without rows', list({ sections: [{ title: 'A' }] }), ['/sections/0/rows']],
    ['a section of no rows', list({ sections: [{ rows: [] }] }), ['/sections/0/rows']],
    ['a row without title', row({ title: undefined }), ['/sections/0/rows/0/title']],
    ['a row with an empty description', row({ description: '' }), ['/sections/0/rows/0/description']],
    [
      'two sections, one without title',
      list({ sections: [{ rows: rows(1, 'a') }, { title: 'B', rows: rows(1, 'b') }] }),
      ['/sections/0/title'],
    ],
    [
      'the same row in two sections',
      list({
        sections: [
          { title: 'A', rows: rows(1) },
          { title: 'B', rows: rows(1) },
        ],
      }),
      ['/sections/1/rows/0/id'],
    ],
    [
      'a picture above a list',
      list({ header: { type: 'image', link: 'https://example.com/a.jpg' } }),
      ['/header/type'],
    ],
    ['a link without label', { ...CTA, displayText: undefined }, ['/displayText']],
    ['a link to nowhere', { ...CTA, url: 'example' }, ['/url']],
    ['a header of no type', { header: { text: 'A' } }, ['/header/type']],
    ['a header without text', { header: { type: 'text' } }, ['/header/text']],
    [
      'a text header with a link',
      { header: { type: 'text', text: 'A', link: 'https://a.in' } },
      ['/header/link'],
    ],
    ['a picture without link', { header: { type: 'image' } }, ['/header/link']],
    [
      'a picture by link and id',
      { header: { type: 'image', link: 'https://a.in', mediaId: '1' } },
      ['/header/link'],
    ],
    [
      'a picture with a text',
      { header: { type: 'image', link: 'https://a.in', text: 'A' } },
      ['/header/text'],
    ],
    ['a header that is a number', { header: 1 }, ['/header']],
    ['an empty footer', { footer: '' }, ['/footer']],
  ],
  '/v1/messages/location': [
    ['latitude missing', { latitude: undefined }, ['/latitude']],
    ['latitude a text', { latitude: '23.0225' }, ['/latitude']],
    ['longitude null', { longitude: null }, ['/longitude']],
    ['name empty', { name: '' }, ['/name']],
  ],
  '/v1/messages/reaction': [
    ['no message', { wamid: undefined }, ['/messageId']],
    ['two messages', { messageId: 'msg_x' }, ['/wamid']],
    ['no wamid', { wamid: 'abc' }, ['/wamid']],
    ['emoji missing', { emoji: undefined }, ['/emoji']],
    ['emoji null', { emoji: null }, ['/emoji']],
  ],
  '/v1/messages/contacts': [
    ['no contacts', { contacts: undefined }, ['/contacts']],
    ['an empty list', { contacts: [] }, ['/contacts']],
    ['no name', { contacts: [{}] }, ['/contacts/0/name']],
    ['no formatted name', contact({ name: { firstName: 'A' } }), ['/contacts/0/name/formattedName']],
    ['a phone without number', contact({ phones: [{ type: 'CELL' }] }), ['/contacts/0/phones/0/phone']],
    ['a birthday', contact({ birthday: '23.1.1999' }), ['/contacts/0/birthday']],
    ["Meta's own spelling", contact({ first_name: 'A' }), ['/contacts/0/first_name']],
  ],
  [FLOW]: [
    ['bodyText missing', { bodyText: undefined }, ['/bodyText']],
    ['ctaText empty', { ctaText: '' }, ['/ctaText']],
    ['header an object', { header: { type: 'text', text: 'A' } }, ['/header']],
    ['flowToken empty', { flowToken: '' }, ['/flowToken']],
    ['action unknown', { action: 'open' }, ['/action']],
    ['mode unknown', { mode: 'test' }, ['/mode']],
    ['data a list', { data: [1] }, ['/data']],
    ['data empty', { data: {} }, ['/data']],
    ['data with NUL', { data: { a: 'b\u0000' } }, ['/data']],
    ['data for an endpoint', { action: 'data_exchange', screen: 'A', data: { a: 1 } }, ['/screen', '/data']],
    ["Meta's own spelling", { flow_token: 'a' }, ['/flow_token']],
  ],
};

/** What might be taken for wrong and is right. */
export const RIGHT: [string, SendPath, object][] = [
  ['a body of emoji', '/v1/messages/text', { body: '😀'.repeat(LIMITS.textBody.max / 2) }],
  ['a number with spaces', '/v1/messages/text', { to: '0091 88993-32211' }],
  ['a number as another system has it', '/v1/messages/text', { to: 'whatsapp:+918899332211' }],
  ['a number of before a reform', '/v1/messages/text', { to: '+22997479819' }],
  ['a user id', '/v1/messages/text', { to: 'IN.1234567890' }],
  ['a long replyTo', '/v1/messages/text', { replyTo: 'w'.repeat(300) }],
  ['named variables', '/v1/messages/template', { variables: { name: 'Gaurav' } }],
  ['no variables', '/v1/messages/template', { variables: [] }],
  ['media by id', '/v1/messages/media', { link: undefined, mediaId: '1037543291543636' }],
  ['audio', '/v1/messages/media', { type: 'audio', caption: undefined }],
  ['one button', '/v1/messages/interactive', { buttons: BUTTONS.slice(1) }],
  ['a list', '/v1/messages/interactive', LIST],
  ['a link button', '/v1/messages/interactive', CTA],
  ['a picture', '/v1/messages/interactive', { header: { type: 'image', link: 'https://a.in/a.jpg' } }],
  ['a pole', '/v1/messages/location', { latitude: -90, longitude: 180, name: undefined, address: undefined }],
  ['no emoji any more', '/v1/messages/reaction', { emoji: '' }],
  ['a message by id', '/v1/messages/reaction', { wamid: undefined, messageId: 'msg_x' }],
  ['a flow that begins somewhere', FLOW, { screen: 'DAY', data: { days: [1, 2], of: { a: null } } }],
  ['a flow that its endpoint begins', FLOW, { action: 'data_exchange', flowToken: 'order-1043' }],
  ['bare names and phones', '/v1/messages/contacts', { contacts: [{ name: 'Asha', phones: ['+91 88'] }] }],
];
