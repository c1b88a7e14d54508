import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { Operation, Parameter } from './open-api.js';
import type { Call } from './call.js';
import { codeOf, shellWord } from './code.js';

const run = promisify(execFile);
const BASE = 'https://wbiz.example.com/api';
const KEY = 'wa_0123ABCD_0123456789abcdefghij0123456789ab';

const parameter = (name: string, where: Parameter['in'], type = 'string'): Parameter => ({
  name,
  in: where,
  required: where === 'path',
  schema: { type, ...(type === 'array' && { items: { type: 'string' } }) },
});
const operation = (method: string, path: string, more: Partial<Operation> = {}): Operation => ({
  id: 'one',
  method,
  path,
  area: 'all',
  summary: 'One',
  description: '',
  scopes: [],
  operators: false,
  parameters: [],
  body: undefined,
  answers: [
    { status: '200', description: '', bodies: [{ type: 'application/json', schema: {} }], headers: [] },
  ],
  problems: [],
  ...more,
});
const call = (of: Operation, body?: object, values: Call['values'] = {}): Call => ({
  operation: of,
  values,
  body: body && JSON.stringify(body, null, 2),
});
const idempotent = [parameter('Idempotency-Key', 'header'), parameter('Prefer', 'header')];
const SEND = operation('POST', '/v1/messages/text', { parameters: idempotent });
const BODY = { to: '+918899332211', body: `It's "here": $5 & \`more\`\\n\n` };

describe('curl', () => {
  it('has the variable of the key, or the key itself', () => {
    expect(codeOf('curl', call(operation('GET', '/v1/me')), BASE)).toBe(
      `curl ${BASE}/v1/me \\\n  -H "Authorization: Bearer $WBIZ_API_KEY"`,
    );
    expect(codeOf('curl', call(operation('GET', '/v1/me')), BASE, KEY)).toContain(
      `-H 'Authorization: Bearer ${KEY}'`,
    );
    expect(codeOf('curl', call(operation('GET', '/admin/v1/accounts', { operators: true })), BASE)).toContain(
      '"Authorization: Bearer $ADMIN_TOKEN"',
    );
  });

  it('names a method that it would not use by itself', () => {
    expect(codeOf('curl', call(SEND, BODY), BASE)).not.toContain('-X');
    expect(codeOf('curl', call(operation('POST', '/v1/templates/sync')), BASE)).toContain('curl -X POST ');
    expect(codeOf('curl', call(operation('PATCH', '/v1/contacts/{id}'), {}), BASE)).toContain(
      'curl -X PATCH ',
    );
  });

  it.each(["'", "it's", "''", '$HOME', '"', '\\', 'a b', '`id`', '!', ''])(
    'quotes %j for the shell',
    async (text) => {
      const { stdout } = await run('sh', ['-c', `printf %s ${shellWord(text)}`]);
      expect(stdout).toBe(text);
    },
  );

  it('sends a body with quotes as it is', async () => {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () =>
        response.end(`${request.headers.authorization}\n${Buffer.concat(chunks).toString()}`),
      );
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
    const sent = call(SEND, BODY);
    const { stdout } = await run('sh', ['-c', codeOf('curl', sent, base)], {
      env: { ...process.env, WBIZ_API_KEY: KEY },
    });
    server.close();
    expect(stdout).toBe(`Bearer ${KEY}\n${sent.body}`);
  });
});

describe('parameters', () => {
  const list = operation('GET', '/v1/contacts/{id}/history', {
    parameters: [
      parameter('id', 'path'),
      parameter('limit', 'query', 'integer'),
      parameter('tag', 'query', 'array'),
      parameter('optedIn', 'query', 'boolean'),
      parameter('search', 'query'),
    ],
  });
  const values = { limit: '5', tag: 'lead, vip', optedIn: 'false', search: "O'Neil & co" };

  it('are encoded, a list one by one, and a path has an id of its kind', () => {
    const url = `${BASE}/v1/contacts/cnt_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E/history?limit=5&tag=lead&tag=vip&optedIn=false&search=O%27Neil+%26+co`;
    expect(codeOf('curl', call(list, undefined, values), BASE)).toContain(`curl '${url}' `);
    expect(codeOf('curl', call(list, undefined, { id: 'a/b' }), BASE)).toContain(
      '/v1/contacts/a%2Fb/history ',
    );
  });

  it('are values of their types in TypeScript', () => {
    const source = codeOf('TypeScript', call(list, undefined, { ...values, id: 'cnt_1' }), BASE);
    expect(source).toContain(`wbiz.request('GET', '/v1/contacts/{id}/history', {`);
    expect(source).toContain(`path: { id: 'cnt_1' }`);
    expect(source).toContain(
      `query: { limit: 5, tag: ['lead', 'vip'], optedIn: false, search: 'O\\'Neil & co' }`,
    );
  });

  it('are text in Python, which would write a boolean in its own way', () => {
    const source = codeOf('Python', call(list, undefined, values), BASE);
    for (const pair of [
      '"limit": "5"',
      '"tag": ["lead", "vip"]',
      '"optedIn": "false"',
      `"search": "O'Neil & co"`,
    ])
      expect(source).toContain(`        ${pair},\n`);
  });

  it('of a list lead to all its pages', () => {
    const paged = operation('GET', '/v1/contacts', { parameters: [parameter('cursor', 'query')] });
    expect(codeOf('TypeScript', call(paged), BASE)).toContain(
      `for await (const one of wbiz.list('/v1/contacts')) console.log(one);`,
    );
  });
});

describe('TypeScript', () => {
  it('has the body as a literal that means the same', () => {
    const source = codeOf('TypeScript', call(SEND, BODY), BASE);
    const [, literal] = /body: (\{[^}]*\})/.exec(source)!;
    expect(new Function(`return ${literal}`)()).toEqual(BODY);
    expect(source).toContain(
      `const wbiz = new Wbiz({ baseUrl: '${BASE}', apiKey: process.env.WBIZ_API_KEY! });`,
    );
  });

  it("calls the operators' routes by fetch: the client has the customers' alone", () => {
    const source = codeOf(
      'TypeScript',
      call(operation('POST', '/admin/v1/accounts', { operators: true }), { a: 1 }),
      BASE,
    );
    expect(source).not.toContain('@wbiz/sdk');
    expect(source).toContain('authorization: `Bearer ${process.env.ADMIN_TOKEN}`');
    expect(source).toContain('body: JSON.stringify({ a: 1 })');
  });

  it('tells the headers by the options that the client has for them', () => {
    const values = { Prefer: 'respond-async', 'Idempotency-Key': 'order-1' };
    const source = codeOf('TypeScript', call(SEND, { a: 1 }, values), BASE);
    expect(source).toContain('respondAsync: true');
    expect(source).toContain(`idempotencyKey: 'order-1'`);
  });
});

describe('Python', () => {
  it('has the body as a literal that means the same, and a key that makes a POST safe to repeat', async () => {
    const body = { ...BODY, previewUrl: true, replyTo: null, list: [1, 2.5, false] };
    const source = codeOf('Python', call(SEND, body), BASE);
    expect(source).toContain('"Idempotency-Key": str(uuid.uuid4())');
    const [, literal] = /json=([\s\S]*?),\n {4}timeout/.exec(source)!;
    const { stdout } = await run('python3', ['-c', `import json; print(json.dumps(${literal}))`]);
    expect(JSON.parse(stdout)).toEqual(body);
  });

  it('takes the key that was given', () => {
    const source = codeOf('Python', call(SEND, { a: 1 }, { 'Idempotency-Key': 'order-1' }), BASE);
    expect(source).toContain('"Idempotency-Key": "order-1"');
    expect(source).not.toContain('uuid');
  });
});

it('uploads a file in all languages', () => {
  const upload = operation('POST', '/v1/media', { body: { type: 'multipart/form-data', schema: {} } });
  expect(codeOf('curl', call(upload), BASE)).toContain(`-F 'file=@photo.jpg'`);
  expect(codeOf('TypeScript', call(upload), BASE)).toContain('{ body: form }');
  expect(codeOf('Python', call(upload), BASE)).toContain(
    'files={"file": ("photo.jpg", open("photo.jpg", "rb"), "image/jpeg")}',
  );
});
