import Client, { MessageType } from '@great-detail/whatsapp';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GraphApiError, WhatsAppClient } from '@kapso/whatsapp-cloud-api';
import { normalizeWebhook, verifySignature } from '@kapso/whatsapp-cloud-api/server';
import { SAMPLE_FILES } from './media/sample-files.js';
import {
  PHONE,
  simulatorWithReceiver,
  WABA,
  type Json,
  type Received,
  type TestSimulator,
  type WebhookReceiver,
} from './simulator.harness.js';
import { DEFAULT_APP_SECRET, DEFAULT_TOKEN } from './simulator.js';

let simulator: TestSimulator;
let receiver: WebhookReceiver;
let greatDetail: Client;
let kapso: WhatsAppClient;
const media = {} as Record<'image' | 'audio' | 'document' | 'sticker' | 'video', string>;
let inbound: string;
let flowId: string;

beforeAll(async () => {
  ({ simulator, receiver } = await simulatorWithReceiver());
  // Set up as the manuals of the two libraries say, but for the base URL.
  greatDetail = new Client({
    baseUrl: simulator.url,
    graphVersion: 'v25.0',
    request: { headers: { authorization: `Bearer ${DEFAULT_TOKEN}` } },
  });
  kapso = new WhatsAppClient({
    baseUrl: simulator.url,
    accessToken: DEFAULT_TOKEN,
    graphVersion: 'v25.0',
    fetch: fetchInSandbox,
  });
  for (const kind of ['image', 'audio', 'document', 'sticker', 'video'] as const)
    media[kind] = await simulator.uploaded(kind);
  inbound = (await simulator.openWindow()).body.wamid as string;
  flowId = (await simulator.graph('GET', `/${WABA}/flows`)).body.data[0].id as string;
});
afterAll(() => simulator.close());

const to = '918899332211';
const { bytes, mimeType } = SAMPLE_FILES.image;

/** `fetch` whose JSON has the Object of Jest's sandbox as prototype, not Node's: the library compares prototypes. */
const fetchInSandbox: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  return Object.assign(response, { json: async () => JSON.parse(await response.text()) as unknown });
};

/** The webhook with this message's first status. */
const webhookOf = (wamid: string): Promise<Received> =>
  receiver.until(() =>
    receiver.received.find(({ body }) => JSON.stringify(body.entry).includes(JSON.stringify(wamid))),
  );

describe('@great-detail/whatsapp', () => {
  const send = async (message: object) => {
    const answer = await greatDetail.message
      .createMessage({ phoneNumberID: PHONE, to, ...message } as never)
      .json();
    return answer.messages[0]!.id;
  };

  it.each<[string, () => object]>([
    ['text', () => ({ type: MessageType.Text, text: { body: 'Hello', preview_url: false } })],
    ['an image', () => ({ type: MessageType.Image, image: { id: media.image, caption: 'See' } })],
    ['an audio', () => ({ type: MessageType.Audio, audio: { id: media.audio } })],
    [
      'a document',
      () => ({ type: MessageType.Document, document: { id: media.document, filename: 'a.pdf' } }),
    ],
    ['a sticker', () => ({ type: MessageType.Sticker, sticker: { id: media.sticker } })],
    ['a video', () => ({ type: MessageType.Video, video: { link: 'https://x.in/a.mp4' } })],
    [
      'a location',
      () => ({
        type: MessageType.Location,
        location: { latitude: 23, longitude: 72, name: 'A', address: 'B' },
      }),
    ],
    [
      'contacts',
      () => ({
        type: MessageType.Contacts,
        contacts: [{ name: { formatted_name: 'Asha', first_name: 'Asha' } }],
      }),
    ],
    ['a reaction', () => ({ type: MessageType.Reaction, reaction: { message_id: inbound, emoji: '👍' } })],
    [
      'buttons',
      () => ({
        type: MessageType.Interactive,
        interactive: {
          type: 'button',
          body: { text: 'Yes?' },
          action: { buttons: [{ type: 'reply', reply: { id: 'a', title: 'Yes' } }] },
        },
      }),
    ],
    [
      'a template',
      () => ({
        type: MessageType.Template,
        template: {
          name: 'order_confirmation',
          language: { code: 'en_US' },
          components: [
            {
              type: 'body',
              parameters: [
                { type: 'text', text: 'Asha' },
                { type: 'currency', currency: { fallback_value: '₹100', code: 'INR', amount_1000: 100_000 } },
              ],
            },
          ],
        },
      }),
    ],
  ])('sends %s', async (_name, message) => {
    const wamid = await send(message());
    expect(wamid).toMatch(/^wamid\./);
    await receiver.until(() => receiver.statuses(wamid).some(({ status }) => status === 'sent'));
  });

  it('marks as read and types', async () => {
    const answer = await greatDetail.message
      .createStatus({
        phoneNumberID: PHONE,
        message_id: inbound,
        status: 'read',
        typing_indicator: { type: 'text' },
      })
      .json();
    expect(answer).toEqual({ success: true });
  });

  it('uploads, looks up, downloads and deletes media', async () => {
    const file = new Blob([new Uint8Array(bytes)], { type: mimeType });
    const uploaded = greatDetail.media.upload({ phoneNumberID: PHONE, file, mimeType, filename: 'a.png' });
    const { id } = await uploaded.json();
    const { url, file_size: size } = await greatDetail.media
      .getURL({ mediaID: id, phoneNumberID: PHONE })
      .json();
    expect(size).toBe(bytes.length);
    const request = { headers: { authorization: `Bearer ${DEFAULT_TOKEN}` } };
    const download = await greatDetail.media.download({ mediaURL: url, request });
    expect(Buffer.from(await download.arrayBuffer())).toEqual(bytes);
    expect(await greatDetail.media.delete({ mediaID: id }).json()).toEqual({ success: true });
    await expect(greatDetail.media.getURL({ mediaID: id }).json()).rejects.toThrow('400');
  });

  it('creates, lists, shows, edits and deletes templates', async () => {
    const { id, status } = await greatDetail.template
      .create(WABA, {
        name: 'from_a_library',
        language: 'en_US',
        category: 'UTILITY',
        components: [{ type: 'BODY', text: 'We are open.' }],
      } as never)
      .json();
    expect(status).toBe('PENDING');
    await simulator.control('POST', `/templates/${id}/review`, { decision: 'APPROVED' });
    const { data } = await greatDetail.template
      .list(WABA, { status: ['APPROVED', 'PAUSED'] as never, limit: 100 })
      .json();
    expect(data.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['hello_world', 'order_confirmation', 'from_a_library']),
    );
    expect(await greatDetail.template.get(id, { fields: ['name', 'status'] as never }).json()).toEqual({
      id,
      name: 'from_a_library',
      status: 'APPROVED',
    });
    const edited = greatDetail.template.update(id, {
      components: [{ type: 'BODY', text: 'We are open again.' }],
    } as never);
    expect(await edited.json()).toMatchObject({ success: true });
    const deleted = greatDetail.template.delete(WABA, { name: 'from_a_library' } as never);
    expect(await deleted.json()).toEqual({ success: true });
  });

  it('shows the account, its numbers, profile and subscription', async () => {
    const account = greatDetail.whatsappBusinessAccount.get(WABA, { fields: ['name', 'currency'] as never });
    expect(await account.json()).toEqual({ id: WABA, name: expect.any(String), currency: 'INR' });
    const numbers = await greatDetail.phoneNumbers.listPhoneNumbers({ businessAccountID: WABA }).json();
    expect(numbers.data.map(({ id }) => id)).toContain(PHONE);
    const number = greatDetail.phoneNumbers.getPhoneNumber({
      phoneNumberID: PHONE,
      fields: ['display_phone_number', ['throughput', ['level']]] as never,
    });
    expect(await number.json()).toMatchObject({ throughput: { level: 'STANDARD' } });
    await greatDetail.businessProfile
      .updateBusinessProfile({ phoneNumberID: PHONE, about: 'Sweets' } as never)
      .json();
    const profile = greatDetail.businessProfile.getBusinessProfile({
      phoneNumberID: PHONE,
      fields: ['about'] as never,
    });
    expect((await profile.json()) as Json).toMatchObject({ data: [{ about: 'Sweets' }] });
    const apps = greatDetail.subscribedApps.listSubscriptions({ businessAccountID: WABA });
    expect((await apps.json()).data).toHaveLength(1);
  });

  it('takes our handshake and the signature of our webhooks, and no other', async () => {
    const { query } = await receiver.until(
      () => receiver.handshakes.map((url) => ({ query: Object.fromEntries(url.searchParams) }))[0],
    );
    const registration = await greatDetail.webhook.register({ method: 'GET', query, headers: {} });
    expect(registration.verifyToken).toBe('simulator-verify-token');
    const { raw, headers } = await webhookOf(await send({ type: MessageType.Text, text: { body: 'नमस्ते' } }));
    const event = await greatDetail.webhook.eventNotification({
      method: 'POST',
      query: {},
      body: raw,
      headers: headers as Record<string, string>,
    });
    expect(await event.checkSignature(DEFAULT_APP_SECRET)).toBe(true);
    expect(await event.checkSignature('another secret')).toBe(false);
    expect((event.eventNotification as Json).entry[0].changes[0].value.metadata.phone_number_id).toBe(PHONE);
  });
});

describe('@kapso/whatsapp-cloud-api', () => {
  const base = { phoneNumberId: PHONE, to };
  const bodyText = 'Pick one';
  const wamidOf = ({ messages }: { messages: readonly { id: string }[] }) => messages[0]!.id;

  it.each<[string, () => Promise<{ messages: readonly { id: string }[] }>]>([
    ['text', () => kapso.messages.sendText({ ...base, body: 'Hello', contextMessageId: inbound })],
    ['an image', () => kapso.messages.sendImage({ ...base, image: { id: media.image } })],
    ['a video', () => kapso.messages.sendVideo({ ...base, video: { id: media.video } })],
    [
      'a document',
      () =>
        kapso.messages.sendDocument({ ...base, document: { link: 'https://x.in/a.pdf', filename: 'a.pdf' } }),
    ],
    ['a sticker', () => kapso.messages.sendSticker({ ...base, sticker: { id: media.sticker } })],
    ['a location', () => kapso.messages.sendLocation({ ...base, location: { latitude: 23, longitude: 72 } })],
    [
      'contacts',
      () =>
        kapso.messages.sendContacts({ ...base, contacts: [{ name: { formattedName: 'Asha' } }] as never }),
    ],
    [
      'a reaction',
      () => kapso.messages.sendReaction({ ...base, reaction: { messageId: inbound, emoji: '👍' } }),
    ],
    [
      'buttons',
      () =>
        kapso.messages.sendInteractiveButtons({
          ...base,
          bodyText,
          header: { type: 'image', image: { id: media.image } },
          buttons: [{ id: 'a', title: 'A' }],
        }),
    ],
    [
      'a list',
      () =>
        kapso.messages.sendInteractiveList({
          ...base,
          bodyText,
          buttonText: 'Open',
          sections: [{ title: 'A', rows: [{ id: 'a', title: 'A' }] }],
        }),
    ],
    [
      'a link button',
      () =>
        kapso.messages.sendInteractiveCtaUrl({
          ...base,
          bodyText,
          parameters: { displayText: 'Look', url: 'https://x.in' },
        }),
    ],
    [
      'a flow',
      () =>
        kapso.messages.sendInteractiveFlow({
          ...base,
          bodyText,
          parameters: { flowId, flowCta: 'Book', flowMessageVersion: '3' },
        } as never),
    ],
    [
      'a location request',
      () =>
        kapso.messages.sendInteractiveLocationRequest({
          ...base,
          bodyText,
          parameters: { requestMessage: 'Where?' },
        }),
    ],
    [
      'a carousel',
      () =>
        kapso.messages.sendInteractiveCarousel({
          ...base,
          bodyText,
          cards: [0, 1].map((cardIndex) => ({
            cardIndex,
            header: { type: 'image', image: { link: 'https://x.in/a.jpg' } },
            bodyText: 'A card',
            action: { displayText: 'View', url: 'https://x.in' },
          })),
        } as never),
    ],
    [
      'a template',
      () =>
        kapso.messages.sendTemplate({
          ...base,
          template: {
            name: 'order_confirmation',
            language: { code: 'en_US' },
            components: [
              {
                type: 'body',
                parameters: [
                  { type: 'text', text: 'Asha' },
                  { type: 'text', text: '#1043' },
                ],
              },
            ],
          },
        } as never),
    ],
  ])('sends %s', async (_name, send) => {
    expect(wamidOf(await send())).toMatch(/^wamid\./);
  });

  it('sends to a person without a phone number', async () => {
    const recipient = 'IN.13491208655302741918';
    const { contacts } = await kapso.messages.sendText({ phoneNumberId: PHONE, recipient, body: 'Hello' });
    expect(contacts[0]).toMatchObject({ userId: recipient });
  });

  it('marks as read and types', async () => {
    const answer = await kapso.messages.markRead({
      phoneNumberId: PHONE,
      messageId: inbound,
      typingIndicator: { type: 'text' },
    });
    expect(answer).toEqual({ success: true });
  });

  it('uploads, looks up, downloads and deletes media', async () => {
    const { id } = await kapso.media.upload({
      phoneNumberId: PHONE,
      type: 'image',
      file: new Blob([new Uint8Array(bytes)], { type: mimeType }),
      fileName: 'a.png',
    });
    expect(await kapso.media.get({ mediaId: id })).toMatchObject({ mimeType, id });
    const file = await kapso.media.download({ mediaId: id, auth: 'always' });
    expect(Buffer.from(file as ArrayBuffer)).toEqual(bytes);
    expect(await kapso.media.delete({ mediaId: id })).toEqual({ success: true });
  });

  it('lists and creates templates, flows and the profile', async () => {
    const { data, paging } = await kapso.templates.list({ businessAccountId: WABA, limit: 2 });
    expect(data.map(({ name }) => name)).toEqual(['hello_world', 'order_confirmation']);
    expect(paging.cursors.after).toEqual(expect.any(String));
    const created = await kapso.templates.create({
      businessAccountId: WABA,
      name: 'from_kapso',
      language: 'en_US',
      category: 'UTILITY',
      components: [{ type: 'BODY', text: 'We are open.' }],
    });
    expect(created.status).toBe('PENDING');
    expect(await kapso.templates.delete({ businessAccountId: WABA, name: 'from_kapso' })).toEqual({
      success: true,
    });
    const flows = await kapso.flows.list<Json>({ wabaId: WABA });
    expect(flows.data[0].id).toBe(flowId);
    const { preview } = await kapso.flows.preview({ flowId });
    expect(preview.previewUrl).toMatch(/^https:/);
    await kapso.phoneNumbers.businessProfile.update({ phoneNumberId: PHONE, about: 'Sweets' });
    const profile = await kapso.phoneNumbers.businessProfile.get({ phoneNumberId: PHONE });
    expect(profile.data[0]).toMatchObject({ about: 'Sweets' });
  });

  it('understands our refusals', async () => {
    const refused = await kapso.messages
      .sendText({ ...base, to: '+919999130429', body: 'Hello' })
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(GraphApiError);
    expect(refused).toMatchObject({ code: 130429, httpStatus: 400, fbtraceId: expect.any(String) });
    expect((refused as GraphApiError).isRateLimit()).toBe(true);
  });

  it('verifies and reads our webhooks', async () => {
    const { headers, raw, body } = await webhookOf(
      wamidOf(await kapso.messages.sendText({ ...base, body: 'नमस्ते' })),
    );
    const signatureHeader = headers['x-hub-signature-256'] as string;
    expect(verifySignature({ appSecret: DEFAULT_APP_SECRET, rawBody: raw, signatureHeader })).toBe(true);
    expect(verifySignature({ appSecret: 'another', rawBody: raw, signatureHeader })).toBe(false);
    const read = normalizeWebhook(body);
    expect(read.phoneNumberId).toBe(PHONE);
    expect(read.statuses[0]).toMatchObject({ recipientId: to, status: expect.any(String) });
  });
});
