import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { signWebhook, verifyWebhook } from './webhook.js';

const secretOf = (fill: number) => `whsec_${Buffer.alloc(32, fill).toString('base64')}`;
const SECRET = secretOf(1);
const AT = 1_795_000_000_000;
const BODY = JSON.stringify({ id: 'evt_1', type: 'message.received', data: { body: 'Olá 👋' } });
const now = { now: AT };
const signed = (secret = SECRET) => signWebhook('evt_1', BODY, secret, AT);

describe('a delivery', () => {
  it('is what the library of Standard Webhooks signs', async () => {
    const signature = new Webhook(SECRET).sign('evt_1', new Date(AT), BODY);
    expect(await signed()).toMatchObject({ 'webhook-id': 'evt_1', 'webhook-signature': signature });
  });

  it.each<[string, (headers: Record<string, string>) => Parameters<typeof verifyWebhook>]>([
    ['headers of Node', (headers) => [BODY, headers, SECRET, now]],
    ['headers of fetch', (headers) => [BODY, new Headers(headers), SECRET, now]],
    [
      'headers in any case',
      (headers) => [
        BODY,
        Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), [value]])),
        SECRET,
        now,
      ],
    ],
    ['bytes', (headers) => [new TextEncoder().encode(BODY), headers, SECRET, now]],
    ['the former secret', (headers) => [BODY, headers, [secretOf(2), SECRET], now]],
    [
      'a signature among others',
      (headers) => [
        BODY,
        { ...headers, 'webhook-signature': `v1a,x v1,short ${headers['webhook-signature']}` },
        SECRET,
        now,
      ],
    ],
  ])('is verified with %s', async (_, given) => {
    expect(await verifyWebhook(...given(await signed()))).toEqual(JSON.parse(BODY));
  });

  it.each<[string, (headers: Record<string, string>) => Parameters<typeof verifyWebhook>]>([
    ['another body', (headers) => [`${BODY} `, headers, SECRET, now]],
    ['another secret', (headers) => [BODY, headers, secretOf(2), now]],
    ['another id', (headers) => [BODY, { ...headers, 'webhook-id': 'evt_2' }, SECRET, now]],
    [
      'another time',
      (headers) => [BODY, { ...headers, 'webhook-timestamp': `${AT / 1_000 + 1}` }, SECRET, now],
    ],
    ['a time that is none', (headers) => [BODY, { ...headers, 'webhook-timestamp': 'x' }, SECRET, now]],
    ['no signature', (headers) => [BODY, { ...headers, 'webhook-signature': '' }, SECRET, now]],
    ['old age', (headers) => [BODY, headers, SECRET, { now: AT + 301_000 }]],
    ['a time to come', (headers) => [BODY, headers, SECRET, { now: AT - 301_000 }]],
    ['less tolerance', (headers) => [BODY, headers, SECRET, { now: AT + 11_000, toleranceSeconds: 10 }]],
  ])('is refused for %s', async (_, given) => {
    await expect(verifyWebhook(...given(await signed()))).rejects.toMatchObject({
      code: 'invalid_signature',
      status: 401,
    });
  });

  it('is taken within the tolerance', async () => {
    expect(await verifyWebhook(BODY, await signed(), SECRET, { now: AT + 299_000 })).toBeTruthy();
  });
});
