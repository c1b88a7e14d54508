import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SERVICES } from '@wbiz/contracts/topics';
import { kubernetesSecrets } from './kubernetes-secrets.js';
import { completed } from './secret-files.js';

type Secret = {
  metadata: { name: string; resourceVersion: string; labels?: Record<string, string> };
  data: Record<string, string>;
};
const NAMES = Object.fromEntries(SERVICES.map((service) => [service, `wbiz-${service}-secrets`])) as Record<
  (typeof SERVICES)[number],
  string
>;
const encoded = (texts: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(texts).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
  );

let server: Server;
let secrets: Map<string, Secret>;
let writes: string[];
let store: () => ReturnType<typeof kubernetesSecrets>;

/** The part of the API server that provisioning uses. */
beforeEach(async () => {
  secrets = new Map();
  writes = [];
  server = createServer((request, response) => {
    void (async () => {
      const [, name = ''] = /^\/api\/v1\/namespaces\/prod\/secrets(?:\/(.+))?$/.exec(request.url!) ?? [];
      const answer = (status: number, body: object) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      if (request.headers.authorization !== 'Bearer token') return answer(401, { message: 'Unauthorized' });
      const known = secrets.get(name);
      if (request.method === 'GET')
        return known ? answer(200, known) : answer(404, { message: `secrets "${name}" not found` });
      const { metadata, stringData } = JSON.parse(await text(request));
      if (request.method === 'PATCH' && known?.metadata.resourceVersion !== metadata.resourceVersion)
        return answer(409, { message: 'the object has been modified' });
      const secret = {
        metadata: { ...known?.metadata, ...metadata, resourceVersion: `${writes.length}` },
        data: { ...known?.data, ...encoded(stringData) },
      };
      secrets.set(secret.metadata.name, secret);
      writes.push(`${request.method} ${secret.metadata.name} ${Object.keys(stringData).join(' ')}`);
      return answer(200, secret);
    })();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  store = () => kubernetesSecrets(NAMES, { url, namespace: 'prod', token: 'token' });
});
afterEach(() => void server.close());

/** Reads and writes as provisioning does. */
async function provisioned(host = 'db') {
  const own = store();
  const files = completed(await own.read(), {}, []);
  for (const service of SERVICES) files[service]['DATABASE_URL'] = `postgres://wbiz_${service}@${host}/wbiz`;
  await own.write(files);
  return files;
}

it('makes a Secret for each service once, and leaves what stands there', async () => {
  const files = await provisioned();
  expect(writes).toHaveLength(6);
  expect(await store().read()).toEqual(files);
  expect(await provisioned()).toEqual(files);
  expect(writes).toHaveLength(6);
});

it('writes what is new and nothing else', async () => {
  const files = await provisioned();
  secrets.delete('wbiz-webhooks-secrets');
  expect((await provisioned()).webhooks['WEBHOOKS_KEY']).toBe(files.gateway['WEBHOOKS_KEY']);
  await provisioned('elsewhere');
  expect(writes.slice(6)).toEqual([
    'POST wbiz-webhooks-secrets RPC_SECRET WEBHOOKS_KEY DATABASE_URL',
    ...SERVICES.map((service) => `PATCH wbiz-${service}-secrets DATABASE_URL`),
  ]);
});

it('reads a Secret of somebody else and does not write it', async () => {
  const files = await provisioned();
  const { metadata, data } = secrets.get('wbiz-contacts-secrets')!;
  const foreign = { ...metadata, labels: { team: 'platform' } };
  const url = 'postgres://wbiz_contacts@pooler/wbiz';
  secrets.set('wbiz-contacts-secrets', {
    metadata: foreign,
    data: { ...data, ...encoded({ DATABASE_URL: url }) },
  });
  await provisioned();
  expect(writes).toHaveLength(6);
  expect((await store().read()).contacts).toEqual({ ...files.contacts, DATABASE_URL: url });

  secrets.set('wbiz-contacts-secrets', { metadata: foreign, data: encoded({ DATABASE_URL: url }) });
  await expect(provisioned()).rejects.toThrow(
    "The Secret prod/wbiz-contacts-secrets is not provisioning's to write, and lacks what contacts needs: RPC_SECRET.",
  );
});

it('does not write over what somebody wrote meanwhile', async () => {
  await provisioned();
  const own = store();
  const files = await own.read();
  secrets.get('wbiz-gateway-secrets')!.metadata.resourceVersion = 'newer';
  files.gateway['ADMIN_TOKEN'] = 'another';
  await expect(own.write(files)).rejects.toThrow(
    'PATCH Secret prod/wbiz-gateway-secrets: the object has been modified',
  );
});
