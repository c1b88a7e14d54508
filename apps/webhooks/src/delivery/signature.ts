import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';

/** The HMAC key in a secret (`whsec_` and base64). */
export const keyOf = (secret: string) => Buffer.from(secret.slice(PREFIX.length), 'base64');

/** The Standard Webhooks headers, with one signature per key; `at` in ms since the epoch. */
export function signatureHeaders(id: string, at: number, body: Buffer, keys: readonly Buffer[]) {
  const timestamp = String(Math.floor(at / 1_000));
  const signatures = keys.map(
    (key) => `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`,
  );
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}
