import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  PHONE,
  simulatorForTests,
  simulatorWithReceiver,
  type Json,
  type TestSimulator,
  type WebhookReceiver,
} from '../simulator.harness.js';
import type { MediaKind } from './media.rules.js';
import { SAMPLE_FILES } from './sample-files.js';

let simulator: TestSimulator;
let receiver: WebhookReceiver;

beforeAll(async () => {
  ({ simulator, receiver } = await simulatorWithReceiver());
});
afterAll(() => simulator.close());
afterEach(() => void jest.restoreAllMocks());

const PNG = SAMPLE_FILES.image.bytes;
const bearer = { authorization: 'Bearer simulator-token' };
const at = (msFromNow: number) => {
  const now = Date.now();
  jest.spyOn(Date, 'now').mockImplementation(() => now + msFromNow);
};
const DAY = 86_400_000;
const metadata = (id: string, query = '') => simulator.graph('GET', `/${id}${query}`);
const download = (url: string, headers: Record<string, string> = bearer) => fetch(url, { headers });
const MB = 1024 * 1024;

describe('an upload', () => {
  it('answers an id that shows what it is and where it can be fetched', async () => {
    const { status, body } = await simulator.upload(PNG, 'image/png', { name: 'shop.png' });
    expect([status, body]).toEqual([200, { id: expect.stringMatching(/^\d{16}$/) }]);
    const shown = (await metadata(body.id as string)).body;
    expect(shown).toEqual({
      url: expect.stringMatching(/\/whatsapp_business\/attachments\/\?mid=\d+&ext=\d{10}&hash=[\w-]+$/),
      mime_type: 'image/png',
      sha256: createHash('sha256').update(PNG).digest('hex'),
      file_size: PNG.length,
      id: body.id,
      messaging_product: 'whatsapp',
    });
    const file = await download(shown.url as string);
    expect(Buffer.from(await file.arrayBuffer())).toEqual(PNG);
    expect(Object.fromEntries(file.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(PNG.length),
      'content-disposition': 'inline;filename=shop.png',
      'accept-ranges': 'bytes',
    });
  });

  it.each<[string, string, number]>([
    ['image/jpeg', 'image', 5 * MB],
    ['image/webp', 'sticker', 500 * 1024],
    ['video/mp4', 'video', 16 * MB],
    ['audio/ogg', 'audio', 16 * MB],
    ['application/pdf', 'document', 100 * MB],
  ])('of %s may be as large as a %s', async (type, _kind, most) => {
    expect((await simulator.upload(Buffer.alloc(most), type)).status).toBe(200);
    const { status, body } = await simulator.upload(Buffer.alloc(most + 1), type);
    expect([status, body.error]).toEqual([
      400,
      expect.objectContaining({ code: 100, error_user_title: 'File Too Large' }),
    ]);
  });

  it.each(['audio/wav', 'audio/ogg; codecs=opus', 'image/gif', 'application/zip'])(
    'of %s is refused with the types there are',
    async (type) => {
      const { status, body } = await simulator.upload(PNG, type);
      expect([status, body.error.code]).toEqual([400, 100]);
      expect(body.error.message).toMatch(
        /^\(#100\) Param file must be a file with one of the following types: audio\/aac, .*image\/png.*\. Received file of type '/,
      );
      expect(body.error.message).toContain(`'${type}'.`);
    },
  );

  it('needs a file, a product and a length', async () => {
    const send = async (fields: Record<string, string | Blob>, chunked = false) => {
      const form = new FormData();
      for (const [key, value] of Object.entries(fields)) form.set(key, value);
      const whole = new Request('http://x', { method: 'POST', body: form });
      const response = await fetch(`${simulator.url}/${PHONE}/media`, {
        method: 'POST',
        headers: { ...bearer, 'content-type': whole.headers.get('content-type')! },
        ...(chunked ? { body: whole.body, duplex: 'half' } : { body: await whole.bytes() }),
      });
      return ((await response.json()) as Json).error?.message as unknown;
    };
    const file = new Blob([new Uint8Array(PNG)], { type: 'image/png' });
    expect(await send({ messaging_product: 'whatsapp' })).toBe('(#100) The parameter file is required.');
    expect(await send({ file })).toBe('(#100) The parameter messaging_product is required.');
    expect(await send({ messaging_product: 'whatsapp', file })).toBeUndefined();
    expect(await send({ messaging_product: 'whatsapp', file }, true)).toBe(
      '(#100) The parameter file is required.',
    );
  });
});

describe('a media id', () => {
  it('is seen by its own account and number only', async () => {
    const id = await simulator.uploaded('image');
    await simulator.control('POST', '/wabas', { token: 'simulator-stranger' });
    const stranger = await simulator.graph('GET', `/${id}`, undefined, 'simulator-stranger');
    expect(stranger.body.error).toMatchObject({ code: 100, error_subcode: 33 });
    expect((await metadata(id, `?phone_number_id=${PHONE}`)).status).toBe(200);
    expect((await metadata(id, '?phone_number_id=1060000000000002')).body.error).toMatchObject({
      code: 100,
      message: expect.stringContaining('Param phone_number_id is not a valid'),
    });
  });

  it('lives for 30 days', async () => {
    const id = await simulator.uploaded('image');
    at(30 * DAY - 60_000);
    expect((await metadata(id)).status).toBe(200);
    at(60_001);
    expect((await metadata(id)).body.error).toMatchObject({ code: 100, error_subcode: 33 });
  });

  it('is gone when deleted, and so is its file', async () => {
    const id = await simulator.uploaded('image');
    const { url } = (await metadata(id)).body;
    expect((await simulator.graph('DELETE', `/${id}`)).body).toEqual({ success: true });
    expect((await metadata(id)).body.error.error_subcode).toBe(33);
    expect((await download(url as string)).status).toBe(404);
    expect((await simulator.graph('DELETE', `/${id}`)).body.error.error_subcode).toBe(33);
    expect((await simulator.graph('DELETE', '/123_123')).body.error).toMatchObject({
      type: 'OAuthException',
      code: 100,
      message: '(#100) Invalid post_id parameter',
    });
  });
});

describe('a download URL', () => {
  const urlOf = async () => (await metadata(await simulator.uploaded('image'))).body.url as string;

  it('wants a token of the account and its own signature', async () => {
    const url = await urlOf();
    expect((await download(url, {})).status).toBe(400);
    expect((await download(url, { authorization: 'Bearer nonsense' })).status).toBe(401);
    await simulator.control('POST', '/wabas', { token: 'simulator-other' });
    expect((await download(url, { authorization: 'Bearer simulator-other' })).status).toBe(400);
    const other = new URL(await urlOf()).searchParams.get('mid')!;
    expect((await download(url.replace(/mid=\d+/, `mid=${other}`))).status).toBe(404);
    expect((await download(url.replace(/ext=\d/, 'ext=9'))).status).toBe(404);
  });

  it('is good for five minutes', async () => {
    const url = await urlOf();
    at(290_000);
    expect((await download(url)).status).toBe(200);
    at(11_000);
    expect((await download(url)).status).toBe(404);
  });

  it.each([
    ['bytes=0-7', 206, PNG.subarray(0, 8)],
    ['bytes=8-', 206, PNG.subarray(8)],
    ['bytes=-4', 206, PNG.subarray(-4)],
    ['bytes=60-9999', 206, PNG.subarray(60)],
    ['bytes=9999-', 416, Buffer.alloc(0)],
    ['lines=1-2', 200, PNG],
  ])('answers Range: %s with %d', async (range, status, bytes) => {
    const answer = await download(await urlOf(), { ...bearer, range });
    expect(answer.status).toBe(status);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytes);
    if (status === 206)
      expect(answer.headers.get('content-range')).toMatch(new RegExp(`^bytes \\d+-\\d+/${PNG.length}$`));
  });
});

describe('a message made of uploaded media', () => {
  const to = '918899339001';
  beforeAll(() => simulator.openWindow(to));
  const last = async (type: MediaKind, id: string, more: object = {}) => {
    const { status, body } = await simulator.send({ to, type, [type]: { id, ...more } });
    expect(status).toBe(200);
    const wamid = body.messages[0].id as string;
    return receiver.until(() =>
      receiver.statuses(wamid).find(({ status: name }) => name === 'read' || name === 'failed'),
    );
  };

  it.each<MediaKind>(['image', 'video', 'audio', 'document', 'sticker'])('arrives: %s', async (kind) => {
    expect((await last(kind, await simulator.uploaded(kind))).status).toBe('read');
  });

  it('may be any file as a document', async () => {
    expect((await last('document', await simulator.uploaded('video'))).status).toBe('read');
  });

  it.each<[string, MediaKind, () => Promise<string>, RegExp]>([
    [
      'another kind',
      'image',
      () => simulator.uploaded('document'),
      /^Unsupported Image mime type application\/pdf\./,
    ],
    [
      'content of another type',
      'image',
      async () => (await simulator.upload(Buffer.from('not a picture'), 'image/png')).body.id as string,
      /^Image file uploaded with mimetype as image\/png, however on processing it is of type/,
    ],
    [
      'a sticker of another size',
      'sticker',
      async () => {
        const small = Buffer.from(SAMPLE_FILES.sticker.bytes);
        small.writeUInt32LE(405 | (378 << 14), 21);
        return (await simulator.upload(small, 'image/webp')).body.id as string;
      },
      /^Sticker with dimensions 406x379 has incorrect dimensions, expected dimension: 512x512$/,
    ],
  ])('fails later with 131053: %s', async (_name, kind, upload, details) => {
    const { status, errors } = await last(kind, await upload());
    expect([status, errors[0].code]).toEqual(['failed', 131053]);
    expect(errors[0].error_data.details).toMatch(details);
  });

  it('is played when it is a voice message, which must be ogg', async () => {
    const id = await simulator.uploaded('audio');
    const { body } = await simulator.send({ to, type: 'audio', audio: { id, voice: true } });
    await receiver.until(() =>
      receiver.statuses(body.messages[0].id as string).some(({ status }) => status === 'played'),
    );
    const mp3 = (await simulator.upload(Buffer.from('ID3'), 'audio/mpeg')).body.id as string;
    expect((await last('audio', mp3, { voice: true })).errors[0].code).toBe(131053);
  });

  it('is refused at once when the id is nobody’s', async () => {
    const { status, body } = await simulator.send({ to, type: 'image', image: { id: '1' } });
    expect([status, body.error.message]).toEqual([
      400,
      "(#100) Param image['id'] is not a valid whatsapp business account media attachment ID",
    ]);
  });
});

describe('the state directory', () => {
  it('keeps media over a restart', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'simulator-media-'));
    const first = await simulatorForTests({ stateDir });
    const id = await first.uploaded('document');
    await first.close();
    const second = await simulatorForTests({ stateDir });
    const { url } = (await second.graph('GET', `/${id}`)).body;
    const file = await download(url as string);
    expect(Buffer.from(await file.arrayBuffer())).toEqual(SAMPLE_FILES.document.bytes);
    await second.graph('DELETE', `/${id}`);
    await second.close();
    rmSync(stateDir, { recursive: true });
  });
});
