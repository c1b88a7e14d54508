import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MediaKind } from '../media/media.rules.js';
import { simulatorForTests, texts, WABA, type TestSimulator } from '../simulator.harness.js';

let simulator: TestSimulator;
const media = {} as Record<MediaKind, string>;

const BODY = { type: 'BODY', text: 'Hi {{1}}, have a look.', example: { body_text: [['Asha']] } };
const PLAIN = { type: 'BODY', text: 'Have a look.' };
const header = (format: string) => ({ type: 'HEADER', format, example: { header_handle: ['4::x'] } });
const buttons = (...list: object[]) => ({ type: 'BUTTONS', buttons: list });
const TRACK = { type: 'URL', text: 'Track', url: 'https://x.in/t/{{1}}', example: ['1043'] };
const HELP = { type: 'QUICK_REPLY', text: 'Help' };

const TEMPLATES: Record<string, readonly object[]> = {
  of_image: [header('IMAGE'), PLAIN],
  of_video: [header('VIDEO'), PLAIN],
  of_document: [header('DOCUMENT'), PLAIN],
  of_location: [{ type: 'HEADER', format: 'LOCATION' }, PLAIN],
  of_buttons: [BODY, buttons(HELP, TRACK)],
  of_code: [PLAIN, buttons({ type: 'COPY_CODE', example: 'DIWALI20' })],
  of_flow: [PLAIN, buttons({ type: 'FLOW', text: 'Book', flow_name: 'appointment_booking' })],
  of_catalog: [PLAIN, buttons({ type: 'CATALOG', text: 'See all' })],
  of_products: [PLAIN, buttons({ type: 'MPM', text: 'See' })],
  of_offer: [
    PLAIN,
    { type: 'LIMITED_TIME_OFFER', limited_time_offer: { text: 'Ends', has_expiration: true } },
    buttons({ type: 'COPY_CODE', example: 'DIWALI20' }),
  ],
  of_product_cards: [
    PLAIN,
    {
      type: 'CAROUSEL',
      cards: [1, 2].map(() => ({
        components: [{ type: 'HEADER', format: 'PRODUCT' }, buttons({ type: 'SPM', text: 'View' })],
      })),
    },
  ],
  of_cards: [
    PLAIN,
    {
      type: 'CAROUSEL',
      cards: [1, 2].map(() => ({ components: [header('IMAGE'), BODY, buttons(HELP, TRACK)] })),
    },
  ],
};

beforeAll(async () => {
  simulator = await simulatorForTests({ behaviour: { throughputPerSecond: 1000 } });
  for (const kind of ['image', 'video', 'document'] as const) media[kind] = await simulator.uploaded(kind);
  for (const [name, components] of Object.entries(TEMPLATES)) {
    const { body } = await simulator.graph('POST', `/${WABA}/message_templates`, {
      name,
      language: 'en_US',
      category: 'MARKETING',
      components,
    });
    await simulator.control('POST', `/templates/${body.id}/review`, { decision: 'APPROVED' });
  }
});
afterAll(() => simulator.close());

const head = (type: string, content: object) => ({ type: 'header', parameters: [{ type, [type]: content }] });
const press = (sub_type: string, index: number | string, ...parameters: object[]) => ({
  type: 'button',
  sub_type,
  index,
  parameters,
});
const suffix = (index: number | string = 1) => press('url', index, { type: 'text', text: '1043' });
const action = (content: object) => ({ type: 'action', action: content });
const code = press('copy_code', 0, { type: 'coupon_code', coupon_code: 'DIWALI20' });
const productCard = (index: number) =>
  card(index, head('product', { catalog_id: '1', product_retailer_id: String(index) }));
const offer = (content: object) => ({
  type: 'limited_time_offer',
  parameters: [{ type: 'limited_time_offer', limited_time_offer: content }],
});
const card = (index: number, ...components: object[]) => ({ card_index: index, components });
const full = (index: number) => card(index, head('image', { id: media.image }), texts('Asha'), suffix());
const cards = (...list: object[]) => ({ type: 'carousel', cards: list });

describe('a template send takes', () => {
  it.each<[string, () => object[]]>([
    ['of_image', () => [head('image', { id: media.image })]],
    [
      'of_image',
      () => [{ type: 'HEADER', parameters: [{ type: 'IMAGE', image: { link: 'https://x.in/a.jpg' } }] }],
    ],
    ['of_video', () => [head('video', { id: media.video })]],
    ['of_document', () => [head('document', { id: media.document, filename: 'a.pdf' })]],
    ['of_location', () => [head('location', { latitude: '23', longitude: '72', name: 'Shop' })]],
    ['of_buttons', () => [texts('Asha'), suffix('1')]],
    [
      'of_buttons',
      () => [texts('Asha'), press('quick_reply', 0, { type: 'payload', payload: 'HELP' }), suffix()],
    ],
    ['of_code', () => [code]],
    ['of_flow', () => [press('flow', 0)]],
    ['of_flow', () => [press('flow', '0', action({ flow_token: 't', flow_action_data: { a: 1 } }))]],
    ['of_catalog', () => [press('catalog', 0, action({ thumbnail_product_retailer_id: 's' }))]],
    ['of_products', () => [press('mpm', 0, action({ sections: [] }))]],
    ['of_offer', () => [offer({ expiration_time_ms: 1893456000000 }), code]],
    ['of_cards', () => [cards(full(0), full(1))]],
    ['of_product_cards', () => [cards(productCard(0), productCard(1), productCard(2))]],
  ])('%s', async (name, components) => {
    const { status, body } = await simulator.sendTemplate(name, components());
    expect([status, body.error]).toEqual([200, undefined]);
    expect(body.messages[0].message_status).toBe('accepted');
  });
});

describe('a template send refuses', () => {
  it('a kind of button that no send has, in Meta’s words', async () => {
    const { body } = await simulator.sendTemplate('of_buttons', [texts('Asha'), press('phone_number', 0)]);
    expect(body.error).toMatchObject({
      code: 100,
      message:
        "(#100) Param template['components'][1]['sub_type'] must be one of {BOOKING_CONFIRMATION, CATALOG, COPY_CODE, FLOW, MPM, ORDER_DETAILS, QUICK_REPLY, REMINDER, SPM, URL, VOICE_CALL} - got \"phone_number\".",
    });
  });

  it.each<[string, string, () => object[], number, RegExp]>([
    [
      'no header',
      'of_image',
      () => [],
      132012,
      /^header: Format mismatch, expected IMAGE, received UNKNOWN$/,
    ],
    [
      'another header',
      'of_image',
      () => [head('video', { id: media.video })],
      132012,
      /expected IMAGE, received VIDEO$/,
    ],
    ['a header without a file', 'of_image', () => [head('image', {})], 131008, /requires an id or a link$/],
    ['no place', 'of_location', () => [], 132012, /expected LOCATION, received UNKNOWN$/],
    [
      'no suffix',
      'of_buttons',
      () => [texts('Asha')],
      131008,
      /^buttons: Button at index 1 of type Url requires a parameter$/,
    ],
    [
      'an empty suffix',
      'of_buttons',
      () => [texts('Asha'), press('url', 1, { type: 'text', text: '' })],
      131008,
      /requires a parameter$/,
    ],
    [
      'another parameter of a button',
      'of_buttons',
      () => [texts('Asha'), press('url', 1, { type: 'payload', payload: 'x' })],
      132012,
      /expected TEXT, received PAYLOAD$/,
    ],
    [
      'another button there',
      'of_buttons',
      () => [texts('Asha'), suffix(0)],
      131009,
      /^Components sub_type invalid at index: 0 and type: 0$/,
    ],
    ['no flow button', 'of_flow', () => [], 131009, /^Components sub_type invalid at index: 0 and type: 0$/],
    ['no code', 'of_code', () => [], 131008, /of type CopyCode requires a parameter$/],
    [
      'a long code',
      'of_code',
      () => [press('copy_code', 0, { type: 'coupon_code', coupon_code: 'X'.repeat(21) })],
      131009,
      /Max length is 20$/,
    ],
    ['no products', 'of_products', () => [], 131008, /requires a parameter$/],
    ['no end of the offer', 'of_offer', () => [], 131008, /expiration_time_ms is required$/],
    [
      'a strange end of the offer',
      'of_offer',
      () => [offer({ expiration_time_ms: 'soon' })],
      131009,
      /unix milliseconds$/,
    ],
    [
      'one card of two',
      'of_cards',
      () => [cards(full(0))],
      132012,
      /number of cards \(1\) does not match the expected number of cards \(2\)$/,
    ],
    [
      'eleven product cards',
      'of_product_cards',
      () => [cards(...Array.from({ length: 11 }, (_, index) => productCard(index)))],
      132012,
      /number of cards \(11\) does not match/,
    ],
    [
      'a card that is not there',
      'of_cards',
      () => [cards(full(0), full(2))],
      131009,
      /card_index 2 does not exist/,
    ],
    [
      'the same card twice',
      'of_cards',
      () => [cards(full(0), full(0))],
      131009,
      /card_index 0 is given twice/,
    ],
    [
      'a card without its picture',
      'of_cards',
      () => [cards(full(0), card(1, texts('Asha'), suffix()))],
      132012,
      /expected IMAGE, received UNKNOWN$/,
    ],
    [
      'a card without its text',
      'of_cards',
      () => [cards(full(0), card(1, head('image', { id: media.image }), suffix()))],
      132000,
      /^body: number of localizable_params \(0\)/,
    ],
    [
      'an unknown component',
      'of_image',
      () => [{ type: 'sidebar' }],
      131009,
      /^Component type 'sidebar' is not supported\.$/,
    ],
  ])('%s', async (_name, template, components, code, details) => {
    const { status, body } = await simulator.sendTemplate(template, components());
    expect([status, body.error.code]).toEqual([400, code]);
    expect(body.error.error_data.details).toMatch(details);
  });

  it.each<[string, () => object[], RegExp]>([
    ['no cards', () => [], /The parameter template\['components'\]\['cards'\] is required\.$/],
    [
      'an unknown file in a card',
      () => [cards(full(0), card(1, head('image', { id: '1' }), texts('Asha'), suffix()))],
      /Param template\['components'\]\[0\]\['cards'\]\[1\]\['components'\]\[0\]\['parameters'\]\[0\]\['image'\]\['id'\] is not a valid whatsapp business account media attachment ID$/,
    ],
  ])('%s, naming the parameter', async (_name, components, message) => {
    const { body } = await simulator.sendTemplate('of_cards', components());
    expect(body.error.code).toBe(100);
    expect(body.error.message).toMatch(message);
  });
});
