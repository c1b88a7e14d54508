import { isUtf8 } from 'node:buffer';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { newId } from '@wbiz/contracts/ids';
import { Rejection } from '@wbiz/eventing/rejection';
import type { Span, StartSpan } from '@wbiz/eventing/tracing';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readBody } from './read-body.js';
import { problemOf, rejectionOf, sendProblem } from './problem-filter.js';
import type { Metrics } from './telemetry.js';
import { nextTraceparent } from './traceparent.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** W3C traceparent of this request's span: in the client's trace, or in a new one. */
    traceparent: string;
    span?: Span | undefined;
    /** The JSON body as received. */
    rawBody?: Buffer;
  }
}

type HttpOptions = {
  /** The largest JSON body (bytes) of a route that sets no limit of its own; 1 MiB by default. */
  readonly bodyLimit?: number | undefined;
  /** While it returns true, each response closes its connection. */
  readonly isEnding?: () => boolean;
  /** See `TRUST_PROXY`; unless set, X-Forwarded-For is ignored. */
  readonly trustProxy?: number | string[] | undefined;
  readonly patience?: Partial<typeof PATIENCE>;
  readonly startSpan?: StartSpan | undefined;
};

/** Time limits for a client. */
const PATIENCE = {
  /** The time limit for the head of a request (ms). */
  headMs: 10_000,
  /** The time limit for a JSON body (ms). */
  bodyMs: 30_000,
  /** The time limit for the rest of a body after our answer (ms); then the connection is destroyed. */
  restMs: 10_000,
  /** The time limit for a whole request, such as a form of 100 MB (ms). */
  requestMs: 900_000,
  /** The time limit between requests (ms); longer than the 60 s after which load balancers close a connection. */
  idleMs: 72_000,
  /** The time limit without a byte in either direction (ms). */
  silenceMs: 300_000,
};

const REQUEST_ID = /^[\w.:@/+=-]{1,128}$/;

/**
 * Nest's Fastify adapter for the public API. It reads and answers X-Request-Id and traceparent, measures each route,
 * takes JSON bodies in UTF-8 (an empty body counts as none) of at most `bodyLimit` bytes or the route's own limit, and
 * disconnects slow clients. Use it with Nest's `bodyParser: false`.
 */
export function publicHttp(
  metrics: Pick<Metrics, 'httpDuration'>,
  { bodyLimit = 1_048_576, isEnding = () => false, trustProxy, patience, startSpan }: HttpOptions = {},
): FastifyAdapter {
  const { headMs, bodyMs, restMs, requestMs, idleMs, silenceMs } = { ...PATIENCE, ...patience };
  const adapter = new FastifyAdapter({
    bodyLimit,
    http: { headersTimeout: headMs, connectionsCheckingInterval: headMs / 4 },
    requestTimeout: requestMs,
    keepAliveTimeout: idleMs,
    connectionTimeout: silenceMs,
    // As a function, since Fastify would trust no proxy if given a number.
    trustProxy: typeof trustProxy === 'number' ? (_address, hop) => hop < trustProxy : (trustProxy ?? false),
    // While the server closes, requests on open connections are still answered, with `Connection: close`.
    return503OnClosing: false,
    requestIdHeader: false,
    genReqId: ({ headers }: { headers: Record<string, unknown> }) => {
      const given = headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : newId('req');
    },
    // Answers errors of Fastify's router, which no hook and no exception filter sees.
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(reply.header('x-request-id', request.id), problemOf(rejectionOf(error), request.id)),
  });
  const fastify = adapter.getInstance() as unknown as FastifyInstance;
  fastify.decorateRequest('traceparent', '');
  fastify.decorateRequest('span', undefined);
  fastify.addHook('onRequest', (request, reply, done) => {
    request.span = startSpan && serverSpan(startSpan, request);
    request.traceparent = request.span?.traceparent ?? nextTraceparent(request.headers.traceparent);
    reply.header('x-request-id', request.id).header('traceparent', request.traceparent);
    done();
  });
  fastify.addHook('onSend', (_, reply, __, done) => {
    // Without this header Fastify keeps the connection open, and waits for it when the server closes.
    if (isEnding()) reply.header('connection', 'close');
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = routeOf(request);
    request.span?.end({
      error: reply.statusCode >= 500 ? String(reply.statusCode) : undefined,
      attributes: { 'http.response.status_code': reply.statusCode },
    });
    const labels = { route, method: request.method, status: reply.statusCode };
    metrics.httpDuration.observe(labels, reply.elapsedTime / 1_000);
    // Ends the connection of a streamed answer, whose head was sent before `isEnding`.
    if (isEnding()) request.raw.socket.end();
    const { raw } = request;
    if (!raw.complete) setTimeout(() => raw.complete || raw.socket.destroy(), restMs).unref();
    done();
  });
  fastify.addHook('preClose', (done) => void receivedRequestsAreRead().then(() => done(), done));
  parseJsonBodies(fastify, bodyMs);
  return adapter;
}

function parseJsonBodies(fastify: FastifyInstance, withinMs: number): void {
  fastify.removeAllContentTypeParsers();
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.addContentTypeParser('application/json', (request, payload, done) => {
    const { bodyLimit: limit } = request.routeOptions;
    readBody(payload, { limit, withinMs }).then((body) => {
      request.rawBody = body;
      if (!body.length) done(null, undefined);
      else if (!isUtf8(body)) done(new Rejection('malformed_json', 'The body is not valid UTF-8.'));
      else void parse(request, body.toString('utf8'), done);
    }, done);
  });
}

/**
 * Waits until the requests that the kernel has received are read: the rest of this turn of the event loop, one turn that
 * accepts connections, one that reads them. Fastify then closes idle connections, and would lose unread requests.
 */
async function receivedRequestsAreRead() {
  for (let turn = 0; turn < 3; turn += 1) await nextTurn();
}

const routeOf = ({ is404, routeOptions }: FastifyRequest) => (!is404 && routeOptions.url) || 'none';

/** The span has no path and no query: clients put personal data there. */
function serverSpan(startSpan: StartSpan, request: FastifyRequest): Span {
  const { method, id, headers } = request;
  const route = routeOf(request);
  return startSpan(`${method} ${route}`, {
    kind: 'server',
    parent: typeof headers.traceparent === 'string' ? headers.traceparent : undefined,
    attributes: {
      'http.request.method': method,
      'http.route': route,
      'wbiz.request_id': id,
    },
  });
}

/**
 * Returns a function that lists the methods of a path: those of the routes that fit it most literally, since no id is
 * spelt like the name of a route. It knows the routes added to `fastify` after this call.
 */
export function methodsByPath(fastify: FastifyInstance): (path: string) => readonly string[] {
  const routes: { method: string; form: RegExp; rank: string }[] = [];
  fastify.addHook('onRoute', ({ method, url }) => {
    const segments = url.split('/');
    const form = new RegExp(`^${segments.map(segment).join('/')}/?$`);
    const rank = segments.map(literalness).join('');
    for (const one of [method].flat()) routes.push({ method: one, form, rank });
  });
  return (path) => {
    const fitting = routes.filter(({ form }) => form.test(path));
    const highest = fitting
      .map(({ rank }) => rank)
      .sort()
      .at(-1);
    return [...new Set(fitting.filter(({ rank }) => rank === highest).map(({ method }) => method))].sort();
  };
}

const literalness = (text: string) => (text === '*' ? 0 : text.startsWith(':') ? 1 : 2);

const segment = (text: string) =>
  text === '*' ? '.*' : text.startsWith(':') ? '[^/]+' : text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
