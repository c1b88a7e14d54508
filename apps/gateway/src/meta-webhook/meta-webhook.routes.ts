import type { IncomingMessage } from 'node:http';
import { Rejection } from '@wbiz/eventing/rejection';
import type { KafkaRecord } from '@wbiz/eventing/kafka/batching-producer';
import type { Logger } from '@wbiz/service-kit/logging';
import { problemOf, rejectionOf } from '@wbiz/service-kit/problem-filter';
import { BodyBudget, readBody } from '@wbiz/service-kit/read-body';
import type { Metrics } from '@wbiz/service-kit/telemetry';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sameSecret } from '../admin/same-secret.js';
import { recordsOf, type TopicOf } from './inbound-records.js';
import { isSignature, isSignedBy } from './signature.js';

export type MetaWebhookOptions = {
  readonly appSecret: string;
  readonly verifyToken: string;
  readonly topicOf: TopicOf;
  /** Resolves once all records are durable. */
  readonly produce: (records: readonly KafkaRecord[]) => Promise<void>;
  readonly items: Pick<Metrics['metaItems'], 'inc'>;
  readonly logger: Logger;
  /** How long a webhook waits for Kafka's acknowledgement before the answer is 503, in ms. */
  readonly patienceMs?: number;
  /** Most bytes of bodies not yet acknowledged by Kafka; beyond it Meta gets 503 and sends again. */
  readonly maxHeldBytes?: number;
  /** Most bytes of bodies still arriving, and so not yet checked against their signature. */
  readonly maxUnsignedBytes?: number;
};

// Meta's webhooks overview: bodies of up to 3 MB.
const MAX_BODY = 3 * 1024 * 1024 + 1024;

/**
 * Meta's routes: the verification of the address, and webhooks, which are signed over the raw bytes. Answers 200 once the
 * raw webhook and all its items are on Kafka; 503, so that Meta sends it again, if Kafka does not acknowledge in time. A
 * separate Fastify plugin, since it needs the raw body.
 */
export function metaWebhook(options: MetaWebhookOptions) {
  const { appSecret, verifyToken, logger, items: counted } = options;
  const { maxHeldBytes = 64 * 1024 * 1024, maxUnsignedBytes = 64 * 1024 * 1024 } = options;
  const budget = new BodyBudget(maxUnsignedBytes);
  let heldBytes = 0;

  const receive = async (request: FastifyRequest, reply: FastifyReply) => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    if (!isSignedBy(appSecret, body, request.headers['x-hub-signature-256'])) throw notSigned();
    if (heldBytes + body.length > maxHeldBytes) throw notNow();
    const { traceparent } = request;
    const webhook = { body, receivedAt: new Date().toISOString(), traceparent };
    const { raw, records, dropped } = recordsOf(webhook, options.topicOf);
    for (const [kind, count] of Object.entries(dropped)) if (count) counted.inc({ kind }, count);
    if (dropped.unreadable || dropped.too_large)
      logger.error(
        { ...dropped, kept: records.length, requestId: request.id, wabaId: raw.key },
        'Meta webhook: parts left out as unreadable or too large; storing the rest and the raw webhook on Kafka',
      );
    heldBytes += body.length;
    const produced = options.produce([raw, ...records]).finally(() => (heldBytes -= body.length));
    await acknowledged(produced, options, {
      records: records.length + 1,
      requestId: request.id,
      wabaId: raw.key,
    });
    for (const { headers } of records) counted.inc({ kind: String(headers['ce_type']).replace('meta.', '') });
    return reply.send();
  };

  return async (scope: FastifyInstance): Promise<void> => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_: FastifyRequest, body: IncomingMessage) =>
      readBody(body, { limit: MAX_BODY, budget }),
    );
    scope.addHook('onRequest', async ({ method, headers }) => {
      if (method === 'POST' && !isSignature(headers['x-hub-signature-256'])) throw notSigned();
    });
    scope.setErrorHandler((error, request, reply) => {
      const problem = problemOf(rejectionOf(error), request.id);
      if (problem.status === 500)
        logger.error(
          { err: error, requestId: request.id, method: request.method },
          'Meta webhook: request failed; answering 500, and Meta sends the webhook again',
        );
      if (problem.status === 503) reply.header('retry-after', 1);
      if (!request.raw.complete) reply.header('connection', 'close');
      return reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem));
    });
    const config = { access: 'public' as const };
    scope.get('/api/meta/webhook', { config }, (request, reply) => verify(request, reply, verifyToken));
    scope.post('/api/meta/webhook', { config }, receive);
  };
}

function verify(request: FastifyRequest, reply: FastifyReply, verifyToken: string) {
  const query = request.query as Record<string, unknown>;
  const { 'hub.mode': mode, 'hub.challenge': challenge, 'hub.verify_token': token } = query;
  if (mode !== 'subscribe' || typeof challenge !== 'string' || !/^[\w.-]{1,200}$/.test(challenge))
    throw new Rejection('malformed_request', 'hub.mode must be subscribe, and hub.challenge be given.');
  if (typeof token !== 'string' || !sameSecret(token, verifyToken))
    throw new Rejection('invalid_verify_token', 'hub.verify_token is not META_VERIFY_TOKEN.');
  return reply.type('text/plain').header('x-content-type-options', 'nosniff').send(challenge);
}

/** Throws `unavailable` unless Kafka acknowledges the records in time. */
async function acknowledged(
  produced: Promise<void>,
  { patienceMs = 5_000, logger }: MetaWebhookOptions,
  fields: object,
): Promise<void> {
  // A plain timer: aborting a delay would create an exception with a stack per webhook.
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`no acknowledgement in ${patienceMs} ms`)),
    patienceMs,
  );
  try {
    await Promise.race([produced, late.promise]);
  } catch (err) {
    logger.warn(
      { err, ...fields },
      'Meta webhook: not acknowledged by Kafka; answering 503, so that Meta sends it again',
    );
    produced.catch(() => undefined); // reported above
    throw notNow();
  } finally {
    clearTimeout(timer);
  }
}

const notSigned = () =>
  new Rejection('invalid_signature', 'X-Hub-Signature-256 is not the signature of this body.');
const notNow = () => new Rejection('unavailable', 'The webhook cannot be taken at present; send it again.');
