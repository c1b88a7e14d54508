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

it('shows the reference from files of its own, and lets it talk to nobody else', async () => {
  const page = await fetch(`${origin}/docs`);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(page.headers.get('content-security-policy')).toContain("default-src 'self'; connect-src 'self'");
  const html = await page.text();
  const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path!);
  expect(files.length).toBeGreaterThan(3);
  for (const path of files) {
    expect(path).toMatch(/^\/docs\//);
    const file = await fetch(`${origin}${path}`);
    expect([path, file.status, (await file.arrayBuffer()).byteLength > 100]).toEqual([path, 200, true]);
    expect(file.headers.get('x-content-type-options')).toBe('nosniff');
  }
  // The policy forbids scripts inside the page, so there must be none.
  expect(html).not.toMatch(/<script>|<style|onload=/);
});

it('keeps the key in the tab', async () => {
  expect(await (await fetch(`${origin}/docs/start.js`)).text()).toContain('persistAuthorization: false');
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
