import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MediaKind } from '../media/media.rules.js';
import {
  simulatorWithReceiver,
  type Json,
  type TestSimulator,
  type WebhookReceiver,
} from '../simulator.harness.js';
import { LIMITS, most, type Limit } from './message.limits.js';

let simulator: TestSimulator;
let receiver: WebhookReceiver;
let flowId: string;
const media = {} as Record<MediaKind, string>;

beforeAll(async () => {
  ({ simulator, receiver } = await simulatorWithReceiver({ behaviour: { throughputPerSecond: 1000 } }));
  for (const kind of ['image', 'video', 'audio', 'document', 'sticker'] as const)
    media[kind] = await simulator.uploaded(kind);
  flowId = (await simulator.graph('GET', '/1000000000000001/flows')).body.data[0].id as string;
  await simulator.openWindow();
});
afterAll(() => simulator.close());

const text = (value: string) => ({ type: 'text', text: value });
const body = { text: 'Pick one' };
const footer = { text: 'Open till nine' };
const button = (id: unknown, title: unknown) => ({ type: 'reply', reply: { id, title } });
const row = (id: string, more: object = {}) => ({ id, title: `Row ${id}`, ...more });
const section = (title: string | undefined, ...rows: object[]) => ({ title, rows });
const rows = (count: number, prefix = 'r') => Array.from({ length: count }, (_, n) => row(`${prefix}${n}`));
const cta = { name: 'cta_url', parameters: { display_text: 'Look', url: 'https://x.in/a' } };
const card = (index: number, more: object = {}) => ({
  card_index: index,
  type: 'cta_url',
  header: { type: 'image', image: { link: 'https://x.in/a.jpg' } },
  body: { text: 'A card' },
  action: cta,
  ...more,
});
const product = { catalog_id: '1', product_retailer_id: 'sku' };
const flow = (parameters: object) => ({
  name: 'flow',
  parameters: { flow_message_version: '3', flow_id: flowId, flow_cta: 'Book', ...parameters },
});

const interactive = (type: string, action: object, more: object = {}) => ({
  type: 'interactive',
  interactive: { type, body, action, ...more },
});
const buttons = (...list: object[]) => interactive('button', { buttons: list });
const list = (...sections: object[]) => interactive('list', { button: 'Open', sections });

describe('Meta takes', () => {
  it.each<[string, () => object]>([
    ['an image by link', () => ({ type: 'image', image: { link: 'https://x.in/a.jpg', caption: 'a' } })],
    ['a video by id', () => ({ type: 'video', video: { id: media.video, caption: '' } })],
    ['an audio', () => ({ type: 'audio', audio: { id: media.audio } })],
    ['a document', () => ({ type: 'document', document: { id: media.document, filename: 'a.pdf' } })],
    ['a sticker', () => ({ type: 'sticker', sticker: { id: media.sticker } })],
    [
      'a location',
      () => ({ type: 'location', location: { latitude: '23.0', longitude: 72.5, name: 'Shop' } }),
    ],
    ['contacts', () => ({ type: 'contacts', contacts: [{ name: { formatted_name: 'Asha' } }] })],
    ['a reaction', () => ({ type: 'reaction', reaction: { message_id: 'wamid.x', emoji: '' } })],
    [
      'text with a preview, as a reply',
      () => ({ text: { preview_url: true, body: 'x' }, context: { message_id: 'wamid.x' } }),
    ],
    ['buttons', () => buttons(button('a', 'Yes'), button('b', 'No'), button('c', 'Later'))],
    [
      'buttons under an image, with a footer',
      () =>
        interactive(
          'button',
          { buttons: [button('a', 'Yes')] },
          { header: { type: 'image', image: { id: media.image } }, footer },
        ),
    ],
    ['a list', () => list(section(undefined, ...rows(10)))],
    [
      'a list of sections under a title',
      () =>
        interactive(
          'list',
          {
            button: 'Open',
            sections: [section('A', ...rows(2, 'a')), section('B', row('b', { description: 'd' }))],
          },
          { header: text('Menu'), footer },
        ),
    ],
    ['a link button', () => interactive('cta_url', cta, { header: text('Sale') })],
    ['a location request', () => interactive('location_request_message', { name: 'send_location' })],
    ['a flow', () => interactive('flow', flow({ flow_action_payload: { screen: 'A', data: { a: 1 } } }))],
    [
      'a flow by name',
      () => interactive('flow', flow({ flow_id: undefined, flow_name: 'appointment_booking' })),
    ],
    ['a product', () => ({ type: 'interactive', interactive: { type: 'product', action: product } })],
    [
      'products',
      () =>
        interactive(
          'product_list',
          { catalog_id: '1', sections: [{ title: 'A', product_items: [{ product_retailer_id: 's' }] }] },
          { header: text('Sale') },
        ),
    ],
    ['a catalogue', () => interactive('catalog_message', { name: 'catalog_message' })],
    ['a carousel', () => interactive('carousel', { cards: [card(0), card(1)] })],
    [
      'a carousel of products',
      () =>
        interactive('carousel', {
          cards: [0, 1].map((index) => ({ card_index: index, type: 'product', action: product })),
        }),
    ],
    [
      'an address request',
      () => interactive('address_message', { name: 'address_message', parameters: { country: 'IN' } }),
    ],
    [
      'a request for contact info',
      () => interactive('request_contact_info', { name: 'request_contact_info' }),
    ],
    [
      'a call permission request',
      () => interactive('call_permission_request', { name: 'call_permission_request' }),
    ],
    [
      'a call button',
      () => interactive('voice_call', { name: 'voice_call', parameters: { display_text: 'Call' } }),
    ],
  ])('%s', async (_name, message) => {
    const { status, body: answer } = await simulator.send(message());
    expect([status, answer.error]).toEqual([200, undefined]);
    expect(answer.messages).toEqual([{ id: expect.any(String) }]);
  });
});

describe('Meta refuses', () => {
  const bad = (message: string): object => ({ code: 100, message: `(#100) ${message}` });
  const wrong = (details: string): object => ({
    code: 131009,
    message: '(#131009) Parameter value is not valid',
    error_data: { messaging_product: 'whatsapp', details },
  });

  it.each<[string, () => object, object]>([
    ['media without id or link', () => ({ type: 'image', image: {} }), { code: 131009 }],
    [
      'a link that is none',
      () => ({ type: 'image', image: { link: '/tmp/a.jpg' } }),
      bad("Param image['link'] is not a valid URI."),
    ],
    [
      'latitude beyond the pole',
      () => ({ type: 'location', location: { latitude: 91, longitude: 0 } }),
      bad("Param location['latitude'] must be a number."),
    ],
    [
      'no longitude',
      () => ({ type: 'location', location: { latitude: 1 } }),
      bad("The parameter location['longitude'] is required."),
    ],
    [
      'contacts without a name',
      () => ({ type: 'contacts', contacts: [{}] }),
      bad("The parameter contacts[0]['name'] is required."),
    ],
    ['no contacts', () => ({ type: 'contacts', contacts: [] }), { code: 100 }],
    [
      'a reaction to nothing',
      () => ({ type: 'reaction', reaction: { emoji: 'x' } }),
      bad("The parameter reaction['message_id'] is required."),
    ],
    [
      'a reaction of nothing',
      () => ({ type: 'reaction', reaction: { message_id: 'wamid.x' } }),
      bad("The parameter reaction['emoji'] is required."),
    ],
    [
      'no buttons',
      () => buttons(),
      wrong('Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3'),
    ],
    [
      'four buttons',
      () => buttons(...['a', 'b', 'c', 'd'].map((id) => button(id, id))),
      wrong('Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3'),
    ],
    [
      'a long button',
      () => buttons(button('a', 'x'.repeat(21))),
      wrong('Button title length invalid. Min length: 1, Max length: 20'),
    ],
    [
      'an empty button',
      () => buttons(button('a', '')),
      wrong('Button title length invalid. Min length: 1, Max length: 20'),
    ],
    [
      'a long button id',
      () => buttons(button('x'.repeat(257), 'A')),
      wrong('Button id length invalid. Min length: 1, Max length: 256'),
    ],
    [
      'the same button id twice',
      () => buttons(button('a', 'A'), button('a', 'B')),
      wrong('Duplicated button id'),
    ],
    [
      'the same button title twice',
      () => buttons(button('a', 'A'), button('b', 'A')),
      wrong('Duplicated button title'),
    ],
    ['a button of another type', () => buttons({ type: 'url' }), { code: 100 }],
    [
      'a long row',
      () => list(section(undefined, row('a', { title: 'x'.repeat(25) }))),
      wrong('Row title is too long. Max length is 24'),
    ],
    [
      'a long description',
      () => list(section(undefined, row('a', { description: 'x'.repeat(73) }))),
      wrong('Row description is too long. Max length is 72'),
    ],
    [
      'a long row id',
      () => list(section(undefined, { id: 'x'.repeat(201), title: 'A' })),
      wrong('Row id is too long. Max length is 200'),
    ],
    [
      'eleven rows',
      () => list(section('A', ...rows(6, 'a')), section('B', ...rows(5, 'b'))),
      wrong('Total row count exceed max allowed count: 10'),
    ],
    ['the same row twice', () => list(section(undefined, row('a'), row('a'))), wrong('Duplicated row id')],
    ['a list without rows', () => list(section('A')), { code: 131009 }],
    [
      'sections without titles',
      () => list(section('A', row('a')), section(undefined, row('b'))),
      bad("The parameter interactive['action']['sections'][1]['title'] is required."),
    ],
    ['eleven sections', () => list(...rows(11).map((item) => section('A', item))), { code: 131009 }],
    [
      'a list without a button',
      () => interactive('list', { sections: [section('A', row('a'))] }),
      bad("The parameter interactive['action']['button'] is required."),
    ],
    [
      'an image above a list',
      () =>
        interactive(
          'list',
          { button: 'Open', sections: [section('A', row('a'))] },
          { header: { type: 'image' } },
        ),
      { code: 131009 },
    ],
    [
      'no body',
      () => interactive('button', { buttons: [button('a', 'A')] }, { body: undefined }),
      bad("The parameter interactive['body'] is required."),
    ],
    [
      'a long body',
      () => interactive('button', { buttons: [button('a', 'A')] }, { body: { text: 'x'.repeat(1025) } }),
      wrong('Body text length invalid. Min length: 1, Max length: 1024'),
    ],
    [
      'a long footer',
      () => interactive('cta_url', cta, { footer: { text: 'x'.repeat(61) } }),
      wrong('Footer text length invalid. Min length: 0, Max length: 60'),
    ],
    [
      'a long header',
      () => interactive('cta_url', cta, { header: text('x'.repeat(61)) }),
      wrong('Header text length invalid. Min length: 1, Max length: 60'),
    ],
    [
      'a header without its text',
      () => interactive('cta_url', cta, { header: { type: 'text' } }),
      wrong('Text cannot be null for header type text'),
    ],
    [
      'a body of blanks',
      () => ({ type: 'text', text: { body: ' \n\t' } }),
      bad("The parameter text['body'] is required."),
    ],
    [
      'a body of blanks above buttons',
      () => interactive('button', { buttons: [button('a', 'A')] }, { body: { text: '\u00a0 ' } }),
      wrong('Body text length invalid. Min length: 1, Max length: 1024'),
    ],
    [
      'a button titled with blanks',
      () => buttons(button('a', '  ')),
      wrong('Button title length invalid. Min length: 1, Max length: 20'),
    ],
    [
      'a row titled with blanks',
      () => list(section(undefined, { id: 'a', title: ' ' })),
      bad("The parameter interactive['action']['sections'][0]['rows'][0]['title'] is required."),
    ],
    [
      'a long label of a list',
      () => interactive('list', { button: 'x'.repeat(21), sections: [section(undefined, row('a'))] }),
      wrong('Button label is too long. Max length is 20'),
    ],
    [
      'no action',
      () => ({ type: 'interactive', interactive: { type: 'button', body } }),
      bad("The parameter interactive['action'] is required."),
    ],
    [
      'a link button without a link',
      () => interactive('cta_url', { name: 'cta_url', parameters: { display_text: 'Look' } }),
      { code: 100 },
    ],
    [
      'a long link button',
      () =>
        interactive('cta_url', {
          name: 'cta_url',
          parameters: { ...cta.parameters, display_text: 'x'.repeat(21) },
        }),
      { code: 131009 },
    ],
    [
      'another name of the action',
      () => interactive('location_request_message', { name: 'cta_url' }),
      { code: 131009 },
    ],
    [
      'an unknown flow',
      () => interactive('flow', flow({ flow_id: '1' })),
      wrong('Flow 1 does not exist in this account'),
    ],
    [
      'a flow twice',
      () => interactive('flow', flow({ flow_name: 'x' })),
      wrong('Exactly one of flow_id and flow_name is required'),
    ],
    ['a flow without a button', () => interactive('flow', flow({ flow_cta: undefined })), { code: 100 }],
    [
      'a flow with no data',
      () => interactive('flow', flow({ flow_action_payload: { data: {} } })),
      { code: 131009 },
    ],
    [
      'a carousel of one',
      () => interactive('carousel', { cards: [card(0)] }),
      wrong('Invalid cards count. Min allowed cards: 2, Max allowed cards: 10'),
    ],
    ['cards out of order', () => interactive('carousel', { cards: [card(1), card(0)] }), { code: 131009 }],
    [
      'cards of two kinds',
      () => interactive('carousel', { cards: [card(0), card(1, { type: 'product', action: product })] }),
      wrong('All cards must be of the same type'),
    ],
    [
      'a long card',
      () => interactive('carousel', { cards: [card(0), card(1, { body: { text: 'x'.repeat(161) } })] }),
      wrong('Card body text length invalid. Min length: 1, Max length: 160'),
    ],
    [
      'a card without a picture',
      () => interactive('carousel', { cards: [card(0), card(1, { header: undefined })] }),
      { code: 100 },
    ],
    [
      'a carousel under a header',
      () => interactive('carousel', { cards: [card(0), card(1)] }, { header: text('A') }),
      { code: 131009 },
    ],
    [
      'a product of no catalogue',
      () => ({ type: 'interactive', interactive: { type: 'product', action: {} } }),
      { code: 100 },
    ],
    [
      'products without a header',
      () => interactive('product_list', { catalog_id: '1', sections: [{ product_items: [{}] }] }),
      { code: 100 },
    ],
    [
      'a header of unknown media',
      () => interactive('cta_url', cta, { header: { type: 'image', image: { id: '1' } } }),
      bad(
        "Param interactive['header']['image']['id'] is not a valid whatsapp business account media attachment ID",
      ),
    ],
  ])('%s', async (_name, message, error) => {
    const { status, body: answer } = await simulator.send(message());
    expect(status).toBe(400);
    expect(answer.error).toMatchObject(error);
  });
});

describe('at its limit and one beyond', () => {
  const long = (limit: Limit, over: number) => 'x'.repeat(most(limit) + over);
  const MESSAGES: Partial<Record<Limit, (value: string) => object>> = {
    'text.body': (value) => ({ text: { body: value } }),
    caption: (value) => ({ type: 'image', image: { link: 'https://x.in/a.jpg', caption: value } }),
    filename: (value) => ({ type: 'document', document: { link: 'https://x.in/a.pdf', filename: value } }),
    link: (value) => ({
      type: 'document',
      document: { link: `https://x.in/${value.slice('https://x.in/'.length)}` },
    }),
    'location.text': (value) => ({ type: 'location', location: { latitude: 1, longitude: 1, name: value } }),
    biz_opaque_callback_data: (value) => ({ text: { body: 'x' }, biz_opaque_callback_data: value }),
    'interactive.body': (value) => interactive('cta_url', cta, { body: { text: value } }),
    'list.body': (value) =>
      interactive(
        'list',
        { button: 'Open', sections: [section(undefined, row('a'))] },
        { body: { text: value } },
      ),
    'list.button': (value) =>
      interactive('list', { button: value, sections: [section(undefined, row('a'))] }),
    'section.title': (value) => list(section(value, row('a'))),
  };

  it.each(Object.entries(MESSAGES))('%s', async (limit, message) => {
    expect((await simulator.send(message(long(limit as Limit, 0)))).status).toBe(200);
    expect((await simulator.send(message(long(limit as Limit, 1)))).status).toBe(400);
  });

  it('takes the signed link of an object store', async () => {
    const link = 'https://shop.s3.amazonaws.com/a.pdf?X-Amz-Security-Token='.padEnd(2_159, 'A');
    expect((await simulator.send({ type: 'document', document: { link } })).status).toBe(200);
  });

  it('names the page of Meta’s that each limit comes from', () => {
    for (const { max, source } of Object.values(LIMITS)) {
      expect(max).toBeGreaterThan(0);
      expect(source).toMatch(/^[a-z-]+(\/[a-z-]+)*$/);
    }
  });
});

describe('a reaction', () => {
  const last = async (message: object) => {
    const wamid = (await simulator.send(message)).body.messages[0].id as string;
    await receiver.until(() => receiver.statuses(wamid).length > 0);
    return receiver.statuses(wamid).map(({ status, errors }: Json) => [status, errors?.[0].code]);
  };

  it('is sent and no more, or fails later when there is no such message', async () => {
    const { body: answer } = await simulator.openWindow();
    const react = (id: string) => ({ type: 'reaction', reaction: { message_id: id, emoji: '👍' } });
    expect(await last(react(answer.wamid as string))).toEqual([['sent', undefined]]);
    expect(await last(react('nonsense'))).toEqual([['failed', 131009]]);
  });
});
