import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
// @boundaries-ignore the tests run the processes as npm start does
import { sharing } from '../../scripts/apps.ts';
import { client, ok, type Client } from './api-client.js';
import { PERSON, startSystem, type System } from './system.js';

type View = { id: string; sha256: string; expiresAt: string | null };
const MB = 1024 * 1024;
const beginning = (text: string) => Buffer.from(text, 'latin1');
const JPEG = beginning('\xff\xd8\xff');
const MP4 = beginning('\0\0\0\x18ftypisom\0\0\x02\0');
const file = (start: Buffer, size: number) => Buffer.concat([start, randomBytes(size - start.length)]);
const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

let system: System;
let api: Client;
let other: Client;
beforeAll(async () => {
  system = await startSystem({ together: sharing('') });
  api = await system.connect();
  const waba = await system.control<{ id: string; token: string }>('POST', '/wabas', {
    token: 'simulator-of-another',
  });
  other = await connectOther(waba);
}, 120_000);
afterAll(() => system?.stop());

/** Connects a WABA without templates, so that no sync has to be awaited. */
async function connectOther({ id: wabaId, token: accessToken }: { id: string; token: string }) {
  const account = ok(
    await system.admin<{ id: string }>('POST', '/accounts', { wabaId, accessToken, plan: 'unlimited' }),
  );
  const key = ok(
    await system.admin<{ key: string }>('POST', `/accounts/${account.id}/keys`, {
      name: 'other',
      scopes: ['media:write', 'messages:send'],
    }),
  );
  return client(system.baseUrls, key.key);
}

async function upload(bytes: Buffer, { as = api, filename = 'a.bin', headers = {} } = {}) {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(bytes)]), filename);
  const answer = await fetch(`${system.baseUrl}/v1/media`, {
    method: 'POST',
    headers: { authorization: `Bearer ${as.apiKey}`, ...headers },
    body: form,
  });
  return { status: answer.status, body: (await answer.json()) as View };
}
const content = (id: string, { apiKey } = api) =>
  fetch(`${system.baseUrl}/v1/media/${id}/content`, { headers: { authorization: `Bearer ${apiKey}` } });
const view = async (id: string) => (await api.get<View>(`/v1/media/${id}`)).body;
const uploadsAtMeta = async () =>
  (
    await system.control<{ data: { method: string; path: string }[] }>('GET', '/requests?limit=1000')
  ).data.filter(({ method, path }) => method === 'POST' && path.endsWith('/media')).length;
const sentWith = async (wamid: string) =>
  (
    await system.control<{ data: { wamid: string; body: Record<string, { id?: string }> }[] }>(
      'GET',
      `/messages?to=${PERSON.slice(1)}&limit=1000`,
    )
  ).data.find((message) => message.wamid === wamid)!.body;

/** Resident memory of a process, in MB. */
const residentOf = async (pid: number) =>
  Number((await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)])).stdout) / 1024;

it('takes files of 100 MB, three at once, in less than half their memory', async () => {
  expect(await upload(file(MP4, 16 * MB))).toMatchObject({ status: 201, body: { mimeType: 'video/mp4' } });
  const gateway = system.pidOf('gateway');
  const before = await residentOf(gateway);
  let most = before;
  let over = false;
  const watch = (async () => {
    for (; !over; await delay(50)) most = Math.max(most, await residentOf(gateway));
  })();
  const files = Array.from({ length: 3 }, () => file(beginning('%PDF-1.4\n'), 100 * MB));
  const taken = await Promise.all(files.map((bytes) => upload(bytes)));
  const back = createHash('sha256');
  for await (const chunk of (await content(taken[0]!.body.id)).body!) back.update(chunk as Uint8Array);
  over = true;
  await watch;
  expect(taken.map(({ status, body }) => [status, body.sha256])).toEqual(
    files.map((bytes) => [201, sha256Of(bytes)]),
  );
  expect(back.digest('hex')).toBe(taken[0]!.body.sha256);
  expect(most - before).toBeLessThan(150);
}, 180_000);

describe('a file that was uploaded', () => {
  it('is sent by its id', async () => {
    await system.writeIn(api);
    const { body } = await upload(file(JPEG, 50_000), { filename: 'catalogue.jpg' });
    const sent = await api.post<{ wamid: string }>('/v1/messages/media', {
      to: PERSON,
      type: 'image',
      mediaId: body.id,
    });
    expect(sent).toMatchObject({ status: 201, body: { wamid: expect.any(String) } });
    expect((await sentWith(sent.body.wamid))['image']!.id).toMatch(/^\d+$/);
  });

  it.each([
    ['as what it is not', { type: 'video' }, 422, 'invalid_request'],
    ['by an id that nothing has', { mediaId: 'med_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E' }, 404, 'media_not_found'],
  ])('is not sent %s', async (_what, change, status, code) => {
    const { body } = await upload(file(JPEG, 1_000));
    const send = { to: PERSON, type: 'image', mediaId: body.id, ...change };
    expect(await api.post('/v1/messages/media', send)).toMatchObject({
      status,
      body: { code, errors: [{ pointer: '/mediaId' }] },
    });
  });

  it('goes to Meta once, also when it is uploaded twice', async () => {
    const bytes = file(JPEG, 20_000);
    const before = await uploadsAtMeta();
    const both = await Promise.all([upload(bytes), upload(bytes)]);
    const headers = { 'idempotency-key': 'media-1' };
    const third = await upload(bytes, { headers });
    expect(await upload(bytes, { headers })).toEqual(third);
    expect(new Set([...both, third].map(({ body }) => body.id)).size).toBe(3);
    expect(await uploadsAtMeta()).toBe(before + 1);
    expect(await upload(file(JPEG, 20_000), { headers })).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
  });

  it('does not exist for another account', async () => {
    const { body } = await upload(file(JPEG, 1_000));
    expect((await other.get(`/v1/media/${body.id}`)).status).toBe(404);
    expect((await content(body.id, other)).status).toBe(404);
    expect((await other.request('DELETE', `/v1/media/${body.id}`)).status).toBe(404);
    const send = { to: PERSON, type: 'image', mediaId: body.id };
    expect(await other.post('/v1/messages/media', send)).toMatchObject({
      status: 404,
      body: { code: 'media_not_found' },
    });
    expect((await view(body.id)).id).toBe(body.id);
  });

  it('is gone once it is deleted', async () => {
    const { body } = await upload(file(JPEG, 1_000));
    expect((await api.request('DELETE', `/v1/media/${body.id}`)).status).toBe(204);
    expect((await api.get(`/v1/media/${body.id}`)).status).toBe(404);
    expect((await content(body.id)).status).toBe(404);
    const send = { to: PERSON, type: 'image', mediaId: body.id };
    expect((await api.post('/v1/messages/media', send)).status).toBe(404);
  });

  it('is gone where Meta refuses it', async () => {
    await system.control('POST', '/behaviour', {
      faults: [{ match: { path: '/media' }, kind: 'error', code: 131053, httpStatus: 400, times: 1 }],
    });
    expect(await upload(file(JPEG, 1_000))).toMatchObject({
      status: 422,
      body: { code: 'rejected_by_meta', metaCode: 131053 },
    });
  });
});

it('fetches what a person sends, and serves it as it was sent', async () => {
  const bytes = file(JPEG, 200_000);
  const { wamid } = await system.control<{ wamid: string }>('POST', '/inbound', {
    from: PERSON,
    message: { type: 'image', image: { caption: 'Look' } },
    file: bytes.toString('base64'),
  });
  const event = await until(async () =>
    (await api.allEvents()).find(({ type, data }) => type === 'message.received' && data.wamid === wamid),
  );
  const id = String(event.data.mediaId);
  const answer = await until(async () => {
    const tried = await content(id);
    if (tried.status === 200) return tried;
    expect([tried.status, tried.headers.has('retry-after')]).toEqual([503, true]);
    return undefined;
  });
  expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
  expect(await view(id)).toMatchObject({ id, sha256: sha256Of(bytes), size: 200_000 });
  expect((await content(id, other)).status).toBe(404);
  // Meta has no copy of the file: the send uploads one.
  const sent = await api.post<{ wamid: string }>('/v1/messages/media', {
    to: PERSON,
    type: 'image',
    mediaId: id,
  });
  expect(sent.status).toBe(201);
  expect((await sentWith(sent.body.wamid))['image']!.id).toMatch(/^\d+$/);
  expect((await view(id)).expiresAt).toEqual(expect.any(String));
});

it('takes an upload to Meta although messaging dies in the middle of it, and sends it then', async () => {
  await system.control('POST', '/behaviour', { faults: [{ match: { path: '/media' }, kind: 'hang' }] });
  const before = await uploadsAtMeta();
  const uploading = upload(file(JPEG, 30_000));
  await until(async () => (await uploadsAtMeta()) > before);
  await system.kill('messaging');
  await system.control('POST', '/behaviour', { faults: [] });
  await system.start('messaging');
  const { status, body } = await uploading;
  expect(status).toBe(201);
  const sent = await api.post<{ id: string }>(
    '/v1/messages/media',
    { to: PERSON, type: 'image', mediaId: body.id },
    { prefer: 'respond-async' },
  );
  expect(sent.status).toBe(202);
  await until(async () => (await view(body.id)).expiresAt, { timeoutMs: 60_000 });
  await until(
    async () => (await api.get<{ wamid: string | null }>(`/v1/messages/${sent.body.id}`)).body.wamid,
    { timeoutMs: 60_000 },
  );
}, 180_000);
