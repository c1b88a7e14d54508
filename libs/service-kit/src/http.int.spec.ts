import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Module, Param, Post, Req } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Rejection } from '@wbiz/eventing/rejection';
import { rawHttp } from '@wbiz/testing/raw-http';
import type { FastifyRequest } from 'fastify';
import { Agent, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLogger } from './logging.js';
import { methodsByPath, publicHttp } from './http.js';
import { ProblemFilter } from './problem-filter.js';
import { createMetrics } from './telemetry.js';
import { parseTraceparent } from './traceparent.js';

@Controller('v1/things')
class ThingsController {
  @Get(':id')
  get(@Param('id') id: string, @Req() request: FastifyRequest) {
    if (id === 'crash') throw new Error('select * from secrets');
    if (id === 'busy') throw new Rejection('unavailable', 'Too much at once.', { retryAfter: 7 });
    if (id === 'who') throw new Rejection('missing_api_key', 'Send a key.');
    return { id, traceparent: request.traceparent };
  }

  @Post('bulk')
  bulk() {
    return {};
  }

  @Post(':id/parts')
  parts() {
    return {};
  }

  @Get('bulk/:part')
  part() {
    return {};
  }

  @Post()
  post(@Body() body: unknown, @Req() request: FastifyRequest) {
    return { body, raw: request.rawBody?.toString() };
  }
}

@Module({ controllers: [ThingsController] })
class ThingsModule {}

let app: NestFastifyApplication;
let base: string;
const logs: string[] = [];
const metrics = createMetrics('gateway');
beforeAll(async () => {
  const patience = { headMs: 400, bodyMs: 500, restMs: 300, idleMs: 600 };
  const adapter = publicHttp(metrics, { bodyLimit: 1_000, patience });
  const allowed = methodsByPath(adapter.getInstance());
  app = await NestFactory.create<NestFastifyApplication>(ThingsModule, adapter, {
    logger: false,
    bodyParser: false,
  });
  const logger = createLogger({
    service: 't',
    replica: 't',
    level: 'info',
    destination: { write: (line: string) => logs.push(line) },
  });
  app.setGlobalPrefix('api');
  app.useGlobalFilters(new ProblemFilter(logger, allowed));
  await app.listen(0, '127.0.0.1');
  base = `${await app.getUrl()}/api/v1/things`;
});
afterAll(() => app.close());

const json = { 'content-type': 'application/json' };
const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = json) =>
  fetch(base, { method: 'POST', body, headers });

describe('problems', () => {
  it.each<[string, () => Promise<Response>, number, string]>([
    ['malformed JSON', () => post('{"a":'), 400, 'malformed_json'],
    ['bytes that are no UTF-8', () => post(new Uint8Array([0x22, 0xff, 0x22])), 400, 'malformed_json'],
    ['a prototype in JSON', () => post('{"__proto__":{"a":1}}'), 400, 'malformed_json'],
    ['a large body', () => post(JSON.stringify('x'.repeat(1_000))), 413, 'too_large'],
    ['another media type', () => post('a', { 'content-type': 'text/html' }), 415, 'unsupported_media_type'],
    [
      'a form',
      () => post('a=1', { 'content-type': 'application/x-www-form-urlencoded' }),
      415,
      'unsupported_media_type',
    ],
    ['a text', () => post('a', { 'content-type': 'text/plain' }), 415, 'unsupported_media_type'],
    ['no such route', () => fetch(`${base}x`), 404, 'not_found'],
    ['a malformed path', () => fetch(`${base}/%zz`), 400, 'malformed_request'],
    ['a method the path does not know', () => fetch(base, { method: 'DELETE' }), 405, 'method_not_allowed'],
    ['a rejection', () => fetch(`${base}/busy`), 503, 'unavailable'],
    ['a crash', () => fetch(`${base}/crash`), 500, 'internal_error'],
  ])('answers %s', async (_, request, status, code) => {
    const response = await request();
    const body = (await response.json()) as Record<string, unknown>;
    expect({ status: response.status, ...body }).toMatchObject({ status, code });
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(body['requestId']).toBe(response.headers.get('x-request-id'));
    expect(JSON.stringify(body)).not.toContain('select');
  });

  it('says which methods there are, when to try again and how to authenticate', async () => {
    const [wrong, busy, who] = await Promise.all([
      fetch(`${base}/1`, { method: 'POST', headers: json, body: '{}' }),
      fetch(`${base}/busy`),
      fetch(`${base}/who`),
    ]);
    expect(wrong.headers.get('allow')).toBe('GET, HEAD');
    expect(busy.headers.get('retry-after')).toBe('7');
    expect(who.headers.get('www-authenticate')).toBe('Bearer');
  });

  it.each([
    ['a literal path beside ids', '/bulk', 'POST'],
    ['a literal path with a slash', '/bulk/', 'POST'],
    ['an id', '/bulky', 'GET, HEAD'],
    ['a literal path within an id', '/1/parts', 'POST'],
    ['an id within a literal path', '/bulk/1', 'GET, HEAD'],
    ['whichever is literal first', '/bulk/parts', 'GET, HEAD'],
  ])('lists the methods of %s alone', async (_, path, allow) => {
    const wrong = await fetch(base + path, { method: 'PUT', headers: json, body: '{}' });
    expect({ status: wrong.status, allow: wrong.headers.get('allow') }).toEqual({ status: 405, allow });
  });

  it('logs a crash with the request id, and nothing that the customer did wrong', async () => {
    logs.length = 0;
    await post('{');
    const { headers } = await fetch(`${base}/crash`);
    expect(logs).toHaveLength(1);
    expect(JSON.parse(logs[0]!)).toMatchObject({
      requestId: headers.get('x-request-id'),
      err: { message: 'select * from secrets' },
    });
  });
});

it('takes over a request id and a trace that it is given, and makes what it is not', async () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const given = await fetch(`${base}/1`, { headers: { 'x-request-id': 'mine-1', traceparent } });
  expect(given.headers.get('x-request-id')).toBe('mine-1');
  const body = (await given.json()) as { traceparent: string };
  expect(body.traceparent).toBe(given.headers.get('traceparent'));
  expect(parseTraceparent(body.traceparent)).toMatchObject({ traceId: '0af7651916cd43dd8448eb211c80319c' });
  expect(body.traceparent).not.toBe(traceparent);
  const bad = await fetch(`${base}/1`, { headers: { 'x-request-id': 'a b<script>', traceparent: 'x' } });
  expect(bad.headers.get('x-request-id')).toMatch(/^req_/);
  expect(parseTraceparent(bad.headers.get('traceparent'))).toBeDefined();
});

it('keeps the body as it came in, for signatures', async () => {
  const response = await post('{ "a" : 1 }');
  expect(await response.json()).toEqual({ body: { a: 1 }, raw: '{ "a" : 1 }' });
});

it('takes an empty body for none', async () => {
  expect(await (await post('')).json()).toEqual({ raw: '' });
});

it('measures by route, never by path', async () => {
  await Promise.all([fetch(`${base}/some-id`), fetch(`${base}/a/b/c`)]);
  const text = await metrics.text();
  const counted = text
    .split('\n')
    .filter((line) => line.startsWith('wbiz_http_request_duration_seconds_count'));
  expect(counted).toContainEqual(
    expect.stringMatching(/route="\/api\/v1\/things\/:id",method="GET",status="200"/),
  );
  expect(counted).toContainEqual(expect.stringContaining('route="none",method="GET",status="404"'));
  expect(counted).not.toContainEqual(expect.stringContaining('some-id'));
});

describe('whoever is slow', () => {
  const drip = (http: ReturnType<typeof rawHttp>) => {
    const dripping = setInterval(() => http.send('1'), 50);
    void http.closed.then(() => clearInterval(dripping));
  };

  it.each([
    ['says nothing', ''],
    ['says what it wants in little pieces', 'GET /api/v1/things/1 HTTP/1.1\r\nx-slow: '],
  ])('is cut off when it %s', async (_what, begun) => {
    const http = rawHttp(base);
    http.send(begun);
    if (begun) drip(http);
    expect(await http.said(/HTTP/)).toMatch(/^HTTP\/1.1 408 /);
    await http.closed;
  });

  it('with a body is told so, and cut off', async () => {
    const http = rawHttp(base);
    http.head('/api/v1/things', 900);
    drip(http);
    const answer = await http.said(/requestId.*\}/);
    expect(answer).toMatch(/^HTTP\/1.1 400 .*application\/problem\+json/s);
    expect(answer).toContain('The body was not there within 0.5 seconds.');
    await http.closed;
  });

  it('is not waited for where its body is of no use', async () => {
    const http = rawHttp(base);
    http.head('/api/v1/things/1', 900, {}, 'GET');
    drip(http);
    await http.said(/^HTTP\/1.1 200 /);
    await http.closed;
  });

  it('is told at once that a body is too large', async () => {
    const http = rawHttp(base);
    http.head('/api/v1/things', 1_001);
    await http.said(/^HTTP\/1.1 413 .*"code":"too_large"/s);
    await http.closed;
  });

  it('to ask again loses the connection', async () => {
    const http = rawHttp(base);
    http.send('GET /api/v1/things/1 HTTP/1.1\r\nhost: x\r\n\r\n');
    await http.said(/^HTTP\/1.1 200 /);
    await http.closed;
  });
});

it('that closes still answers the requests which came before', async () => {
  const closing = await NestFactory.create<NestFastifyApplication>(ThingsModule, publicHttp(metrics), {
    logger: false,
    bodyParser: false,
  });
  await closing.listen(0, '127.0.0.1');
  const agent = new Agent({ keepAlive: true, maxSockets: 3 });
  const get = (id: string) =>
    new Promise<string>((resolve, reject) => {
      const { port } = closing.getHttpServer().address() as AddressInfo;
      const asking = request({ port, host: '127.0.0.1', path: `/v1/things/${id}`, agent }, (answer) => {
        answer.resume().on('end', () => resolve(`${answer.statusCode} ${answer.headers.connection}`));
      });
      asking.on('error', reject).end();
    });
  expect(await Promise.all([get('first'), get('second')])).toEqual(['200 keep-alive', '200 keep-alive']);

  // Two requests use the idle connections, one a new connection.
  const asked = [get('third'), get('fourth'), get('fifth')];
  const closed = closing.close();
  expect(await Promise.all(asked)).toEqual(['200 close', '200 close', '200 close']);
  await closed;
  agent.destroy();
});
