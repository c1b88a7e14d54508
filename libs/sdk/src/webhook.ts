import type { WbizEvent } from './operations.js';
import { WbizError } from './wbiz-error.js';

/** The body of a webhook delivery: an event and its account's id, or the sample that `POST /v1/webhooks/{id}/test` sends. */
export type WebhookEvent = { accountId: string } & (
  | WbizEvent
  | {
      id: string;
      sequence: 0;
      type: 'webhook.test';
      createdAt: string;
      data: { webhookId: string; message: string };
    }
);

type Body = string | Uint8Array<ArrayBuffer>;
type GivenHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
type Options = { readonly toleranceSeconds?: number; readonly now?: number };

const TOLERANCE_SECONDS = 300;
const HMAC = { name: 'HMAC', hash: 'SHA-256' } as const;
const SIGNATURE = /^v1,([\w+/]{43}=)$/;

/**
 * Verifies a webhook delivery (Standard Webhooks) and returns the event. `body`: the request's raw bytes or text.
 * `secrets`: the webhook's secret, or both secrets during a rotation. Throws a `WbizError` with the code
 * `invalid_signature` and status 401: answer the delivery with that status.
 */
export async function verifyWebhook(
  body: Body,
  headers: GivenHeaders,
  secrets: string | readonly string[],
  { toleranceSeconds = TOLERANCE_SECONDS, now = Date.now() }: Options = {},
): Promise<WebhookEvent> {
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
    headerOf(headers, name),
  );
  if (!id || !timestamp || !signatures) throw refused('A header of Standard Webhooks is missing.');
  if (!(Math.abs(now / 1_000 - Number(timestamp)) <= toleranceSeconds))
    throw refused(`webhook-timestamp is more than ${toleranceSeconds} seconds off.`);
  const signed = contentOf(id, timestamp, body);
  for (const secret of [secrets].flat())
    for (const signature of signatures.split(' ')) {
      const [, base64] = SIGNATURE.exec(signature) ?? [];
      if (base64 && (await crypto.subtle.verify('HMAC', await keyOf(secret), bytesOf(base64), signed)))
        return JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body)) as WebhookEvent;
    }
  throw refused('No signature of the webhook is by a secret of yours.');
}

/** Makes the signed headers of a webhook delivery, to test a receiver with. `now`: unix ms. */
export async function signWebhook(id: string, body: Body, secret: string, now = Date.now()) {
  const timestamp = String(Math.floor(now / 1_000));
  const signature = await crypto.subtle.sign('HMAC', await keyOf(secret), contentOf(id, timestamp, body));
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${btoa(String.fromCharCode(...new Uint8Array(signature)))}`,
  };
}

const refused = (message: string) => new WbizError(message, { code: 'invalid_signature', status: 401 });

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));

const keyOf = (secret: string) =>
  crypto.subtle.importKey('raw', bytesOf(secret.replace(/^whsec_/, '')), HMAC, false, ['sign', 'verify']);

function contentOf(id: string, timestamp: string, body: Body): Uint8Array<ArrayBuffer> {
  const encode = (text: string) => new TextEncoder().encode(text);
  const parts = [encode(`${id}.${timestamp}.`), typeof body === 'string' ? encode(body) : body];
  const content = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  parts.reduce((at, part) => (content.set(part, at), at + part.length), 0);
  return content;
}

function headerOf(headers: GivenHeaders, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const value = Object.entries(headers).find(([given]) => given.toLowerCase() === name)?.[1];
  return typeof value === 'string' ? value : value?.[0];
}
