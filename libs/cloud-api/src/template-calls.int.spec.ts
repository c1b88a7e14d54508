import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createCloudApi } from './cloud-api.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

type Seen = { method: string; path: string; query: URLSearchParams; headers: object; body: string };

/** A client, and a stand-in for Meta that keeps its requests. */
async function meta(answer: (seen: Seen) => unknown, status = 200) {
  const seen: Seen[] = [];
  const server = createServer((request, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { pathname: path, searchParams: query } = new URL(request.url!, 'http://meta');
      const body = Buffer.concat(chunks).toString();
      const asked = { method: request.method!, path, query, headers: request.headers, body };
      seen.push(asked);
      response.writeHead(status).end(JSON.stringify(answer(asked)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const api = createCloudApi({ baseUrl: `http://127.0.0.1:${port}`, timeoutMs: 5_000 });
  closing.push(
    () => api.close(),
    () => server.close(),
  );
  return { api, seen };
}

const TEMPLATE = {
  name: 'order_shipped',
  language: 'en_US',
  category: 'UTILITY',
  components: [{ type: 'BODY', text: 'Hi' }],
};

describe('a template', () => {
  it('is created, and its status and category are those that Meta answers', async () => {
    const { api, seen } = await meta(() => ({ id: '7', status: 'APPROVED', category: 'MARKETING' }));
    expect(await api.createTemplate('token', '100', TEMPLATE)).toEqual({
      id: '7',
      status: 'APPROVED',
      category: 'MARKETING',
    });
    expect(seen).toMatchObject([{ method: 'POST', path: '/v25.0/100/message_templates' }]);
    expect(JSON.parse(seen[0]!.body)).toEqual(TEMPLATE);
  });

  it('whose answer has no id may have been created', async () => {
    const { api } = await meta(() => ({ status: 'PENDING' }));
    const made = api.createTemplate('token', '100', TEMPLATE);
    await expect(made).rejects.toMatchObject({ name: 'UpstreamUnreachable', sent: true });
  });

  it("that Meta refuses throws Meta's subcode and its texts for users", async () => {
    const error = {
      message: 'Invalid parameter',
      type: 'OAuthException',
      code: 100,
      error_subcode: 2388024,
      error_user_title: 'Content in This Language Already Exists',
      error_user_msg: 'There is already English (US) content for this template.',
    };
    const { api } = await meta(() => ({ error }), 400);
    await expect(api.createTemplate('token', '100', TEMPLATE)).rejects.toMatchObject({
      name: 'CloudApiError',
      error: {
        code: 100,
        subcode: 2388024,
        userTitle: error.error_user_title,
        userMessage: error.error_user_msg,
      },
    });
  });

  it('is edited by its id', async () => {
    const { api, seen } = await meta(() => ({ success: true }));
    await api.editTemplate('token', '7', { components: TEMPLATE.components });
    expect(seen).toMatchObject([{ method: 'POST', path: '/v25.0/7' }]);
    expect(JSON.parse(seen[0]!.body)).toEqual({ components: TEMPLATE.components });
  });

  it('is deleted by its name and id, so that other languages stay', async () => {
    const { api, seen } = await meta(() => ({ success: true }));
    await api.deleteTemplate('token', '100', { id: '7', name: 'order_shipped' });
    expect(seen).toMatchObject([{ method: 'DELETE', path: '/v25.0/100/message_templates' }]);
    expect(Object.fromEntries(seen[0]!.query)).toEqual({ name: 'order_shipped', hsm_id: '7' });
  });

  it('is found by its whole name and its language, over all pages', async () => {
    const page = (names: [string, string][], after?: string) => ({
      data: names.map(([name, language]) => ({ name, language })),
      ...(after && { paging: { cursors: { after }, next: 'http://elsewhere.invalid/' } }),
    });
    const { api, seen } = await meta(({ query }) =>
      query.get('after')
        ? page([['order_shipped', 'en_US']])
        : page(
            [
              ['order_shipped_2', 'en_US'],
              ['order_shipped', 'hi'],
            ],
            'X',
          ),
    );
    expect(await api.findTemplate('token', '100', TEMPLATE)).toEqual({
      name: 'order_shipped',
      language: 'en_US',
    });
    expect(seen.map(({ query }) => [query.get('name'), query.get('language'), query.get('after')])).toEqual([
      ['order_shipped', 'en_US', null],
      ['order_shipped', 'en_US', 'X'],
    ]);
    expect(await api.findTemplate('token', '100', { name: 'order', language: 'en_US' })).toBeUndefined();
  });
});

describe('a sample', () => {
  const PNG = Buffer.from('89504e470d0a1a0a', 'hex');
  const file = (size = PNG.length) => ({
    mimeType: 'image/png',
    filename: 'my catalogue.png',
    size,
    bytes: (async function* () {
      yield await Promise.resolve(PNG);
    })(),
  });

  it('is uploaded to the app in two steps, the second by the scheme OAuth', async () => {
    const { api, seen } = await meta(({ path }) =>
      path.endsWith('/uploads') ? { id: 'upload:MTphdHR=?sig=ARZqk' } : { h: '4::aW1h' },
    );
    expect(await api.uploadSample('token', '670', file())).toBe('4::aW1h');
    const [begun, sent] = seen as [Seen, Seen];
    expect([begun.method, begun.path]).toEqual(['POST', '/v25.0/670/uploads']);
    expect(Object.fromEntries(begun.query)).toEqual({
      file_name: 'my catalogue.png',
      file_length: '8',
      file_type: 'image/png',
    });
    expect(begun.headers).toMatchObject({ authorization: 'Bearer token' });
    expect([sent.method, sent.path, sent.query.get('sig')]).toEqual([
      'POST',
      '/v25.0/upload:MTphdHR=',
      'ARZqk',
    ]);
    expect(sent.headers).toMatchObject({
      authorization: 'OAuth token',
      file_offset: '0',
      'content-type': 'image/png',
      'content-length': '8',
    });
    expect(Buffer.from(sent.body)).toEqual(Buffer.from(PNG.toString()));
  });

  it('is not sent to an id that is not an upload’s', async () => {
    const { api, seen } = await meta(() => ({ id: '670/subscriptions' }));
    await expect(api.uploadSample('token', '670', file())).rejects.toThrow('without an id');
    expect(seen).toHaveLength(1);
  });

  it('that is shorter than its size fails', async () => {
    const { api } = await meta(() => ({ id: 'upload:A?sig=B' }));
    await expect(api.uploadSample('token', '670', file(9))).rejects.toMatchObject({
      name: 'UpstreamUnreachable',
      sent: true,
    });
  });
});
