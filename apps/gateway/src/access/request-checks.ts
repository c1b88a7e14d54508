import { Rejection } from '@wbiz/eventing/rejection';
import type { Secrets } from '@wbiz/service-kit/sealing';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isSecretOf, parseApiKey } from './api-key.js';
import { atPath, fingerprintOf, parseIdempotencyKey } from './idempotency-key.js';
import type { Idempotency } from './idempotency.js';
import type { Holder, ApiKeyCache } from './api-key-cache.js';
import type { KeyUses } from './key-uses.js';
import { limitOf, rateLimitHeaders, type WindowState } from './rate-limit.js';
import type { RateLimiter } from './rate-limiter.js';
import { requireAccess, requireScope } from './route-access.js';

/** A request's deadline: its command expires then, and a send stops waiting for Meta's answer. */
const PATIENCE_MS = 10_000;

const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Statuses that are not stored: the same request may succeed later. */
const NOT_FINAL = new Set([401, 402, 403, 429]);
const FORM = /^multipart\/form-data *(;|$)/i;
const KEPT_HEADERS = ['content-type', 'preference-applied'];

type Parts = {
  readonly cache: ApiKeyCache;
  readonly uses: Pick<KeyUses, 'note'>;
  readonly limiter: RateLimiter;
  readonly idempotency: Idempotency;
  readonly secrets: Pick<Secrets, 'seal' | 'unseal'>;
  /** Throws unless the request comes from an operator. */
  readonly signIn: (request: FastifyRequest) => Promise<void>;
  /** Called when a limit refuses a request: the key's own, or its plan's. */
  readonly onLimited: (scope: 'key' | 'plan') => void;
  readonly onNotKept: (error: unknown, ids: Readonly<Record<string, string>>) => void;
};

/**
 * Adds the checks before every route, in this order: API key or admin token (401), scope (403), rate limit (429), all
 * before the body is read; then the Idempotency-Key of a POST. An unknown path is answered before its body is read. A
 * route without declared access keeps the gateway from starting.
 */
export function addRequestChecks(fastify: FastifyInstance, parts: Parts): void {
  fastify.addHook('onRoute', requireAccess);
  fastify.decorateRequest('call', null);
  // Form routes read their own body; other routes refuse a form like any wrong Content-Type.
  fastify.addContentTypeParser('multipart/form-data', ({ routeOptions }, _form, done) =>
    done(
      routeOptions.config.form
        ? null
        : new Rejection('unsupported_media_type', 'The Content-Type must be application/json.'),
    ),
  );
  fastify.addHook('onRequest', (request, reply) => admit(request, reply, parts));
  fastify.addHook('preHandler', (request, reply) => claim(request, reply, parts));
  fastify.addHook('onSend', (request, reply, payload) => keep(request, reply, payload, parts));
}

async function admit(
  request: FastifyRequest,
  reply: FastifyReply,
  { cache, uses, limiter, signIn, onLimited }: Parts,
): Promise<void> {
  reply.headers(SECURITY_HEADERS);
  const { headers } = request;
  // An empty body has no type: ignore its Content-Type.
  if (!headers['transfer-encoding'] && (headers['content-length'] ?? '0') === '0')
    delete headers['content-type'];
  const { access, form } = request.routeOptions.config;
  // Leave the query out of the answer: it may hold a secret.
  if (request.is404) throw noRoute(request.method, request.url.split('?')[0]!);
  if (access === 'operators') return signIn(request);
  if (access === 'public') return;

  const { key, account } = await holderOf(headers.authorization, cache);
  uses.note(key.id);
  requireScope(key.scopes, access!);
  const limit = limitOf(key, account);
  const charge = async (count: number) => {
    const verdict = await limiter.take(key.id, limit, count);
    reply.headers(rateLimitHeaders(verdict, Date.now()));
    if (!verdict.refusedBy) return;
    onLimited(key.limit ? 'key' : 'plan');
    throw rateLimited(verdict.refusedBy);
  };
  await charge(1);
  if (form && !FORM.test(headers['content-type'] ?? ''))
    throw new Rejection('unsupported_media_type', 'The Content-Type must be multipart/form-data.');
  request.call = {
    key,
    account,
    requestId: request.id,
    traceparent: request.traceparent,
    respondAsync: /(^|[,\s])respond-async($|[,;\s])/i.test(String(headers.prefer ?? '')),
    deadline: Date.now() + PATIENCE_MS,
    charge,
    mostAtOnce: limit ? Math.min(limit.perMinute, limit.burst) : Infinity,
    claimBody: () => Promise.resolve(undefined),
    reply,
  };
}

function noRoute(method: string, path: string): Rejection {
  const hint = /^\/api(\/|$)/.test(path) ? '' : ' The API is under /api.';
  return new Rejection('not_found', `Cannot ${method} ${path}.${hint}`);
}

function rateLimited({ limit, seconds, endsAt }: WindowState): Rejection {
  return new Rejection(
    'rate_limited',
    `This key has ${limit} requests in ${seconds} seconds, and they are used up.`,
    { retryAfter: Math.max(1, Math.ceil((endsAt - Date.now()) / 1_000)) },
  );
}

async function holderOf(authorization: string | undefined, cache: ApiKeyCache): Promise<Holder> {
  if (!authorization)
    throw new Rejection('missing_api_key', 'Send an API key: Authorization: Bearer wa_<prefix>_<secret>.');
  const given = parseApiKey(authorization);
  if (!given)
    throw new Rejection('invalid_api_key', 'The Authorization header must be: Bearer wa_<prefix>_<secret>.');
  const holder = await cache.find(given.prefix);
  if (!isSecretOf(given.secret, holder?.key))
    throw new Rejection('invalid_api_key', 'The API key is not known.');
  const { revokedAt, expiresAt } = holder!.key;
  if (revokedAt) throw new Rejection('invalid_api_key', 'The API key has been revoked.');
  if (expiresAt && expiresAt.getTime() <= Date.now())
    throw new Rejection('invalid_api_key', `The API key expired at ${expiresAt.toISOString()}.`);
  return holder!;
}

async function claim(
  request: FastifyRequest,
  reply: FastifyReply,
  { idempotency, secrets }: Parts,
): Promise<unknown> {
  const { call, method, headers, body, params, routeOptions } = request;
  if (!call) return;
  // The deadline counts from when the whole request has arrived.
  call.deadline = Date.now() + PATIENCE_MS;
  const header = headers['idempotency-key'];
  const key = method === 'POST' && header !== undefined ? parseIdempotencyKey(String(header)) : undefined;
  const claimFor = async (bodyPrint: Buffer) => {
    call.deadline = Date.now() + PATIENCE_MS;
    if (key === undefined) return undefined;
    const asked = {
      accountId: call.account.id,
      route: `${method} ${routeOptions.url}`,
      key,
      fingerprint: atPath(params, bodyPrint),
    };
    const claimed = await idempotency.claim(asked, call.deadline);
    if ('commandId' in claimed) {
      call.claim = claimed;
      return undefined;
    }
    reply.code(claimed.status).headers(claimed.headers).header('idempotency-replayed', 'true');
    const { confidential } = routeOptions.config;
    const kept =
      confidential && claimed.body !== null ? secrets.unseal(claimed.body, asked.accountId) : claimed.body;
    return { body: kept === null ? undefined : Buffer.from(kept) };
  };
  if (routeOptions.config.form) {
    call.claimBody = claimFor;
    return;
  }
  if (key === undefined) return;
  const kept = await claimFor(fingerprintOf(body));
  if (kept) return reply.send(kept.body);
}

/** Before an answer is sent: stores a final one under its Idempotency-Key, else releases the key, unless its fate is open. */
async function keep(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
  { idempotency, secrets, onNotKept }: Parts,
) {
  const { claim: claimed, fate } = request.call ?? {};
  if (!claimed || fate === 'open') return payload;
  const status = reply.statusCode;
  const final = fate === 'final' || (status < 500 && !NOT_FINAL.has(status));
  const headers = Object.fromEntries(
    KEPT_HEADERS.flatMap((name) => (reply.hasHeader(name) ? [[name, String(reply.getHeader(name))]] : [])),
  );
  const plain = typeof payload === 'string' || Buffer.isBuffer(payload) ? payload.toString() : null;
  const { confidential } = request.routeOptions.config;
  const body = confidential && plain !== null ? secrets.seal(plain, claimed.accountId) : plain;
  const { accountId, route, commandId } = claimed;
  await (final ? idempotency.finish(claimed, { status, headers, body }) : idempotency.release(claimed)).catch(
    (error: unknown) => onNotKept(error, { requestId: request.id, accountId, route, commandId }),
  );
  return payload;
}
