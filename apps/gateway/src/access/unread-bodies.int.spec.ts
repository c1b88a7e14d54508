import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { rawHttp } from '@wbiz/testing/raw-http';
import { runningGateway, type RunningGateway } from '../running-gateway.harness.js';

jest.setTimeout(60_000);
let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await runningGateway();
});
afterAll(() => gateway.close());

type Operations = Record<string, { requestBody?: { content: object } }>;
const file = createRequire(import.meta.url).resolve('@wbiz/contracts/specs/openapi.json');
const { paths } = JSON.parse(readFileSync(file, 'utf8')) as { paths: Record<string, Operations> };
const writes = Object.entries(paths).flatMap(([path, operations]) =>
  Object.entries(operations)
    .filter(([method]) => method !== 'get')
    .map(([method, { requestBody }]) => ({
      method: method.toUpperCase(),
      path: `/api${path.replaceAll(/\{\w+\}/g, 'x')}`,
      type: Object.keys(requestBody?.content ?? {})[0] ?? 'application/json',
    })),
);

/** The answer to request headers that announce a body of 900 kB which never arrives. */
async function answered(method: string, path: string, headers: Record<string, string>) {
  const http = rawHttp(gateway.url);
  try {
    http.head(path, 900_000, headers, method);
    const [head = '', body = ''] = (await http.said(/\r\n\r\n.*\}$/s)).split('\r\n\r\n');
    expect(head).toMatch(/^content-type: application\/problem\+json/m);
    return { status: Number(head.split(' ')[1]), ...(JSON.parse(body) as { code: string; detail: string }) };
  } finally {
    http.close();
  }
}
const KEYLESS = { status: 401, code: expect.stringMatching(/^(missing_api_key|invalid_admin_token)$/) };

it.each(writes)('$method $path is refused to whoever has no key before a byte of its body', async (route) => {
  const { method, path, type } = route;
  const multipart = type.startsWith('multipart') ? `${type}; boundary=x` : type;
  expect(await answered(method, path, { 'content-type': multipart })).toMatchObject(KEYLESS);
});

it.each([
  ['of operators', '/api/admin/v1/accounts', 401, 'invalid_admin_token'],
  ['that is none', '/api/v1/nothing', 404, 'not_found'],
  ['that is none, of operators', '/api/admin/v1/nothing', 404, 'not_found'],
  ['beside the API', '/nothing', 404, 'not_found'],
  ['that takes no POST', '/api/v1/me', 405, 'method_not_allowed'],
  ['for Meta', '/api/meta/webhook', 401, 'invalid_signature'],
])('a path %s takes no body of strangers', async (_what, path, status, code) => {
  expect(await answered('POST', path, { authorization: 'Bearer wrong' })).toMatchObject({ status, code });
});

it('an unsigned webhook ends its connection', async () => {
  const http = rawHttp(gateway.url);
  http.head('/api/meta/webhook', 3_000_000, { 'x-hub-signature-256': 'sha256=nonsense' });
  await http.closed;
});
