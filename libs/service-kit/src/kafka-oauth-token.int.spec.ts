import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
import { kafkaOauthTokens, TokenUnavailable } from './kafka-oauth-token.js';

let asked = 0;
let answer: { status: number; body: string };
const server = createServer((_request, response) => {
  asked += 1;
  response.writeHead(answer.status).end(answer.body.replace('?', String(asked)));
});
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
beforeEach(() => {
  asked = 0;
  answer = { status: 200, body: '{"access_token":"token ?","expires_in":3600}' };
});
afterAll(() => void server.close());

const tokens = () => {
  const { port } = server.address() as AddressInfo;
  return kafkaOauthTokens({ url: `http://127.0.0.1:${port}`, clientId: 'id', clientSecret: 'secret' });
};

it('asks once for all who want one at the same time, and later', async () => {
  const next = tokens();
  expect(await Promise.all([next(), next(), next()])).toEqual(['token 1', 'token 1', 'token 1']);
  expect(await next()).toBe('token 1');
});

it('asks anew before a token expires', async () => {
  answer.body = '{"access_token":"token ?","expires_in":"0.5"}';
  const next = tokens();
  expect(await next()).toBe('token 1');
  await until(async () => (await next()) === 'token 2');
});

it.each([
  ['a refusal', 401, '{"error":"invalid_client"}'],
  ['no token', 200, '{}'],
  ['no JSON', 200, '<html>'],
])('says so at %s, keeps nothing of it, and asks anew', async (_what, status, body) => {
  const next = tokens();
  answer = { status, body };
  await expect(Promise.all([next(), next()])).rejects.toThrow(TokenUnavailable);
  answer = { status: 200, body: '{"access_token":"token ?"}' };
  expect(await next()).toBe('token 2');
});
