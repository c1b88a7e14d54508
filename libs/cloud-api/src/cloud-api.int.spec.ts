import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createCloudApi, type CloudApi } from './cloud-api.js';
import { CloudApiError, UpstreamUnreachable } from './graph-error.js';

const BODY = { messaging_product: 'whatsapp', to: '+918899332211', type: 'text', text: { body: 'नमस्ते' } };
const ACCEPTED = {
  messaging_product: 'whatsapp',
  contacts: [{ input: '+918899332211', wa_id: '918899332211' }],
  messages: [{ id: 'wamid.A', message_status: 'accepted' }],
};

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const listening = (server: Server) =>
  new Promise<string>((resolve) =>
    server.listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    ),
  );

/** A server of raw sockets. */
async function sockets(onSocket: (socket: Socket) => void) {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {});
    onSocket(socket);
  });
  closing.push(() => {
    open.forEach((socket) => socket.destroy());
    return new Promise((resolve) => server.close(resolve));
  });
  return listening(server);
}

type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: string };

/** A server of HTTP answers that keeps its requests. */
async function http(answer: (seen: Seen, response: ServerResponse) => void) {
  const seen: Seen[] = [];
  const server = createHttpServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const asked = {
        method: request.method!,
        url: request.url!,
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      seen.push(asked);
      answer(asked, response);
    });
  });
  closing.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { url: await listening(server), seen };
}

const json =
  (value: unknown, status = 200) =>
  (_seen: Seen, response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' });
    response.end(JSON.stringify(value));
  };

function client(baseUrl: string, options: { timeoutMs?: number; connections?: number } = {}): CloudApi {
  const api = createCloudApi({ baseUrl, timeoutMs: 2_000, ...options });
  closing.push(() => api.close());
  return api;
}

const send = (api: CloudApi, token = 'token') => api.sendMessage(token, '106', BODY);

const fullRequest = (socket: Socket, then: () => void) => {
  let received = '';
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString();
    const [head = '', body] = received.split('\r\n\r\n');
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
    if (body !== undefined && Buffer.byteLength(body) >= length) then();
  });
};

describe('sendMessage, accepted', () => {
  it('sends the body as it is, with token and traceparent, and answers the id', async () => {
    const { url, seen } = await http(json(ACCEPTED));
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const outcome = await client(url).sendMessage('token', '106', BODY, { traceparent });
    expect(outcome).toEqual({
      kind: 'accepted',
      wamid: 'wamid.A',
      waId: '918899332211',
      messageStatus: 'accepted',
    });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      method: 'POST',
      url: '/v25.0/106/messages',
      headers: { authorization: 'Bearer token', 'content-type': 'application/json', traceparent },
    });
    expect(JSON.parse(seen[0]!.body)).toEqual(BODY);
  });

  it('leaves out the fields that Meta left out', async () => {
    const { url } = await http(
      json({ messages: [{ id: 'wamid.B' }], contacts: [{ input: 'IN.1', user_id: 'IN.1' }] }),
    );
    expect(await send(client(url))).toEqual({ kind: 'accepted', wamid: 'wamid.B' });
  });

  it('escapes ids, so that no id leads to another path', async () => {
    const { url, seen } = await http(json(ACCEPTED));
    await client(url).sendMessage('token', '106/../107?x=', BODY);
    expect(seen[0]!.url).toBe('/v25.0/106%2F..%2F107%3Fx%3D/messages');
  });
});

describe('sendMessage, not sent', () => {
  it('when the port is closed', async () => {
    const url = await sockets(() => {});
    await closing.pop()!();
    const outcome = await send(client(url));
    expect(outcome).toEqual({ kind: 'not_sent', reason: expect.stringContaining('ECONNREFUSED') });
  });

  it('when the name does not resolve', async () => {
    const outcome = await send(client('http://graph.invalid'));
    expect(outcome).toMatchObject({ kind: 'not_sent' });
  });

  it('when TLS fails', async () => {
    const url = await sockets((socket) => socket.end('this is not TLS'));
    const outcome = await send(client(url.replace('http:', 'https:')));
    expect(outcome).toMatchObject({ kind: 'not_sent' });
  });

  it('when it waited for a connection until its time was over, and then never leaves', async () => {
    let answerFirst = () => {};
    const { url, seen } = await http((_seen, response) => {
      if (seen.length > 1) return json(ACCEPTED)(_seen, response);
      answerFirst = () => json(ACCEPTED)(_seen, response);
    });
    const api = client(url, { timeoutMs: 300, connections: 1 });
    const outcomes = await Promise.all([send(api), send(api)]);
    expect(outcomes).toMatchObject([{ kind: 'unknown' }, { kind: 'not_sent' }]);
    answerFirst();
    expect(await send(api)).toMatchObject({ kind: 'accepted' });
    expect(seen).toHaveLength(2);
  });

  it('when the client is closed', async () => {
    const { url, seen } = await http(json(ACCEPTED));
    const api = client(url);
    await api.close();
    expect(await send(api)).toMatchObject({ kind: 'not_sent' });
    expect(seen).toEqual([]);
    closing.pop();
  });
});

describe('sendMessage, unknown', () => {
  const reply = (text: string) => (socket: Socket) => fullRequest(socket, () => socket.end(text));
  const half = JSON.stringify(ACCEPTED).slice(0, 60);

  it.each<[string, (socket: Socket) => void]>([
    ['the socket closes before the request is read', (socket) => void setTimeout(() => socket.destroy(), 20)],
    [
      'the connection is reset before the request is read',
      (socket) => void setTimeout(() => socket.resetAndDestroy(), 20),
    ],
    ['the socket closes after the request is read', (socket) => fullRequest(socket, () => socket.destroy())],
    [
      'the connection is reset after the request is read',
      (socket) => fullRequest(socket, () => socket.resetAndDestroy()),
    ],
    ['no answer comes in time', (socket) => fullRequest(socket, () => {})],
    [
      'the answer drips past the time',
      (socket) =>
        fullRequest(socket, () => {
          socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n');
          const drip = setInterval(() => socket.write(' '), 50);
          socket.on('close', () => clearInterval(drip));
        }),
    ],
    [
      'half a body of a known length comes',
      reply(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 400\r\n\r\n${half}`),
    ],
    [
      'half a body of an unknown length comes',
      reply(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n${half}`),
    ],
    [
      'a proxy answers 502 in HTML',
      reply('HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\n\r\n<html>Bad Gateway</html>'),
    ],
    [
      'a 500 has no Graph error',
      reply('HTTP/1.1 500 x\r\ncontent-type: application/json\r\n\r\n{"error":"oops"}'),
    ],
    [
      'a 200 has no message',
      reply('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{"success":true}'),
    ],
    ['a 200 is empty', reply('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')],
    ['the answer is no HTTP', reply('hello\r\n\r\n')],
  ])('when %s', async (_name, onSocket) => {
    let connections = 0;
    const url = await sockets((socket) => {
      connections += 1;
      onSocket(socket);
    });
    const outcome = await send(client(url, { timeoutMs: 400 }));
    expect(outcome).toEqual({ kind: 'unknown', reason: expect.stringMatching(/./) });
    expect(connections).toBe(1);
  });

  it('when a kept-alive connection breaks under the next request; the one after that uses a new one', async () => {
    let requests = 0;
    const url = await sockets((socket) =>
      socket.on('data', () => {
        requests += 1;
        if (requests === 2) return void socket.destroy();
        const body = JSON.stringify(ACCEPTED);
        socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
      }),
    );
    const api = client(url);
    expect([(await send(api)).kind, (await send(api)).kind, (await send(api)).kind]).toEqual([
      'accepted',
      'unknown',
      'accepted',
    ]);
    expect(requests).toBe(3);
  });

  it('when it is redirected, and the token goes nowhere else', async () => {
    const other = await http(json(ACCEPTED));
    const { url } = await http((_seen, response) => {
      response.writeHead(307, { location: `${other.url}/v25.0/106/messages` });
      response.end();
    });
    expect(await send(client(url))).toMatchObject({
      kind: 'unknown',
      reason: expect.stringContaining('307'),
    });
    expect(other.seen).toEqual([]);
  });
});

describe('a thousand sends to a server that breaks at random', () => {
  it('never leave twice, never left when not_sent, always arrived when accepted', async () => {
    const arrived = new Map<string, number>();
    let turn = 0;
    const url = await sockets((socket) => {
      turn += 1;
      if (turn % 7 === 0) return void socket.resetAndDestroy();
      if (turn % 5 === 0) return void socket.destroy();
      socket.on('data', (chunk: Buffer) => {
        const id = /"id":"(m\d+)"/.exec(chunk.toString())![1]!;
        arrived.set(id, (arrived.get(id) ?? 0) + 1);
        turn += 1;
        if (turn % 4 === 0) return void socket.destroy();
        if (turn % 9 === 0) return void socket.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n');
        const body = JSON.stringify(ACCEPTED);
        socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
      });
    });
    const api = client(url, { connections: 8 });
    const ids = Array.from({ length: 1000 }, (_, n) => `m${n}`);
    const outcomes = await Promise.all(ids.map((id) => api.sendMessage('token', '106', { id })));
    const times = (kind: string) =>
      new Set(ids.filter((_, n) => outcomes[n]!.kind === kind).map((id) => arrived.get(id) ?? 0));
    expect(times('accepted')).toEqual(new Set([1]));
    expect([...times('not_sent')].filter((n) => n !== 0)).toEqual([]);
    expect(Math.max(...times('unknown'))).toBe(1);
    expect(times('refused').size).toBe(0);
  });
});

describe('sendMessage, refused', () => {
  const error = (code: number, more: object = {}) => ({
    error: { message: `(#${code}) Title`, type: 'OAuthException', code, fbtrace_id: 'A1', ...more },
  });

  it('carries all fields of Meta’s error', async () => {
    const details = { error_data: { messaging_product: 'whatsapp', details: 'Row title is too long.' } };
    const { url } = await http(
      json(
        error(131009, {
          ...details,
          error_subcode: 5,
          is_transient: false,
          error_user_title: 'T',
          error_user_msg: 'M',
        }),
        400,
      ),
    );
    expect(await send(client(url))).toEqual({
      kind: 'refused',
      retryable: false,
      scope: 'content',
      error: {
        code: 131009,
        subcode: 5,
        type: 'OAuthException',
        message: '(#131009) Title',
        details: 'Row title is too long.',
        fbtraceId: 'A1',
        httpStatus: 400,
        userTitle: 'T',
        userMessage: 'M',
        transient: false,
      },
    });
  });

  it.each<[number, number, object, string, boolean]>([
    [130429, 400, {}, 'pace-number', true],
    [131056, 400, {}, 'pace-pair', true],
    [80007, 400, {}, 'pace-account', true],
    [4, 400, { is_transient: true }, 'pace-account', true],
    [131016, 500, {}, 'upstream', true],
    [131000, 500, {}, 'upstream', true],
    [2, 503, { is_transient: true }, 'upstream', true],
    [190, 401, {}, 'token', false],
    [200, 403, {}, 'account', false],
    [299, 403, {}, 'account', false],
    [131031, 403, {}, 'account', false],
    [131047, 400, {}, 'window', false],
    [131026, 400, {}, 'recipient', false],
    [132000, 400, {}, 'template', false],
    [100, 400, { error_subcode: 33 }, 'content', false],
    [999999, 400, {}, 'content', false],
    [999999, 400, { is_transient: true }, 'upstream', true],
    [999999, 500, {}, 'upstream', true],
    [130429, 429, {}, 'pace-number', true],
    [131008, 200, {}, 'content', false],
  ])('judges code %d with HTTP %d %j as %s, retryable %s', async (code, status, more, scope, retryable) => {
    const { url } = await http(json(error(code, more), status));
    expect(await send(client(url))).toMatchObject({
      kind: 'refused',
      scope,
      retryable,
      error: { code, httpStatus: status },
    });
  });

  it.each([
    [
      'a simulator token to Meta',
      'https://graph.facebook.com',
      'simulator-token',
      'simulator is not sent to graph.facebook.com',
    ],
    ['a token with a line break', 'http://127.0.0.1:9', 'a\r\nx: y', 'empty or has characters'],
    ['an empty token', 'http://127.0.0.1:9', '', 'empty or has characters'],
  ])('without a call: %s', async (_name, baseUrl, token, message) => {
    const api = client(baseUrl);
    expect(await send(api, token)).toEqual({
      kind: 'refused',
      retryable: false,
      scope: 'token',
      error: { code: 190, httpStatus: 0, message: expect.stringContaining(message) },
    });
    await expect(api.getWaba(token, '1')).rejects.toBeInstanceOf(CloudApiError);
  });
});

describe('management', () => {
  it('lists all pages by cursor, never by the link', async () => {
    const pages: Record<string, object> = {
      '': {
        data: [{ id: '1' }, { id: '2' }],
        paging: { cursors: { after: 'X' }, next: 'http://elsewhere.invalid/' },
      },
      X: { data: [{ id: '3' }], paging: { cursors: { after: 'Y' } } },
    };
    const { url, seen } = await http((asked, response) =>
      json(pages[new URL(asked.url, 'http://x').searchParams.get('after') ?? ''])(asked, response),
    );
    const ids: string[] = [];
    for await (const { id } of client(url).listTemplates('token', '100')) ids.push(id);
    expect(ids).toEqual(['1', '2', '3']);
    expect(seen.map(({ url: asked }) => new URL(asked, 'http://x').pathname)).toEqual(
      Array(2).fill('/v25.0/100/message_templates'),
    );
    const { searchParams } = new URL(seen[0]!.url, 'http://x');
    expect(searchParams.get('fields')!.split(',')).toEqual(
      expect.arrayContaining(['components', 'parameter_format', 'quality_score', 'rejected_reason']),
    );
  });

  it('lists flows with their fields', async () => {
    const flow = { id: '5', name: 'booking', status: 'DRAFT', categories: ['SURVEY'] };
    const { url, seen } = await http(json({ data: [flow], paging: { cursors: { after: 'X' } } }));
    const flows = [];
    for await (const one of client(url).listFlows('token', '100')) flows.push(one);
    expect(flows).toEqual([flow]);
    expect(seen.map(({ method, url: asked }) => `${method} ${decodeURIComponent(asked)}`)).toEqual([
      'GET /v25.0/100/flows?fields=id,name,status,categories&limit=100',
    ]);
  });

  it('calls the paths it should', async () => {
    const { url, seen } = await http((asked, response) =>
      json(
        asked.url.includes('debug_token')
          ? { data: { is_valid: true } }
          : asked.url.includes('phone_numbers')
            ? { data: [{ id: '106' }] }
            : { id: '100', success: true },
      )(asked, response),
    );
    const api = client(url);
    expect(await api.getWaba('token', '100')).toMatchObject({ id: '100' });
    expect(await api.listPhoneNumbers('token', '100')).toEqual([{ id: '106' }]);
    expect(await api.debugToken('to+ken')).toEqual({ is_valid: true });
    await api.subscribeApp('token', '100');
    await api.markRead('token', '106', 'wamid.A', { typing: true });
    expect(
      seen.map(({ method, url: asked }) => `${method} ${asked.replace(/fields=[^&]*/, 'fields=…')}`),
    ).toEqual([
      'GET /v25.0/100?fields=…',
      'GET /v25.0/100/phone_numbers?fields=…&limit=100',
      'GET /v25.0/debug_token?input_token=to%2Bken',
      'POST /v25.0/100/subscribed_apps',
      'POST /v25.0/106/messages',
    ]);
    expect(JSON.parse(seen[4]!.body)).toEqual({
      messaging_product: 'whatsapp',
      status: 'read',
      message_id: 'wamid.A',
      typing_indicator: { type: 'text' },
    });
  });

  it('throws Meta’s error, or another one for an answer that it cannot read', async () => {
    const refusing = await http(
      json({ error: { message: '(#100) Bad', code: 100, error_subcode: 33 } }, 400),
    );
    await expect(client(refusing.url).getWaba('token', '1')).rejects.toMatchObject({
      name: 'CloudApiError',
      message: '(#100) Bad',
      error: { code: 100, subcode: 33, httpStatus: 400 },
    });
    const broken = await http((_seen, response) => response.writeHead(502).end('<html>'));
    await expect(client(broken.url).getWaba('token', '1')).rejects.toMatchObject({
      name: 'UpstreamUnreachable',
      sent: true,
    });
    const closed = await sockets(() => {});
    await closing.pop()!();
    await expect(client(closed).getWaba('token', '1')).rejects.toMatchObject({
      name: 'UpstreamUnreachable',
      sent: false,
    });
    await expect(client(closed).getWaba('token', '1')).rejects.toBeInstanceOf(UpstreamUnreachable);
  });
});
