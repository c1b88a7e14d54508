import type { AddressGuard } from '@wbiz/service-kit/address-guard';
import { Agent, buildConnector, ProxyAgent, type Dispatcher } from 'undici';
import { retryAfterOf } from './retry-schedule.js';
import { signatureHeaders } from './signature.js';

const CONNECT_MS = 5_000;
const TIMEOUT_MS = 15_000;
const KEPT_BYTES = 20_480;
/** Maximum connections to a host, each with one delivery at a time; with HTTP/2 maximum streams on one connection. */
export const MOST_PER_HOST = 64;

/** The URL of a delivery, the client's own headers, and the keys that sign the delivery. */
export type Target = {
  readonly url: URL;
  readonly keys: readonly Buffer[];
  readonly headers: Readonly<Record<string, string>>;
};
export type Parcel = {
  readonly id: string;
  readonly body: Buffer;
  readonly traceparent?: string | undefined;
};

/** The outcome of an attempt. `slow`: the answer was 429 or came too late. `gone`: the answer was 410. */
export type Outcome = {
  readonly at: Date;
  readonly delivered: boolean;
  readonly statusCode: number | null;
  readonly error: string | null;
  readonly durationMs: number;
  readonly response: string | null;
  readonly slow: boolean;
  readonly gone: boolean;
  readonly retryAfterMs: number | null;
};

export type SenderOptions = {
  readonly guard: AddressGuard;
  readonly proxy?: string | undefined;
  readonly timeoutMs?: number;
  /** ms since the epoch. */
  readonly now: () => number;
};

/**
 * Posts signed bodies: first attempts, retries, replays and tests. Keeps connections alive and uses HTTP/2 where the
 * endpoint offers it. Follows no redirects and ignores the usual proxy variables. The time limit is for the whole
 * attempt, including the answer's body.
 */
export class Sender {
  private readonly dispatcher: Dispatcher;

  constructor(private readonly options: SenderOptions) {
    const { guard, proxy } = options;
    const shared = {
      connections: MOST_PER_HOST,
      pipelining: 1,
      keepAliveTimeout: 30_000,
      headersTimeout: 0,
      bodyTimeout: 0,
    };
    const connect = buildConnector({ timeout: CONNECT_MS, preferH2: true, lookup: guard.lookup });
    this.dispatcher = proxy
      ? new ProxyAgent({ ...shared, uri: proxy, proxyTunnel: true })
      : new Agent({
          ...shared,
          allowH2: true,
          connect: (target, callback) => {
            try {
              guard.check(target.hostname); // no lookup, and so no check by guard.lookup, is made for an IP address
            } catch (error) {
              return callback(error as Error, null);
            }
            connect(target, callback);
          },
        });
  }

  /** Never throws: an error becomes an outcome. */
  async send({ url, keys, headers }: Target, { id, body, traceparent }: Parcel): Promise<Outcome> {
    const { guard, timeoutMs = TIMEOUT_MS, now } = this.options;
    const at = now();
    const began = performance.now();
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), timeoutMs);
    let answer: { statusCode: number; retryAfter: string | undefined } | undefined;
    let response: string | null = null;
    let error: string | null = null;
    try {
      guard.check(url.hostname);
      const {
        statusCode,
        headers: answered,
        body: stream,
      } = await this.dispatcher.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: 'POST',
        headers: {
          ...headers,
          'content-type': 'application/json',
          'user-agent': 'WBIZ-Webhooks/1',
          ...signatureHeaders(id, at, body, keys),
          ...(traceparent && { traceparent }),
        },
        body,
        signal: late.signal,
      });
      answer = { statusCode, retryAfter: String(answered['retry-after'] ?? '') || undefined };
      response = await textOf(stream);
    } catch (cause) {
      // A status that was received counts even if reading the body failed.
      if (!answer) error = late.signal.aborted ? `no answer within ${timeoutMs / 1_000} s` : reasonOf(cause);
    } finally {
      clearTimeout(timer);
    }
    const { statusCode = null, retryAfter } = answer ?? {};
    return {
      at: new Date(at),
      delivered: statusCode !== null && statusCode >= 200 && statusCode < 300,
      statusCode,
      error,
      durationMs: Math.round(performance.now() - began),
      response,
      slow: statusCode === 429 || (statusCode === null && late.signal.aborted),
      gone: statusCode === 410,
      retryAfterMs: retryAfterOf(retryAfter, at),
    };
  }

  close(): Promise<void> {
    return this.dispatcher.destroy();
  }
}

/** The first 20 KiB of a body; the rest is not read. */
async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= KEPT_BYTES) break;
  }
  const text = Buffer.concat(chunks).subarray(0, KEPT_BYTES).toString();
  return text.replaceAll('\u0000', '').slice(0, KEPT_BYTES);
}

function reasonOf(cause: unknown): string {
  const { code, message, errors } = cause as NodeJS.ErrnoException & { errors?: readonly Error[] };
  const text = message || errors?.map((each) => each.message).join(', ') || 'no connection';
  return (code && !text.includes(code) ? `${code}: ${text}` : text).slice(0, 300);
}
