import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { WebhookView } from '@wbiz/contracts/webhook';
import type { Command, Reply } from '@wbiz/eventing/message';
import { peersAnswering } from '@wbiz/service-testing/peers';
import {
  addAccount,
  addKey,
  gatewayDatabase,
  startGateway,
  type FakeBus,
  type Gateway,
} from '../gateway.harness.js';

let database: Awaited<ReturnType<typeof gatewayDatabase>>;
let gateway: Gateway;
let bearer: Record<string, string>;
let fault: string | null;
const sent: Command<string, Record<string, unknown>>[] = [];
const replies = new Map<string, Reply>();

/** A stand-in for webhooks that answers from the commands it got. */
const bus: FakeBus = {
  inFlight: () => 0,
  settled: () => Promise.resolve(undefined),
  send: (_service, command) => {
    sent.push(command as Command<string, Record<string, unknown>>);
    const { webhookId, sealedSecret } = command.data as Record<string, string>;
    const view = { id: webhookId, url: 'https://your-app.com/', events: ['*'] } as WebhookView;
    const reply: Reply = { ok: true, data: sealedSecret ? { view, sealedSecret } : view };
    replies.set(command.id, reply);
    return Promise.resolve(reply);
  },
};
const peers = peersAnswering({
  'webhook.check-url': () => Promise.resolve(fault),
  'webhook.get': () => Promise.resolve(null),
  'command.reply': ({ commandId }) => Promise.resolve(replies.get(commandId) ?? null),
});

beforeAll(async () => {
  database = await gatewayDatabase();
  ({ bearer } = await addKey(database.pool, await addAccount(database.pool)));
  gateway = await startGateway(database.url, { bus, peers });
});
afterAll(async () => {
  await gateway.stop();
  await database.close();
});
beforeEach(() => {
  fault = null;
  sent.splice(0);
});

async function post(path: string, body: object = {}, headers: Record<string, string> = {}) {
  const answer = await fetch(`${gateway.base}/v1/webhooks${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer, ...headers },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  const read = JSON.parse(text) as Record<string, string>;
  return { status: answer.status, text, body: read, replayed: answer.headers.get('idempotency-replayed') };
}
const HOOK = {
  url: 'https://your-app.com/webhooks/wbiz',
  events: ['message.received', 'message.status'],
  headers: { Authorization: 'Basic aGVsbG86d29ybGQ=' },
};

describe('the secret of a webhook', () => {
  it.each(['', '/whk_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E/rotate-secret'])(
    'is told once by POST %s and stands nowhere',
    async (path) => {
      const { status, body } = await post(path, path ? {} : HOOK);
      expect([status, body['secret']]).toEqual([
        path ? 200 : 201,
        expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
      ]);
      const [command] = sent;
      expect(command!.data).toMatchObject({ sealedSecret: expect.stringMatching(/^v1\./) });
      expect(JSON.stringify(command)).not.toContain(body['secret']);
      expect(JSON.stringify(command)).not.toContain('aGVsbG86d29ybGQ=');
      if (!path) expect(command!.data).toMatchObject({ headerNames: ['Authorization'] });
    },
  );

  it('is the same when its Idempotency-Key comes again, and lies sealed until then', async () => {
    const key = { 'idempotency-key': `key-${Math.random()}` };
    const [first, again] = [await post('', HOOK, key), await post('', HOOK, key)];
    expect([again.status, again.text, again.replayed]).toEqual([201, first.text, 'true']);
    expect(sent).toHaveLength(1);
    const { rows } = await database.pool.query<{ body: string }>('select body from gateway.idempotency');
    expect(rows).toHaveLength(1);
    expect(rows[0]!.body).toMatch(/^v1\./);
    expect(gateway.logs.join()).not.toContain(first.body['secret']);
  });

  it('is that of the webhook which an earlier request had made', async () => {
    const key = { 'idempotency-key': `key-${Math.random()}` };
    const first = await post('', HOOK, key);
    await database.pool.query(
      `update gateway.idempotency set status = null, body = null, deadline = now() - interval '1 minute' where key = $1`,
      [key['idempotency-key']],
    );
    expect((await post('', HOOK, key)).body).toEqual(first.body);
    expect(sent).toHaveLength(1);
  });
});

it('says why a URL is not taken, and makes nothing', async () => {
  fault = 'must not lead to 10.0.0.1, which is not a public address';
  const { status, body } = await post('', HOOK);
  expect([status, body]).toEqual([
    422,
    expect.objectContaining({
      code: 'invalid_request',
      errors: [{ pointer: '/url', code: 'url', detail: `url ${fault}.` }],
    }),
  ]);
  expect(sent).toHaveLength(0);
});

it('replays up to now unless told otherwise', async () => {
  const path = '/whk_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E/replay';
  await post(path, { since: '2026-11-22T10:00:00+05:30' });
  expect(sent[0]!.data).toMatchObject({
    since: '2026-11-22T04:30:00.000Z',
    until: (sent[0]!.data as { at: string }).at,
    only: 'all',
  });
});

it('has no webhook of another', async () => {
  const answer = await fetch(`${gateway.base}/v1/webhooks/whk_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E`, {
    headers: bearer,
  });
  expect(answer.status).toBe(404);
});
