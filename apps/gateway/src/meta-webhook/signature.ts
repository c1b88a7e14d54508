import { createHmac, timingSafeEqual } from 'node:crypto';

const FORM = /^sha256=([\da-f]{64})$/;

/** Whether the `X-Hub-Signature-256` header is well-formed. */
export const isSignature = (header: unknown): boolean => typeof header === 'string' && FORM.test(header);

/** Whether the header is the HMAC-SHA256 of exactly these bytes under the app's secret. */
export function isSignedBy(appSecret: string, body: Uint8Array, header: unknown): boolean {
  const given = typeof header === 'string' ? FORM.exec(header)?.[1] : undefined;
  const expected = createHmac('sha256', appSecret).update(body).digest();
  return given !== undefined && timingSafeEqual(Buffer.from(given, 'hex'), expected);
}
