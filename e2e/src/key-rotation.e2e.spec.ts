import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { SERVICES } from '@wbiz/contracts/topics';
import { until } from '@wbiz/testing/stack';
import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { receiver, type Receiver } from './webhook-receiver.js';
import { ok, type Client } from './api-client.js';
import { startSystem, type System } from './system.js';

type Hook = { readonly id: string; readonly secret: string };
type Sealed = {
  setting: string;
  resealed: number;
  former: { key: string; texts: number; known: boolean }[];
};

let system: System;
let api: Client & { accountId: string };
let hooks: Receiver;
beforeAll(async () => {
  system = await startSystem();
  api = await system.connect();
  hooks = await receiver();
}, 120_000);
afterAll(async () => {
  hooks?.close();
  await system?.stop();
});

/** Edits each service's file of secrets as the sed command in docs/security.md does. */
async function rewriteSecrets(change: (line: string) => string | undefined) {
  for (const service of SERVICES) {
    const file = join(system.home, 'secrets', service, 'secrets.env');
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    await writeFile(file, `${lines.flatMap((line) => change(line) ?? []).join('\n')}\n`);
  }
}
const HOLDERS = ['messaging', 'templates', 'webhooks', 'gateway'];
const restart = async (...holders: string[]) => {
  for (const holder of holders) expect(await system.restart(holder)).toBe('with exit code 0');
};
const restartHolders = async () => {
  await system.provision();
  await restart(...HOLDERS);
};
const reseal = async () => ok(await system.admin<{ sealed: Sealed[] }>('POST', '/secrets/reseal')).sealed;

it('every key is rotated, all is sealed anew, and nothing needs the key before', async () => {
  const key = { 'idempotency-key': randomUUID() };
  const body = { url: `${hooks.url}/hooks`, events: ['message.status'], headers: { 'X-Tenant': 'shop 7' } };
  const hook = ok(await api.post<Hook>('/v1/webhooks', body, key));

  /** Checks that all sealed values can still be opened: Meta's token, a webhook's secret and header, a stored answer. */
  const works = async () => {
    const answer = await api.post<{ id: string }>('/v1/messages/template', {
      to: '+14155550123',
      template: 'hello_world',
      language: 'en_US',
    });
    expect(answer.status).toBe(201);
    const delivered = await until(
      () => hooks.received.find(({ body: told }) => told.includes(answer.body.id)),
      { timeoutMs: 20_000, describe: 'the delivery of a status' },
    );
    new Webhook(hook.secret).verify(delivered.body, delivered.headers as Record<string, string>);
    expect(delivered.headers['x-tenant']).toBe('shop 7');
    const repeated = await api.post<Hook>('/v1/webhooks', body, key);
    expect(repeated.headers.get('idempotency-replayed')).toBe('true');
    expect(repeated.body).toEqual(hook);
    expect(ok(await api.post('/v1/templates/sync', {}))).toBeDefined();
  };
  await works();

  await rewriteSecrets((line) => line.replace(/^(TOKENS|WEBHOOKS|ANSWERS)_KEY=/, '$1_KEY_PREVIOUS='));
  await system.provision();
  await restart('messaging', 'templates', 'webhooks');
  await works();
  // Refused, since the gateway still seals with the old keys: their removal would make what it seals unreadable.
  expect(await system.admin('POST', '/secrets/reseal')).toMatchObject({
    status: 409,
    body: { detail: expect.stringMatching(/seals with \w+_KEY \w{8}, \w+ at \S+ with \w{8}/) },
  });
  await restart('gateway');
  await works();

  const first = await reseal();
  const SETTINGS = ['TOKENS_KEY', 'WEBHOOKS_KEY', 'WEBHOOKS_KEY', 'ANSWERS_KEY'];
  expect(first.map(({ setting, resealed, former }) => [setting, resealed, former])).toEqual(
    SETTINGS.map((setting) => [setting, 1, []]),
  );
  expect((await reseal()).map(({ resealed }) => resealed)).toEqual([0, 0, 0, 0]);
  await works();

  await rewriteSecrets((line) => (line.includes('_KEY_PREVIOUS=') ? undefined : line));
  await restartHolders();
  expect((await reseal()).flatMap(({ former }) => former)).toEqual([]);
  await works();
});
