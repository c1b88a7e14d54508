import type { Readable } from 'node:stream';
import { Pool, type Dispatcher } from 'undici';

/** A streamed body; `length` in bytes. */
export type GraphBody = { readonly contentType: string; readonly length: number; readonly bytes: Readable };

export type GraphRequest = {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Begins with a slash and contains the query; never the token. */
  readonly path: string;
  readonly token: string;
  /** JSON, unless it is streamed. */
  readonly body?: string | GraphBody;
  /** Added to the headers of every call; replace those of the same name. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly traceparent?: string | undefined;
  /** Timeout of the whole call in ms, if not that of the transport. */
  readonly timeoutMs?: number;
};

/**
 * The outcome of a call. `not_sent`: no byte of the request was written. `broken`: it may have arrived, but no answer
 * came.
 */
export type Exchange =
  | { readonly kind: 'answered'; readonly httpStatus: number; readonly body: string }
  | { readonly kind: 'not_sent'; readonly reason: string }
  | { readonly kind: 'broken'; readonly reason: string };

/** Maximum size of an answer (ours), in bytes. */
const MAX_ANSWER = 32 * 1024 * 1024;

export type GraphTransport = ReturnType<typeof openGraphTransport>;

const reasonOf = (error: Error) => {
  const { code } = error as NodeJS.ErrnoException;
  return [code, error.message].filter((part) => part !== undefined && part !== '').join(': ');
};

/**
 * Calls one origin over kept-alive HTTP/1.1 connections, one request at a time on each; redirects are not followed.
 * `timeoutMs` limits a call as a whole, including the wait for a connection. undici calls `onRequestStart` right before
 * it writes a request, and neither retries a POST nor pipelines behind one. So a request that fails before
 * `onRequestStart` was not sent; one that fails later may have arrived.
 */
export function openGraphTransport(origin: string, timeoutMs: number, connections: number) {
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    allowH2: false,
    connectTimeout: Math.min(timeoutMs, 5_000),
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: MAX_ANSWER,
  });

  const call = (request: GraphRequest): Promise<Exchange> =>
    new Promise((resolve) => {
      const { method, path, token, body, headers, traceparent } = request;
      const patience = request.timeoutMs ?? timeoutMs;
      let controller: Dispatcher.DispatchController | undefined;
      let httpStatus = 0;
      const chunks: Buffer[] = [];
      let settled = false;

      const settle = (exchange: Exchange) => {
        settled = true;
        clearTimeout(timer);
        resolve(exchange);
      };
      const fail = (reason: string) =>
        settle({ kind: controller === undefined ? 'not_sent' : 'broken', reason });
      const timer = setTimeout(() => {
        fail(`no answer within ${patience} ms`);
        controller?.abort(new Error('timed out'));
      }, patience);

      pool.dispatch(
        {
          method,
          path,
          headers: {
            authorization: `Bearer ${token}`,
            accept: 'application/json',
            ...headersOf(body),
            ...(traceparent === undefined ? {} : { traceparent }),
            ...headers,
          },
          ...(body === undefined ? {} : { body: typeof body === 'string' ? body : body.bytes }),
        },
        {
          onRequestStart(started) {
            // The call timed out while it waited for a connection and ended as `not_sent`: it must not be written.
            if (settled) started.abort(new Error('timed out'));
            else controller = started;
          },
          onResponseStart(_controller, status) {
            httpStatus = status;
          },
          onResponseData(_controller, chunk) {
            chunks.push(chunk);
          },
          onResponseEnd() {
            if (!settled) settle({ kind: 'answered', httpStatus, body: Buffer.concat(chunks).toString() });
          },
          onResponseError(_controller, error) {
            if (!settled) fail(reasonOf(error));
          },
        },
      );
    });

  return { call, close: () => pool.close() };
}

function headersOf(body: GraphRequest['body']): Record<string, string> {
  if (body === undefined) return {};
  return typeof body === 'string'
    ? { 'content-type': 'application/json' }
    : { 'content-type': body.contentType, 'content-length': String(body.length) };
}
