import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mediaKey, type CreateMediaData, type MediaOnFile } from '@wbiz/contracts/media';
import { MEDIA_KINDS } from '@wbiz/contracts/media/types';
import type { MessageError } from '@wbiz/contracts/message';
import type { Answer, Ask } from '@wbiz/contracts/query-catalogue';
import { CommandTimeout } from '@wbiz/eventing/kafka/command-bus';
import type { Command, Reply } from '@wbiz/eventing/message';
import { peersAnswering } from '@wbiz/service-testing/peers';
import { until } from '@wbiz/testing/stack';
import { addAccount, addKey, gatewayDatabase, startGateway, type Gateway } from '../gateway.harness.js';

const MB = 1024 * 1024;
const JPEG = Buffer.from([0xff, 0xd8, 0xff]);
const MP4 = Buffer.from('\0\0\0\x18ftypisom\0\0\x02\0', 'latin1');
const file = (start: Buffer, size: number) => Buffer.concat([start, randomBytes(size - start.length)]);
const sha256Of = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** A stand-in for messaging's media, in memory. */
class FakeMessaging {
  outcome: 'taken' | MessageError | undefined = 'taken';
  lost = false;
  readonly media = new Map<string, MediaOnFile & { accountId: string }>();
  readonly replies = new Map<string, Reply>();

  readonly bus = {
    inFlight: () => 0,
    send: async (_service: string, command: Command): Promise<Reply> => {
      const reply = this.handle(command);
      if (this.lost) throw new CommandTimeout(command.id);
      return reply;
    },
    settled: async (commandId: string): Promise<Reply | undefined> => {
      const reply = this.replies.get(commandId);
      const id = reply?.ok ? (reply.data as { id: string }).id : '';
      if (this.outcome === undefined || !id) return undefined;
      if (this.outcome === 'taken') return reply;
      const { code, message, ...details } = this.outcome;
      this.media.set(id, { state: 'rejected', error: this.outcome, accountId: '' });
      return { ok: false, error: { code, message, details } };
    },
  };

  find = async ({ accountId, id }: Ask<'media.find'>): Promise<Answer<'media.find'>> => {
    const found = this.media.get(id);
    return found?.accountId === accountId ? found : null;
  };

  replyOf(commandId: string): Reply | null {
    return this.replies.get(commandId) ?? null;
  }

  private handle({ id: commandId, type, accountId, data }: Command): Reply {
    const { mediaId: id, at, phoneNumberId: _, ...rest } = data as CreateMediaData;
    if (type === 'media.delete') this.media.delete(id);
    const view = { id, mediaId: id, ...rest, createdAt: at, expiresAt: null };
    if (type === 'media.create')
      this.media.set(id, { state: 'kept', view, key: mediaKey(accountId, id), accountId });
    const reply: Reply = { ok: true, data: type === 'media.create' ? view : null };
    this.replies.set(commandId, reply);
    return reply;
  }
}

let database: Awaited<ReturnType<typeof gatewayDatabase>>;
let directory: string;
let gateway: Gateway;
let messaging: FakeMessaging;
let bearer: Record<string, string>;
let otherBearer: Record<string, string>;
beforeAll(async () => {
  database = await gatewayDatabase();
  directory = await mkdtemp(join(tmpdir(), 'wbiz-media-'));
  ({ bearer } = await addKey(database.pool, await addAccount(database.pool)));
  ({ bearer: otherBearer } = await addKey(database.pool, await addAccount(database.pool)));
  messaging = new FakeMessaging();
  const peers = peersAnswering({
    'media.find': (ask) => messaging.find(ask),
    'command.reply': async ({ commandId }) => messaging.replyOf(commandId),
  });
  const bus = {
    inFlight: () => 0,
    send: (service: string, command: Command) => messaging.bus.send(service, command),
    settled: (id: string) => messaging.bus.settled(id),
  };
  gateway = await startGateway(database.url, {
    bus: bus as never,
    peers,
    mediaStore: pathToFileURL(directory).href,
  });
});
afterAll(async () => {
  await gateway.stop();
  await database.close();
  await rm(directory, { recursive: true });
});
beforeEach(() => {
  messaging = new FakeMessaging();
});

const stored = async () =>
  (await readdir(directory, { recursive: true })).filter((name) => name.includes('med_'));
const formOf = (bytes: Buffer, name = 'file', filename = 'a.jpg', type = '') => {
  const form = new FormData();
  form.append(name, new Blob([new Uint8Array(bytes)], { type }), filename);
  return form;
};
const post = (body: FormData | string, headers: Record<string, string> = {}) =>
  fetch(`${gateway.base}/v1/media`, { method: 'POST', headers: { ...bearer, ...headers }, body });
const get = (path: string, headers = bearer) => fetch(`${gateway.base}/v1/media/${path}`, { headers });
const problemOf = async (response: Response) => {
  const { code, detail, errors } = (await response.json()) as Record<string, unknown>;
  return {
    status: response.status,
    code,
    detail,
    pointers: ((errors ?? []) as { pointer: string }[]).map(({ pointer }) => pointer),
  };
};

describe('an upload', () => {
  it('is kept, described, given back as a file, and deleted', async () => {
    const bytes = file(JPEG, 40_000);
    const answer = await post(formOf(bytes, 'file', 'Räksmörgås "1".jpg'));
    expect(answer.status).toBe(201);
    const view = (await answer.json()) as { id: string };
    expect(view).toEqual({
      id: expect.stringMatching(/^med_/),
      mediaId: view.id,
      mimeType: 'image/jpeg',
      size: 40_000,
      sha256: sha256Of(bytes),
      filename: expect.stringContaining('Räksmörgås'),
      createdAt: expect.any(String),
      expiresAt: null,
    });
    expect(await (await get(view.id)).json()).toEqual(view);
    const content = await get(`${view.id}/content`);
    expect(Buffer.from(await content.arrayBuffer()).equals(bytes)).toBe(true);
    expect(Object.fromEntries(content.headers)).toMatchObject({
      'content-type': 'image/jpeg',
      'content-length': '40000',
      'content-disposition': expect.stringMatching(
        /^attachment; filename="R_ksm_rg_s .*"; filename\*=UTF-8''R%C3%A4/,
      ),
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining('sandbox'),
    });
    for (const path of [view.id, `${view.id}/content`])
      expect((await get(path, otherBearer)).status).toBe(404);
    const remove = (headers: Record<string, string>) =>
      fetch(`${gateway.base}/v1/media/${view.id}`, { method: 'DELETE', headers });
    expect((await remove(otherBearer)).status).toBe(404);
    expect((await remove(bearer)).status).toBe(204);
    expect((await get(view.id)).status).toBe(404);
  });

  it.each([
    ['an image', JPEG, MEDIA_KINDS.image.maxBytes],
    ['a video', MP4, MEDIA_KINDS.video.maxBytes],
    ['a document', Buffer.from('%PDF-1.4\n'), 6 * MB],
  ])('of %s may be as large as Meta takes it', async (_what, start, size) => {
    const answer = await post(formOf(file(start, size)));
    expect([answer.status, await answer.json()]).toMatchObject([201, { size }]);
  });

  it.each([
    ['an image', JPEG, MEDIA_KINDS.image.maxBytes],
    ['a video', MP4, MEDIA_KINDS.video.maxBytes],
    ['a sticker', Buffer.from('RIFF\0\0\0\0WEBPVP8L'), MEDIA_KINDS.sticker.maxBytes],
  ])('of %s that is one byte larger is refused, and leaves nothing', async (_what, start, maxBytes) => {
    const before = await stored();
    const problem = await problemOf(await post(formOf(file(start, maxBytes + 1))));
    expect(problem).toMatchObject({ status: 413, code: 'too_large' });
    expect(problem.detail).toContain(String(maxBytes));
    expect(await stored()).toEqual(before);
  });

  it.each([
    [
      'a type that Meta does not take',
      formOf(Buffer.from('GIF89a\x01\x00')),
      415,
      'unsupported_media_type',
      [],
    ],
    ['a page', formOf(Buffer.from([0, 1, 2, 3])), 415, 'unsupported_media_type', []],
    ['an empty file', formOf(Buffer.alloc(0)), 422, 'invalid_request', ['/file']],
    ['no part', new FormData(), 422, 'invalid_request', ['/file']],
    ['another part', formOf(file(JPEG, 100), 'image'), 422, 'invalid_request', ['/image']],
  ])('of %s is refused', async (_what, form, status, code, pointers) => {
    const before = await stored();
    expect(await problemOf(await post(form))).toMatchObject({ status, code, pointers });
    expect(await stored()).toEqual(before);
  });

  it('declared as a medium that it is not is refused, naming both', async () => {
    const before = await stored();
    const script = formOf(Buffer.from('#!/bin/sh\nrm -rf /\n'), 'file', 'x.png', 'Image/PNG');
    const problem = await problemOf(await post(script));
    expect(problem).toMatchObject({ status: 415, code: 'unsupported_media_type' });
    expect(problem.detail).toMatch(/image\/png.*text\/plain/);
    expect(await stored()).toEqual(before);
  });

  it.each([
    ['quote', Buffer.from('\r\n%PDF-1.4\n'), 'quote.pdf'],
    ['photo.png', JPEG, 'photo.jpg'],
    ['Müller.csv', Buffer.from('M\xfcller;7', 'latin1'), "M_ller.csv\"; filename*=UTF-8''M%C3%BCller.csv"],
  ])('called %j is given back under a name of its type', async (name, bytes, given) => {
    const answer = await post(formOf(bytes, 'file', name));
    const { id, filename } = (await answer.json()) as { id: string; filename: string };
    expect(filename).toBe(name);
    const disposition = (await get(`${id}/content`)).headers.get('content-disposition');
    expect(disposition?.replace(/"$/, '')).toBe(`attachment; filename="${given}`);
  });

  it.each([
    ['a second file', (form: FormData) => form.append('file', new Blob(['x']), 'b.txt'), '/file'],
    ['a field after it', (form: FormData) => form.append('caption', 'x'), '/caption'],
    ['a field of many bytes', (form: FormData) => form.append('a/b', 'x'.repeat(100_000)), '/a~1b'],
  ])('with %s is refused, and leaves nothing', async (_what, add, pointer) => {
    const before = await stored();
    const form = formOf(file(JPEG, 30_000));
    add(form);
    expect(await problemOf(await post(form))).toMatchObject({
      status: 422,
      code: 'invalid_request',
      pointers: [pointer],
    });
    expect(await stored()).toEqual(before);
  });

  it('that names no file is refused', async () => {
    const form = new FormData();
    form.append('file', 'text');
    expect(await problemOf(await post(form))).toMatchObject({ status: 422, pointers: ['/file'] });
  });

  it.each([
    ['application/json', '{}', 415, 'unsupported_media_type'],
    ['application/x-www-form-urlencoded', 'a=b', 415, 'unsupported_media_type'],
    ['image/jpeg', 'x', 415, 'unsupported_media_type'],
    ['multipart/form-data', 'x', 400, 'malformed_request'],
    ['multipart/form-data; boundary=b', 'x', 400, 'malformed_request'],
    [
      'multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n%PDF-',
      400,
      'malformed_request',
    ],
  ])('as %s: %j', async (type, body, status, code) => {
    const before = await stored();
    expect(await problemOf(await post(body, { 'content-type': type }))).toMatchObject({ status, code });
    expect(await stored()).toEqual(before);
    expect(gateway.logs.join()).not.toContain('media store:');
  });

  it('needs the scope, before the body is read', async () => {
    const { bearer: reader } = await addKey(database.pool, await addAccount(database.pool), {
      scopes: ['messages:send'],
    });
    expect((await post(formOf(file(JPEG, 100)), reader)).status).toBe(403);
  });

  it('is refused as soon as it is too large, and of a client that goes away nothing stays', async () => {
    const before = await stored();
    const url = new URL(gateway.base);
    const open = (length = 50 * MB) => {
      const socket = connect(Number(url.port), url.hostname);
      socket.on('error', () => undefined);
      let heard = '';
      socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
      socket.write(
        `POST /api/v1/media HTTP/1.1\r\nHost: x\r\nAuthorization: ${bearer['authorization']}\r\n` +
          `Content-Type: multipart/form-data; boundary=b\r\nContent-Length: ${length}\r\n\r\n` +
          '--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n',
      );
      return { socket, heard: () => heard };
    };
    const large = open();
    large.socket.write(file(JPEG, 6 * MB));
    await until(() => large.heard().includes('too_large'));
    expect(large.heard()).toContain('413');
    large.socket.destroy();

    const hopeless = open(102 * MB);
    await until(() => hopeless.heard().includes('too_large'));
    hopeless.socket.destroy();

    const gone = open();
    gone.socket.write(file(JPEG, MB));
    await until(async () => (await stored()).length > before.length);
    gone.socket.destroy();
    await until(async () => (await stored()).length === before.length);
  });
});

it('is told to come again while the store is in trouble', async () => {
  const accountId = await addAccount(database.pool);
  const { bearer: own } = await addKey(database.pool, accountId);
  const answer = (await (await post(formOf(file(JPEG, 100)), own)).json()) as { id: string };
  await rm(join(directory, accountId), { recursive: true });
  await writeFile(join(directory, accountId), 'in the way');
  const upload = await post(formOf(file(JPEG, 100)), own);
  const content = await get(`${answer.id}/content`, own as typeof bearer);
  for (const refused of [upload, content]) {
    expect(refused.headers.has('retry-after')).toBe(true);
    expect(await problemOf(refused)).toMatchObject({ status: 503, code: 'unavailable' });
  }
  await rm(join(directory, accountId));
});

describe('Meta', () => {
  const error = { code: 'rejected_by_meta', message: 'No.', metaCode: 131053 };
  it('refuses it', async () => {
    messaging.outcome = error;
    const answer = await post(formOf(file(JPEG, 100)));
    expect([answer.status, await answer.json()]).toMatchObject([
      422,
      { code: 'rejected_by_meta', metaCode: 131053 },
    ]);
  });

  it('does not answer in time', async () => {
    messaging.outcome = undefined;
    expect((await post(formOf(file(JPEG, 100)))).status).toBe(201);
  });
});

describe('an Idempotency-Key', () => {
  const key = () => ({ 'idempotency-key': `k-${Math.random()}` });

  it('answers the first result for the same bytes, whatever surrounds them', async () => {
    const header = key();
    const bytes = file(JPEG, 50_000);
    const first = await post(formOf(bytes), header);
    const there = await stored();
    const second = await post(formOf(bytes), header);
    expect([second.status, second.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
    expect(await second.text()).toBe(await first.text());
    expect(await stored()).toEqual(there);
    expect(messaging.media.size).toBe(1);
  });

  it('is not good for other bytes', async () => {
    const header = key();
    await post(formOf(file(JPEG, 100)), header);
    const there = await stored();
    expect(await problemOf(await post(formOf(file(JPEG, 100)), header))).toMatchObject({
      status: 422,
      code: 'idempotency_key_reused',
    });
    expect(await stored()).toEqual(there);
  });

  it('answers Meta’s refusal again', async () => {
    const header = key();
    messaging.outcome = { code: 'rejected_by_meta', message: 'No.', metaCode: 131053 };
    const bytes = file(JPEG, 100);
    expect((await post(formOf(bytes), header)).status).toBe(422);
    messaging.outcome = 'taken';
    const again = await post(formOf(bytes), header);
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([422, 'true']);
  });

  it('finds what was accepted although the answer was lost', async () => {
    messaging.lost = true;
    const bytes = file(JPEG, 100);
    const answer = await post(formOf(bytes), key());
    expect([answer.status, await answer.json()]).toMatchObject([201, { sha256: sha256Of(bytes) }]);
    expect(messaging.media.size).toBe(1);
  });

  it('that is none is refused', async () => {
    const answer = await post(formOf(file(JPEG, 100)), { 'idempotency-key': ' é' });
    expect(await problemOf(answer)).toMatchObject({ status: 422, code: 'invalid_idempotency_key' });
  });
});

describe('what a person sent', () => {
  const id = 'med_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E';
  it.each([
    ['awaited', 503, 'unavailable'],
    ['lost', 404, 'not_found'],
  ] as const)('and is %s', async (state, status, code) => {
    messaging.media.set(id, { state, accountId: 'acc_x' });
    messaging.find = async () => ({ state });
    for (const path of [id, `${id}/content`]) {
      const answer = await get(path);
      expect(answer.headers.has('retry-after')).toBe(status === 503);
      expect(await problemOf(answer)).toMatchObject({ status, code });
    }
  });

  it('and is of a type that Meta does not take comes as bytes', async () => {
    const answer = await post(formOf(Buffer.from('plain text'), 'file', 'a.txt'));
    const { id: known } = (await answer.json()) as { id: string };
    const found = messaging.media.get(known) as Extract<MediaOnFile, { state: 'kept' }> & {
      accountId: string;
    };
    messaging.media.set(known, { ...found, view: { ...found.view, mimeType: 'text/html', filename: null } });
    const content = await get(`${known}/content`);
    expect([content.headers.get('content-type'), content.headers.get('content-disposition')]).toEqual([
      'application/octet-stream',
      `attachment; filename="${known}"`,
    ]);
    expect(await content.text()).toBe('plain text');
  });
});
