import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createCloudApi } from './cloud-api.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: Buffer };
const graphError = (code: number) =>
  JSON.stringify({ error: { code, message: 'no', type: 'OAuthException' } });

/** A client, and a server that keeps its requests. */
async function meta(answer: (response: ServerResponse, seen: Seen) => void) {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => undefined);
    request.on('end', () => {
      const { method, url, headers } = request;
      const asked = { method: method!, url: url!, headers, body: Buffer.concat(chunks) };
      seen.push(asked);
      answer(response, asked);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const api = createCloudApi({ baseUrl: url, timeoutMs: 5_000 });
  closing.push(
    () => new Promise((resolve) => server.close(resolve)),
    () => server.closeAllConnections(),
    () => api.close(),
  );
  return { api, url, seen };
}
async function* chunks(bytes: Buffer, size = 65_536) {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}
const fileOf = (bytes: Buffer, filename = 'a.pdf', size = bytes.length) => ({
  mimeType: 'application/pdf',
  filename,
  size,
  bytes: chunks(bytes),
});

describe('an upload', () => {
  it('is a form of known length with the same bytes', async () => {
    const bytes = randomBytes(3_000_001);
    const { api, seen } = await meta((response) => response.end('{"id":"1037543291543636"}'));
    expect(await api.uploadMedia('token', '106', fileOf(bytes, 'my "best"\r\n.pdf'))).toBe(
      '1037543291543636',
    );
    const [{ method, url, headers, body }] = seen as [Seen];
    expect([method, url, headers.authorization]).toEqual(['POST', '/v25.0/106/media', 'Bearer token']);
    expect(headers['content-length']).toBe(String(body.length));
    const form = await new Response(new Uint8Array(body), {
      headers: { 'content-type': headers['content-type']! },
    }).formData();
    expect([form.get('messaging_product'), form.get('type')]).toEqual(['whatsapp', 'application/pdf']);
    const file = form.get('file') as File;
    expect([file.name, file.type]).toEqual(['my "best"\r\n.pdf', 'application/pdf']);
    expect(Buffer.from(await file.arrayBuffer()).equals(bytes)).toBe(true);
  });

  it("throws Meta's error", async () => {
    const { api } = await meta((response) => response.writeHead(400).end(graphError(100)));
    await expect(api.uploadMedia('token', '106', fileOf(Buffer.from('x')))).rejects.toMatchObject({
      name: 'CloudApiError',
      error: { code: 100, httpStatus: 400 },
    });
  });

  it.each([
    ['shorter', 9],
    ['longer', 11],
  ])('of a file that is said to be %s fails', async (_what, size) => {
    const { api } = await meta((response) => response.end('{"id":"1"}'));
    const upload = api.uploadMedia('token', '106', fileOf(randomBytes(10), 'a', size));
    await expect(upload).rejects.toMatchObject({ name: 'UpstreamUnreachable' });
  });

  it('of a file that breaks off fails', async () => {
    const { api } = await meta((response) => response.end('{"id":"1"}'));
    async function* broken() {
      yield await Promise.resolve(Buffer.from('half'));
      throw new Error('the disk is gone');
    }
    const upload = api.uploadMedia('token', '106', { ...fileOf(randomBytes(10)), bytes: broken() });
    await expect(upload).rejects.toMatchObject({ name: 'UpstreamUnreachable' });
  });
});

describe('a download', () => {
  const read = async (bytes: AsyncIterable<Buffer>) => {
    const hash = createHash('sha256');
    for await (const chunk of bytes) hash.update(chunk);
    return hash.digest('hex');
  };

  it('gives the bytes at the URL from Meta', async () => {
    const bytes = randomBytes(300_000);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const { api, url, seen } = await meta((response, { url: path, headers }) => {
      if (path === '/v25.0/77')
        response.end(JSON.stringify({ id: '77', url: `http://${headers.host}/file?mid=77&ext=1`, sha256 }));
      else
        response.writeHead(200, { 'content-type': 'image/png', 'content-length': bytes.length }).end(bytes);
    });
    const media = await api.getMedia('token', '77');
    expect(media.url).toBe(`${url}/file?mid=77&ext=1`);
    const file = await api.downloadMedia('token', media.url);
    expect([file.mimeType, file.size, await read(file.bytes)]).toEqual(['image/png', 300_000, media.sha256]);
    expect(seen[1]).toMatchObject({ method: 'GET', headers: { authorization: 'Bearer token' } });
  });

  it.each([
    ['a refusal', 404, graphError(100), 'CloudApiError'],
    ["what is not Meta's", 404, '<html>', 'UpstreamUnreachable'],
    ['a redirect', 302, '', 'UpstreamUnreachable'],
    ['a large page', 500, 'x'.repeat(100_000), 'UpstreamUnreachable'],
  ])('that is answered with %s fails', async (_what, status, body, name) => {
    const { api, url, seen } = await meta((response) =>
      response.writeHead(status, { location: '/elsewhere', 'content-length': body.length }).end(body),
    );
    await expect(api.downloadMedia('token', `${url}/file`)).rejects.toMatchObject({ name });
    expect(seen).toHaveLength(1);
  });

  it.each([
    ['http://127.0.0.1:9/file', 'http://127.0.0.1:8'],
    ['https://lookaside.fbsbx.com/file', 'http://127.0.0.1:8'],
    ['http://lookaside.fbsbx.com/file', 'https://graph.facebook.com'],
    ['https://fbsbx.com.example.com/file', 'https://graph.facebook.com'],
    ['https://evilfbsbx.com/file', 'https://graph.facebook.com'],
    ['file:///etc/passwd', 'https://graph.facebook.com'],
  ])('takes the token not to %s from %s', async (url, baseUrl) => {
    const api = createCloudApi({ baseUrl, timeoutMs: 1_000 });
    closing.push(() => api.close());
    await expect(api.downloadMedia('token', url)).rejects.toThrow('is not where Meta keeps files');
  });
});

it('deletes', async () => {
  const { api, seen } = await meta((response) => response.end('{"success":true}'));
  await api.deleteMedia('token', '77');
  expect(seen).toMatchObject([{ method: 'DELETE', url: '/v25.0/77' }]);
});
