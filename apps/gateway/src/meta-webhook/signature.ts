import { createHmac, timingSafeEqual } from 'node:crypto';

const FORM = /^sha256=([\da-f]{64})$/;

/** Whether `header` (`X-Hub-Signature-256`) has the form of a signature. */
export const isSignature = (header: unknown): boolean => typeof header === 'string' && FORM.test(header);

/** Whether `header` is the HMAC-SHA256 of these very bytes under the app's secret. */
export function isSignedBy(appSecret: string, body: Uint8Array, header: unknown): boolean {
  const given = typeof header === 'string' ? FORM.exec(header)?.[1] : undefined;
  const expected = createHmac('sha256', appSecret).update(body).digest();
  return given !== undefined && timingSafeEqual(Buffer.from(given, 'hex'), expected);
}
