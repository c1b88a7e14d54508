import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Wbiz } from './wbiz.js';

type Asked = { method: string; url: string; headers: IncomingHttpHeaders; body: string };
type Answered = { status: number; body?: unknown; headers?: Record<string, string> } | 'reset';

let server: Server;
let wbiz: Wbiz;
let asked: Asked[];
/** The server's answers, one per request; the last answer is repeated. */
let answers: Answered[];

beforeEach(async () => {
  asked = [];
  answers = [];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      asked.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
      const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
      if (answer === 'reset') return request.socket.destroy();
      const problem = answer.status >= 400 ? 'problem+json' : 'json';
      response.writeHead(answer.status, { 'content-type': `application/${problem}`, ...answer.headers });
      return response.end(answer.body === undefined ? '' : JSON.stringify(answer.body));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  wbiz = new Wbiz({
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`,
    apiKey: 'wa_1_2',
  });
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const problem = (status: number, code: string, more: object = {}, retryAfter = '0'): Answered => ({
  status,
  body: {
    type: 'about:blank',
    title: code,
    status,
    detail: `It is ${code}.`,
    code,
    requestId: 'req_1',
    ...more,
  },
  headers: { 'retry-after': retryAfter, 'x-request-id': 'req_1' },
});
const text = { body: { to: '+918899332211', body: 'Hi' } };
const send = () => wbiz.request('POST', '/v1/messages/text', text);
const keys = () => new Set(asked.map(({ headers }) => headers['idempotency-key']));

describe('a request', () => {
  it('goes where the reference says, with the key, and resolves to the body of the answer', async () => {
    answers = [{ status: 200, body: { data: [], nextCursor: null } }];
    const query = { tag: ['lead', 'vip & co'], limit: 5, search: undefined };
    expect(await wbiz.request('GET', '/v1/contacts', { query })).toEqual({ data: [], nextCursor: null });
    await wbiz.request('DELETE', '/v1/tags/{name}', { path: { name: 'a/b $& c' } });
    expect(asked).toMatchObject([
      { method: 'GET', url: '/api/v1/contacts?tag=lead&tag=vip+%26+co&limit=5', body: '' },
      { method: 'DELETE', url: '/api/v1/tags/a%2Fb%20%24%26%20c' },
    ]);
    expect(asked[0]!.headers).toMatchObject({ authorization: 'Bearer wa_1_2' });
    expect(asked[0]!.headers['idempotency-key']).toBeUndefined();
  });

  it.each([
    ['', '/api/v1/me'],
    ['/', '/api/v1/me'],
    ['/api', '/api/v1/me'],
    ['/wbiz/api/', '/wbiz/api/v1/me'],
  ])('reads a base URL that ends in "%s" as %s', async (end, url) => {
    answers = [{ status: 200, body: {} }];
    const { port } = server.address() as AddressInfo;
    await new Wbiz({ baseUrl: `http://127.0.0.1:${port}${end}`, apiKey: 'wa_1_2' }).request('GET', '/v1/me');
    expect(asked).toMatchObject([{ url }]);
  });

  it('asks for an early answer, and sends forms as forms', async () => {
    answers = [{ status: 202, body: { id: 'msg_1', status: 'accepted' } }];
    const accepted = await wbiz.request('POST', '/v1/messages/text', { ...text, respondAsync: true });
    expect(accepted.status satisfies 'accepted').toBe('accepted');
    const form = new FormData();
    form.append('file', new Blob(['bytes'], { type: 'text/plain' }), 'a.txt');
    await wbiz.request('POST', '/v1/media', { body: form });
    expect(asked.map(({ headers }) => headers['prefer'])).toEqual(['respond-async', undefined]);
    expect(asked[1]!.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(asked[1]!.body).toContain('bytes');
  });

  it('says in one error what the answer said', async () => {
    const errors = [{ pointer: '/to', code: 'required', detail: 'to is required.' }];
    answers = [problem(422, 'invalid_request', { errors })];
    await expect(send()).rejects.toMatchObject({
      name: 'WbizError',
      message: 'It is invalid_request.',
      code: 'invalid_request',
      status: 422,
      requestId: 'req_1',
      details: errors,
      idempotencyKey: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(asked).toHaveLength(1);
  });

  it.each<[string, Answered]>([
    ['a connection that breaks', 'reset'],
    ['429', problem(429, 'rate_limited')],
    ['502', problem(502, 'upstream_error')],
    ['503', problem(503, 'unavailable')],
    ['504', problem(504, 'outcome_pending')],
    ['an answer in progress', problem(409, 'idempotency_in_progress')],
  ])('is repeated after %s, a send under the same key', async (_, fault) => {
    answers = [fault, { status: 201, body: { id: 'msg_1' } }];
    expect(await send()).toEqual({ id: 'msg_1' });
    expect(asked).toHaveLength(2);
    expect(keys().size).toBe(1);
    await send();
    expect(keys().size).toBe(2);
  });

  it.each([
    ['a refusal', problem(409, 'conflict')],
    ['an outcome that stays unknown', problem(502, 'outcome_unknown')],
    ['a fault of the server', problem(500, 'internal_error')],
  ])('is not repeated after %s', async (_, answer) => {
    answers = [answer];
    await expect(send()).rejects.toThrow('It is');
    expect(asked).toHaveLength(1);
  });

  it('names the message whose outcome stays pending', async () => {
    const inProgress = problem(409, 'idempotency_in_progress');
    answers = [problem(504, 'outcome_pending', { messageId: 'msg_1' }), inProgress];
    await expect(send()).rejects.toMatchObject({ status: 504, problem: { messageId: 'msg_1' } });
    answers = ['reset', inProgress];
    await expect(send()).rejects.toMatchObject({ status: 409, code: 'idempotency_in_progress' });
    answers = [
      problem(504, 'outcome_pending', { messageId: 'msg_1' }),
      inProgress,
      problem(422, 'rejected_by_meta'),
    ];
    await expect(send()).rejects.toMatchObject({ status: 422, code: 'rejected_by_meta' });
  });

  it('heeds Retry-After, and leaves a long one to the caller', async () => {
    const limited = (after: string) => problem(429, 'rate_limited', {}, after);
    answers = [limited('1'), { status: 201, body: {} }];
    const began = performance.now();
    await send();
    expect(performance.now() - began).toBeGreaterThanOrEqual(990);
    answers = [limited('61')];
    await expect(send()).rejects.toMatchObject({ status: 429 });
    expect(asked).toHaveLength(3);
  });

  it('gives up after its retries, and at once when it is aborted', async () => {
    answers = [problem(503, 'unavailable')];
    await expect(send()).rejects.toMatchObject({ code: 'unavailable', status: 503 });
    expect(asked).toHaveLength(5);
    const gone = new Error('gone');
    answers = [problem(503, 'unavailable', {}, '60')];
    const aborting = new AbortController();
    const waiting = wbiz.request('GET', '/v1/me', { signal: aborting.signal });
    while (asked.length < 6) await new Promise(setImmediate);
    aborting.abort(gone);
    await expect(waiting).rejects.toBe(gone);
    await expect(wbiz.request('GET', '/v1/me', { signal: aborting.signal })).rejects.toBe(gone);
    expect(asked).toHaveLength(6);
  });

  it('says that nobody answered, also one who is too slow', async () => {
    answers = ['reset'];
    const once = new Wbiz({ baseUrl: `http://${asUrl()}`, apiKey: 'wa_1_2', maxRetries: 0 });
    await expect(once.request('GET', '/v1/me')).rejects.toMatchObject({ code: 'network_error', status: 0 });
    server.removeAllListeners('request');
    const hasty = new Wbiz({ baseUrl: `http://${asUrl()}`, apiKey: 'wa_1_2', maxRetries: 0, timeoutMs: 50 });
    await expect(hasty.request('GET', '/v1/me')).rejects.toMatchObject({ code: 'network_error' });
  });
});

const asUrl = () => `127.0.0.1:${(server.address() as AddressInfo).port}/api`;

/** Calls that must not compile; they are never run. */
export const misspelt = [
  // @ts-expect-error there is no such route
  () => wbiz.request('GET', '/v1/message'),
  // @ts-expect-error the route knows no such method
  () => wbiz.request('PATCH', '/v1/messages/text', text),
  // @ts-expect-error the body is missing
  () => wbiz.request('POST', '/v1/messages/text'),
  // @ts-expect-error the field has another name
  () => wbiz.request('POST', '/v1/messages/text', { body: { to: '+918899332211', text: 'Hi' } }),
  // @ts-expect-error the id is missing
  () => wbiz.request('GET', '/v1/messages/{id}', {}),
  // @ts-expect-error the route is no list
  () => wbiz.list('/v1/me'),
  // @ts-expect-error there is no such status
  () => wbiz.list('/v1/templates', { query: { status: 'fine' } }),
  // @ts-expect-error there is no such type of event
  () => wbiz.events({ types: ['message.sent'] }),
];

it('lists page after page, as far as it is read', async () => {
  const page = (names: string[], nextCursor: string | null): Answered => ({
    status: 200,
    body: { data: names.map((name) => ({ name })), nextCursor },
  });
  answers = [page(['a', 'b'], 'one'), page([], 'two'), page(['c'], null)];
  const names: string[] = [];
  for await (const { name } of wbiz.list('/v1/templates', { query: { status: 'approved' } }))
    names.push(name);
  expect(names).toEqual(['a', 'b', 'c']);
  expect(asked.map(({ url }) => new URL(url, 'http://x').searchParams.get('cursor'))).toEqual([
    null,
    'one',
    'two',
  ]);
  expect(asked.every(({ url }) => url.includes('status=approved'))).toBe(true);
  answers = [page(['a', 'b'], 'one')];
  for await (const { name } of wbiz.list('/v1/templates')) if (name === 'b') break;
  expect(asked).toHaveLength(4);
});

describe('the feed', () => {
  const page = (sequences: number[], nextCursor: string): Answered => ({
    status: 200,
    body: {
      data: sequences.map((sequence) => ({ sequence, type: 'contact.created', data: {} })),
      nextCursor,
    },
  });
  const read = async (since: string | undefined, count: number) => {
    const seen: { sequence: number; cursor: string }[] = [];
    for await (const { sequence, cursor } of wbiz.events({ since, types: ['contact.created'] })) {
      seen.push({ sequence, cursor });
      if (seen.length === count) break;
    }
    return seen;
  };
  const since = () => asked.map(({ url }) => new URL(url, 'http://x').searchParams.get('since'));

  it('goes on through faults and empty pages, from cursor to cursor', async () => {
    answers = [page([1, 2], 'c2'), 'reset', problem(503, 'unavailable'), page([], 'c4'), page([5], 'c5')];
    expect(await read(undefined, 3)).toEqual([
      { sequence: 1, cursor: '~1' },
      { sequence: 2, cursor: 'c2' },
      { sequence: 5, cursor: 'c5' },
    ]);
    expect(since()).toEqual([null, 'c2', 'c2', 'c2', 'c4']);
  });

  it.each([undefined, 'c0'])(
    'resumes within a page that began at %s, without skipping or repeating',
    async (begin) => {
      answers = [page([1, 2, 3], 'c3')];
      const [one] = await read(begin, 1);
      answers = [page([1, 2, 3], 'c3'), page([4], 'c4')];
      expect((await read(one!.cursor, 3)).map(({ sequence }) => sequence)).toEqual([2, 3, 4]);
      expect(since()).toEqual([begin ?? null, begin ?? null, 'c3']);
    },
  );

  it('begins at the end where it is asked to', async () => {
    answers = [page([], 'c7'), page([8, 9], 'c9')];
    expect(await read('now', 2)).toEqual([
      { sequence: 8, cursor: 'c7~8' },
      { sequence: 9, cursor: 'c9' },
    ]);
    expect(since()).toEqual(['now', 'c7']);
  });

  it('ends with what is no passing fault', async () => {
    answers = [problem(410, 'cursor_expired')];
    await expect(read('old', 1)).rejects.toMatchObject({ code: 'cursor_expired', status: 410 });
  });
});
