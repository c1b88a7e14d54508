import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createHash } from 'node:crypto';
import { SAMPLE_FILES } from '../media/sample-files.js';
import {
  PHONE,
  simulatorWithReceiver,
  type Json,
  type TestSimulator,
  type WebhookReceiver,
} from '../simulator.harness.js';

let simulator: TestSimulator;
let receiver: WebhookReceiver;

beforeAll(async () => {
  ({ simulator, receiver } = await simulatorWithReceiver());
});
afterAll(() => simulator.close());

const FROM = '918899331001';
const MADE = expect.stringMatching(/^IN\.\d{20}$/);
const USER = 'IN.13491208655302741918';
const bearer = { authorization: 'Bearer simulator-token' };

/** Lets a person send the message; resolves to the `value` of the webhook's change that holds it. */
const arrives = async (message: object, more: object = {}) => {
  const { status, body } = await simulator.control('POST', '/inbound', { from: FROM, message, ...more });
  expect([status, body.error]).toEqual([200, undefined]);
  return receiver.until(() => receiver.values().find(({ messages }) => messages?.[0].id === body.wamid));
};

describe('a message from a person', () => {
  const context = { from: '918000000001', id: 'wamid.x' };
  const MESSAGES: readonly ({ type: string } & Record<string, unknown>)[] = [
    { type: 'text', text: { body: 'नमस्ते 👋' } },
    {
      type: 'text',
      text: { body: 'from an ad' },
      referral: { source_type: 'ad', source_id: '1', ctwa_clid: 'c' },
    },
    { type: 'location', location: { latitude: 23.02, longitude: 72.57, name: 'Shop' } },
    { type: 'contacts', contacts: [{ name: { formatted_name: 'Asha' }, phones: [{ phone: '+91 1' }] }] },
    { type: 'reaction', reaction: { message_id: 'wamid.x', emoji: '👍' } },
    { type: 'reaction', reaction: { message_id: 'wamid.x' } },
    { type: 'button', context, button: { payload: 'STOP', text: 'Stop' } },
    {
      type: 'interactive',
      context,
      interactive: { type: 'button_reply', button_reply: { id: 'a', title: 'A' } },
    },
    {
      type: 'interactive',
      context,
      interactive: { type: 'list_reply', list_reply: { id: 'a', title: 'A', description: 'd' } },
    },
    {
      type: 'interactive',
      context,
      interactive: {
        type: 'nfm_reply',
        nfm_reply: { name: 'flow', body: 'Sent', response_json: '{"flow_token":"t"}' },
      },
    },
    {
      type: 'interactive',
      interactive: { type: 'call_permission_reply', call_permission_reply: { response: 'accept' } },
    },
    {
      type: 'order',
      order: {
        catalog_id: '1',
        product_items: [{ product_retailer_id: 's', quantity: 2, item_price: 30, currency: 'INR' }],
      },
    },
    { type: 'unsupported', errors: [{ code: 131051, title: 'Unknown' }], unsupported: { type: 'edit' } },
    {
      type: 'edit',
      edit: { original_message_id: 'wamid.x', message: { type: 'text', text: { body: 'b' } } },
    },
    { type: 'revoke', revoke: { original_message_id: 'wamid.x' } },
    { type: 'hologram', hologram: { depth: 3 }, group_id: 'g' },
    { type: 'image', image: { id: '12', mime_type: 'image/jpeg', sha256: 'x' } },
    { type: 'video', errors: [{ code: 131052, title: 'Media download error' }] },
  ];
  it.each(MESSAGES.map((message) => [message] as const))('arrives as it was given: %j', async (message) => {
    const value = await arrives(message, { name: 'Asha', timestamp: 1749416383 });
    expect(value).toEqual({
      messaging_product: 'whatsapp',
      metadata: { display_phone_number: '918000000001', phone_number_id: PHONE },
      contacts: [{ profile: { name: 'Asha' }, wa_id: FROM, user_id: MADE }],
      messages: [
        { from: FROM, from_user_id: MADE, id: expect.any(String), timestamp: '1749416383', ...message },
      ],
    });
    expect(Object.keys(value as object)).toEqual(['messaging_product', 'metadata', 'contacts', 'messages']);
  });

  it('of the system names no contact and opens no window', async () => {
    const from = '918899331002';
    const system = { body: 'changed', wa_id: '918899331003', type: 'user_changed_number' };
    const value = await arrives({ type: 'system', system }, { from });
    expect(value).not.toHaveProperty('contacts');
    expect(value.messages[0]).toMatchObject({ from, type: 'system', system });
    const { body } = await simulator.sendText('hi', { to: from });
    await receiver.until(() => receiver.statuses(body.messages[0].id as string).length > 0);
    expect(receiver.statuses(body.messages[0].id as string)[0].errors[0].code).toBe(131047);
  });

  it('that is unsupported carries Meta’s error where none is given', async () => {
    const value = await arrives({ type: 'unsupported' });
    expect(value.messages[0].errors).toEqual([expect.objectContaining({ code: 131051 })]);
  });
});

describe('media from a person', () => {
  it.each([
    ['image', 'image/png', {}],
    ['video', 'video/mp4', {}],
    ['audio', 'audio/ogg; codecs=opus', { voice: true }],
    ['sticker', 'image/webp', { animated: false }],
    ['document', 'application/pdf', { filename: 'document.pdf' }],
  ] as const)('gets an id under which a %s can be fetched', async (kind, mimeType, extra) => {
    const { bytes } = SAMPLE_FILES[kind];
    const received = (await arrives({ type: kind, [kind]: { caption: 'see' } })).messages[0][kind];
    expect(received).toEqual({
      caption: 'see',
      ...extra,
      mime_type: mimeType,
      sha256: createHash('sha256').update(bytes).digest('base64'),
      id: expect.stringMatching(/^\d{16}$/),
      url: expect.stringContaining(`${simulator.url}/whatsapp_business/attachments/?mid=`),
    });
    const file = await fetch(received.url as string, { headers: bearer });
    expect(Buffer.from(await file.arrayBuffer())).toEqual(bytes);
    const shown = (await simulator.graph('GET', `/${received.id}`)).body;
    expect(shown).toMatchObject({ mime_type: mimeType, file_size: bytes.length });
  });

  it('may be of bytes that are given', async () => {
    const bytes = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);
    const image = { mime_type: 'image/jpeg' };
    const received = (await arrives({ type: 'image', image }, { file: bytes.toString('base64') })).messages[0]
      .image;
    const file = await fetch(received.url as string, { headers: bearer });
    expect([file.headers.get('content-type'), Buffer.from(await file.arrayBuffer())]).toEqual([
      'image/jpeg',
      bytes,
    ]);
  });

  it('lives for 7 days, and belongs to no number that could ask for it', async () => {
    const { id } = (await arrives({ type: 'image' })).messages[0].image;
    expect((await simulator.graph('GET', `/${id}?phone_number_id=${PHONE}`)).body.error.code).toBe(100);
    const inEightDays = Date.now() + 8 * 86_400_000;
    const clock = jest.spyOn(Date, 'now').mockReturnValue(inEightDays);
    expect((await simulator.graph('GET', `/${id}`)).body.error.error_subcode).toBe(33);
    clock.mockRestore();
  });
});

describe('a person without a phone number', () => {
  it('is named by the business-scoped id, and can be answered by it', async () => {
    const value = await arrives(
      { type: 'text', text: { body: 'hi' } },
      { from: USER, name: 'Asha', username: 'asha.p' },
    );
    expect(value.contacts).toEqual([{ profile: { name: 'Asha', username: 'asha.p' }, user_id: USER }]);
    expect(value.messages[0]).toMatchObject({ from_user_id: USER, type: 'text' });
    expect(value.messages[0]).not.toHaveProperty('from');

    const { body } = await simulator.send({ to: undefined, recipient: USER, text: { body: 'hello' } });
    expect(body.contacts).toEqual([{ input: USER, user_id: USER }]);
    const wamid = body.messages[0].id as string;
    const read = () => receiver.statuses(wamid).some(({ status }) => status === 'read');
    await receiver.until(read);
    for (const status of receiver.statuses(wamid)) {
      expect(status).toMatchObject({ recipient_user_id: USER });
      expect(status).not.toHaveProperty('recipient_id');
    }
    const told = receiver.values().find(({ statuses }) => statuses?.[0].id === wamid);
    expect(told.contacts[0]).toEqual({ profile: { name: 'Asha' }, user_id: USER });
    const accepted = (await simulator.control('GET', `/messages?to=${USER}`)).body;
    expect(accepted.data.map((row: Json) => row.wamid)).toEqual([wamid]);
  });

  it('is refused free text outside the window all the same', async () => {
    const { body } = await simulator.send({ to: undefined, recipient: 'IN.2', text: { body: 'hello' } });
    await receiver.until(() => receiver.statuses(body.messages[0].id as string).length > 0);
    expect(receiver.statuses(body.messages[0].id as string)[0].errors[0].code).toBe(131047);
  });

  it('may have both', async () => {
    const value = await arrives({ type: 'text', text: { body: 'hi' } }, { userId: USER });
    expect(value.contacts[0]).toMatchObject({ wa_id: FROM, user_id: USER });
    expect(value.messages[0]).toMatchObject({ from: FROM, from_user_id: USER });
  });
});

describe('POST /_control/preferences', () => {
  it('tells that a person wants no marketing, and marketing fails until they want it again', async () => {
    const from = '918899331004';
    const prefer = (value: string) => simulator.control('POST', '/preferences', { from, value });
    const outcome = async (name: string) => {
      const { body } = await simulator.sendTemplate(name, undefined, { to: from });
      const wamid = body.messages[0].id as string;
      const end = () =>
        receiver.statuses(wamid).find(({ status }) => status === 'read' || status === 'failed');
      const { status, errors } = await receiver.until(end);
      return (errors?.[0].code ?? status) as unknown;
    };
    const { body } = await prefer('stop');
    const change = await receiver.until(() => receiver.values().find((value) => value.user_preferences));
    expect(change).toEqual({
      messaging_product: 'whatsapp',
      metadata: { display_phone_number: '918000000001', phone_number_id: PHONE },
      contacts: [{ profile: { name: 'Simulated person' }, wa_id: from, user_id: MADE }],
      user_preferences: [
        {
          wa_id: from,
          user_id: MADE,
          detail: 'User requested to stop marketing messages',
          category: 'marketing_messages',
          value: 'stop',
          timestamp: expect.any(Number),
        },
      ],
    });
    expect(body).toEqual(change.user_preferences[0]);
    expect([await outcome('diwali_offer'), await outcome('hello_world')]).toEqual([131050, 'read']);
    await prefer('resume');
    expect(await outcome('diwali_offer')).toBe('read');
  });
});

describe('POST /_control/inbound refuses', () => {
  it.each([
    [{ from: 'x', message: { type: 'text' } }, /^from must be a phone number/],
    [{ message: { type: 'text' } }, /^from must be a phone number/],
    [{ from: FROM, userId: 'x', message: { type: 'text' } }, /^userId must be/],
    [{ from: FROM, message: {} }, /^message\.type must be/],
    [{ from: FROM, message: { type: 'text' }, file: 'aGk=' }, /^file must be the base64/],
    [{ from: FROM, message: { type: 'image', image: 'x' } }, /^message\.image must be an object/],
  ])('%j', async (call, message) => {
    const { status, body } = await simulator.control('POST', '/inbound', call);
    expect([status, body.error.message]).toEqual([400, expect.stringMatching(message)]);
  });
});
