import { describe, expect, it } from '@jest/globals';
import type { AnySend } from '@wbiz/contracts/send';
import type { Referenced } from './graph-body.js';
import { mediaWithoutMetaId, withMetaIds } from './meta-media-id.js';
import * as kinds from './compose-send.js';

const NOTHING: Referenced = { template: null, media: new Map(), reactedWamid: null };
const compose = (sent: AnySend, named: Referenced) => kinds.compose({ ...sent, messageId: 'msg_1' }, named);
const to = '+918899332211';
const BUTTONS = [
  { id: 'yes', title: 'Confirm' },
  { id: 'no', title: 'Cancel' },
];

const mediaCalled = (filename: string) =>
  new Map([['med_1', { metaId: '7', mimeType: 'application/pdf', filename }]]);

/** The send, the facts, the body for Meta, and the text in the inbox. */
const COMPOSED: [string, AnySend, Partial<Referenced>, object, string | null][] = [
  [
    'a text with a preview',
    { kind: 'text', request: { to, body: 'https://x.in', previewUrl: true } },
    {},
    { type: 'text', text: { body: 'https://x.in', preview_url: true } },
    'https://x.in',
  ],
  [
    'an image by link',
    { kind: 'media', request: { to, type: 'image', link: 'https://x.in/a.jpg', caption: 'This week' } },
    {},
    { type: 'image', image: { link: 'https://x.in/a.jpg', caption: 'This week' } },
    'This week',
  ],
  [
    'a document by id',
    { kind: 'media', request: { to, type: 'document', mediaId: '123', filename: 'a.pdf' } },
    { media: new Map([['123', { metaId: '123', mimeType: null, filename: null }]]) },
    { type: 'document', document: { id: '123', filename: 'a.pdf' } },
    null,
  ],
  [
    'a document by id under its own name',
    { kind: 'media', request: { to, type: 'document', mediaId: 'med_1' } },
    { media: mediaCalled('Factura_Noviembre.pdf') },
    { type: 'document', document: { id: '7', filename: 'Factura_Noviembre.pdf' } },
    null,
  ],
  [
    'a document by link under the name in it',
    { kind: 'media', request: { to, type: 'document', link: 'https://x.in/a/Factura%207.pdf?sig=1' } },
    {},
    {
      type: 'document',
      document: { link: 'https://x.in/a/Factura%207.pdf?sig=1', filename: 'Factura 7.pdf' },
    },
    null,
  ],
  [
    'an image, which Meta takes no name of',
    { kind: 'media', request: { to, type: 'image', link: 'https://x.in/a.png' } },
    {},
    { type: 'image', image: { link: 'https://x.in/a.png' } },
    null,
  ],
  [
    'a document above buttons',
    {
      kind: 'interactive',
      request: {
        to,
        kind: 'buttons',
        body: 'Well?',
        header: { type: 'document', mediaId: 'med_1' },
        buttons: [BUTTONS[0]!],
      },
    },
    { media: mediaCalled('Factura_Noviembre.pdf') },
    {
      type: 'interactive',
      interactive: {
        type: 'button',
        header: { type: 'document', document: { id: '7', filename: 'Factura_Noviembre.pdf' } },
        body: { text: 'Well?' },
        action: { buttons: [{ type: 'reply', reply: { id: 'yes', title: 'Confirm' } }] },
      },
    },
    'Well?',
  ],
  [
    'a voice note',
    { kind: 'media', request: { to, type: 'audio', link: 'https://x.in/a.ogg', voice: true } },
    {},
    { type: 'audio', audio: { link: 'https://x.in/a.ogg', voice: true } },
    null,
  ],
  [
    'a sticker',
    { kind: 'media', request: { to, type: 'sticker', link: 'https://x.in/a.webp' } },
    {},
    { type: 'sticker', sticker: { link: 'https://x.in/a.webp' } },
    null,
  ],
  [
    'buttons',
    { kind: 'interactive', request: { to, kind: 'buttons', body: 'Well?', buttons: BUTTONS } },
    {},
    {
      type: 'interactive',
      interactive: {
        type: 'button',
        body: { text: 'Well?' },
        action: {
          buttons: [
            { type: 'reply', reply: { id: 'yes', title: 'Confirm' } },
            { type: 'reply', reply: { id: 'no', title: 'Cancel' } },
          ],
        },
      },
    },
    'Well?',
  ],
  [
    'buttons under a picture of ours',
    {
      kind: 'interactive',
      request: {
        to,
        kind: 'buttons',
        body: 'Well?',
        header: { type: 'image', mediaId: '7' },
        footer: 'Shop',
        buttons: [BUTTONS[0]!],
      },
    },
    { media: new Map([['7', { metaId: '7', mimeType: 'image/png', filename: null }]]) },
    {
      type: 'interactive',
      interactive: {
        type: 'button',
        header: { type: 'image', image: { id: '7' } },
        body: { text: 'Well?' },
        footer: { text: 'Shop' },
        action: { buttons: [{ type: 'reply', reply: { id: 'yes', title: 'Confirm' } }] },
      },
    },
    'Well?',
  ],
  [
    'a list',
    {
      kind: 'interactive',
      request: {
        to,
        kind: 'list',
        body: 'Pick one',
        header: { type: 'text', text: 'Menu' },
        button: 'Open',
        sections: [{ title: 'Tea', rows: [{ id: 'a', title: 'Assam', description: 'Strong' }] }],
      },
    },
    {},
    {
      type: 'interactive',
      interactive: {
        type: 'list',
        header: { type: 'text', text: 'Menu' },
        body: { text: 'Pick one' },
        action: {
          button: 'Open',
          sections: [{ title: 'Tea', rows: [{ id: 'a', title: 'Assam', description: 'Strong' }] }],
        },
      },
    },
    'Pick one',
  ],
  [
    'a link button',
    {
      kind: 'interactive',
      request: { to, kind: 'cta_url', body: 'See', displayText: 'Track', url: 'https://x.in/7' },
    },
    {},
    {
      type: 'interactive',
      interactive: {
        type: 'cta_url',
        body: { text: 'See' },
        action: { name: 'cta_url', parameters: { display_text: 'Track', url: 'https://x.in/7' } },
      },
    },
    'See',
  ],
  [
    'a location',
    { kind: 'location', request: { to, latitude: 23.0225, longitude: -72.5, name: 'Our store' } },
    {},
    { type: 'location', location: { latitude: 23.0225, longitude: -72.5, name: 'Our store' } },
    null,
  ],
  [
    'a reaction to a message of ours',
    { kind: 'reaction', request: { to, messageId: 'msg_1', emoji: '👍' } },
    { reactedWamid: 'wamid.A' },
    { type: 'reaction', reaction: { message_id: 'wamid.A', emoji: '👍' } },
    '👍',
  ],
  [
    'a reaction taken back',
    { kind: 'reaction', request: { to, wamid: 'wamid.B', emoji: '' } },
    {},
    { type: 'reaction', reaction: { message_id: 'wamid.B', emoji: '' } },
    null,
  ],
  [
    'contacts',
    {
      kind: 'contacts',
      request: {
        to,
        contacts: [
          {
            name: { formattedName: 'Asha Patel', firstName: 'Asha' },
            phones: [{ phone: '+91 88993', type: 'CELL', waId: '9188993' }],
            addresses: [{ city: 'Ahmedabad', countryCode: 'IN' }],
          },
          { name: { formattedName: 'Shop' } },
        ],
      },
    },
    {},
    {
      type: 'contacts',
      contacts: [
        {
          name: { formatted_name: 'Asha Patel', first_name: 'Asha' },
          phones: [{ phone: '+91 88993', type: 'CELL', wa_id: '9188993' }],
          addresses: [{ city: 'Ahmedabad', country_code: 'IN' }],
        },
        { name: { formatted_name: 'Shop', first_name: 'Shop' } },
      ],
    },
    'Asha Patel +1',
  ],
];

describe('what Meta is told of', () => {
  it.each(COMPOSED)('%s', (_what, sent, named, content, body) => {
    expect(compose(sent, { ...NOTHING, ...named })).toMatchObject({ body });
    expect(compose(sent, { ...NOTHING, ...named }).content).toEqual(content);
  });
});

describe('media that are not there', () => {
  const header = { type: 'image' as const, mediaId: 'med_X' };
  it.each<[string, AnySend]>([
    ['/mediaId', { kind: 'media', request: { to, type: 'image', mediaId: 'med_X' } }],
    [
      '/header/mediaId',
      { kind: 'interactive', request: { to, kind: 'buttons', body: 'x', header, buttons: BUTTONS } },
    ],
    [
      '/headerMediaId',
      { kind: 'template', request: { to, template: 'a', language: 'en', headerMediaId: 'med_X' } },
    ],
  ])('are refused at %s', (pointer, sent) => {
    expect(kinds.mediaOf(sent)).toEqual([{ id: 'med_X', pointer }]);
    expect(() => compose(sent, NOTHING)).toThrow(
      expect.objectContaining({
        code: 'media_not_found',
        details: [expect.objectContaining({ pointer, code: 'media_not_found' })],
      }),
    );
  });
});

describe('a file that Meta has no copy of yet', () => {
  const sent: AnySend = {
    kind: 'interactive',
    request: {
      to,
      kind: 'buttons',
      body: 'x',
      header: { type: 'image', mediaId: 'med_X' },
      buttons: [{ id: '{"mediaId":"med_X"}', title: 'A' }],
    },
  };
  const mediaAs = (metaId: string | { mediaId: string }) =>
    new Map([['med_X', { metaId, mimeType: 'image/png', filename: 'x.png' }]]);

  it('is named in the body until Meta has given it an id', () => {
    const { content } = compose(sent, { ...NOTHING, media: mediaAs({ mediaId: 'med_X' }) });
    expect(mediaWithoutMetaId({ mediaId: 'med_X', content })).toEqual(['med_X']);
    const whole = withMetaIds(content, new Map([['med_X', '77']]));
    expect(mediaWithoutMetaId({ mediaId: 'med_X', content: whole })).toEqual([]);
    expect(whole).toEqual(compose(sent, { ...NOTHING, media: mediaAs('77') }).content);
  });

  it.each([
    ['image', 'image/png', true],
    ['document', 'image/png', true],
    ['video', 'image/png', false],
    ['sticker', 'image/png', false],
    ['sticker', 'image/webp', true],
    ['audio', 'audio/ogg', true],
    ['document', 'application/zip', false],
  ] as const)('as %s of type %s: %s', (type, mimeType, isTaken) => {
    const asked = () =>
      compose(
        { kind: 'media', request: { to, type, mediaId: 'med_X' } },
        { ...NOTHING, media: new Map([['med_X', { metaId: '1', mimeType, filename: null }]]) },
      );
    if (isTaken) expect(asked().content).toEqual({ type, [type]: { id: '1' } });
    else
      expect(asked).toThrow(
        expect.objectContaining({
          code: 'invalid_request',
          details: [expect.objectContaining({ pointer: '/mediaId' })],
        }),
      );
  });
});

it('a reaction to a message that is not there is refused', () => {
  expect(() =>
    compose({ kind: 'reaction', request: { to, messageId: 'msg_X', emoji: '👍' } }, NOTHING),
  ).toThrow(expect.objectContaining({ code: 'reply_target_not_found' }));
});
