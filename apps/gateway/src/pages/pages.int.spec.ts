import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { gatewayDatabase, startGateway, type Gateway } from '../gateway.harness.js';

let database: Awaited<ReturnType<typeof gatewayDatabase>>;
let gateway: Gateway;
let origin: string;
beforeAll(async () => {
  database = await gatewayDatabase();
  gateway = await startGateway(database.url);
  origin = new URL(gateway.base).origin;
});
afterAll(async () => {
  await gateway.stop();
  await database.close();
});

it.each(['/docs', '/docs/messages', '/console', '/console/accounts/1/inbox'])(
  '%s is a page of files of its own, which may talk to nobody else',
  async (path) => {
    const page = await fetch(`${origin}${path}`);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    const html = await page.text();
    const files = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, file]) => file!);
    expect(files.length).toBeGreaterThan(2);
    for (const name of files) {
      const file = await fetch(`${origin}${name}`, { headers: { 'accept-encoding': 'br' } });
      expect([name, file.status, (await file.arrayBuffer()).byteLength > 100]).toEqual([name, 200, true]);
      expect(file.headers.get('x-content-type-options')).toBe('nosniff');
      expect(file.headers.get('cache-control')).toContain('immutable');
      expect(file.headers.get('content-encoding')).toBe('br');
    }
    // The policy forbids inline scripts, so the page must hold none.
    expect(html).not.toMatch(/<script(?![^>]* src=)|<style|onload=/);
  },
);

it('loads the reference with less than 60 kB of its own', async () => {
  const html = await (await fetch(`${origin}/docs`)).text();
  const files = [...html.matchAll(/"(\/assets\/[^"]+\.(?:js|css))"/g)].map(([, file]) => file!);
  const sizes = files.map(async (name) => {
    const file = await fetch(`${origin}${name}`, { headers: { 'accept-encoding': 'gzip' } });
    return Number(file.headers.get('content-length'));
  });
  const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  expect([total > 10_000, total < 60_000]).toEqual([true, true]);
});

it.each([
  '/assets/none.js',
  '/assets/..js',
  '/assets/..%2fconsole.html',
  '/assets/%2e%2e/package.json',
  '/assets/',
])('%s is 404', async (path) => {
  expect((await fetch(`${origin}${path}`)).status).toBe(404);
});

it('serves the OpenAPI document without a key', async () => {
  const document = (await (await fetch(`${origin}/api/openapi.json`)).json()) as Record<string, unknown>;
  expect(document).toMatchObject({ openapi: '3.1.0', servers: [{ url: '/api' }] });
});

it('serves the AsyncAPI document, where the introduction leads', async () => {
  const { info } = (await (await fetch(`${origin}/api/openapi.json`)).json()) as {
    info: { description: string };
  };
  const [, path] = /\]\((\/api\/asyncapi\.json)\)/.exec(info.description)!;
  const answer = await fetch(`${origin}${path}`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json']);
  expect(await answer.json()).toMatchObject({ asyncapi: expect.stringMatching(/^3\./) });
});

it('leads from / to the reference', async () => {
  const answer = await fetch(`${origin}/`, { redirect: 'manual' });
  expect([answer.status, answer.headers.get('location')]).toEqual([302, '/docs']);
});
