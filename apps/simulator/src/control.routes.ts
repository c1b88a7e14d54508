import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { object, statusList, type Behaviour } from './behaviour.js';
import { statusItem } from './delivery-script.js';
import { digitsOf, type MessageLog } from './message-log.js';
import type { Pace } from './pace.js';
import { BadRequest, parsePageRequest } from './page-request.js';
import type { RequestLog } from './request-log.js';
import { FIRST_WABA_ID } from './sample-data.js';
import { unixSeconds, type PhoneNumber, type State } from './state.js';
import { DECISIONS, type Decision, type TemplateReview } from './template.review.js';
import { templateNode } from './templates.routes.js';
import type { Timeline } from './timeline.js';
import { incomingWamid } from './wamid.js';
import type { WebhookSender } from './webhook-sender.js';

class NotFound extends Error {}
class Forbidden extends Error {}

const HTTP_STATUS = new Map<unknown, number>([
  [BadRequest, 400],
  [Forbidden, 403],
  [NotFound, 404],
]);

const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;
const LOOPBACK_ADDRESS = /^(?:::ffff:)?127\.|^::1$/;

type Parts = {
  readonly state: State;
  readonly behaviour: Behaviour;
  readonly pace: Pace;
  readonly messages: MessageLog;
  readonly requests: RequestLog;
  readonly timeline: Timeline;
  readonly webhooks: WebhookSender;
  readonly review: TemplateReview;
  readonly controlToken: string | undefined;
};

/** `/_control`: what Meta does not have, for tests, benchmarks and demos. JSON only. */
export function controlRoutes(app: FastifyInstance, parts: Parts) {
  const { state, behaviour, messages, requests, timeline, webhooks, review, pace } = parts;

  app.addHook('onRequest', async (request) => guard(request, parts.controlToken));

  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = HTTP_STATUS.get(error.constructor) ?? error.statusCode ?? 500;
    return reply.code(status).send({ error: { message: error.message } });
  });

  app.all('/*', ({ method, originalUrl }) => {
    throw new NotFound(`There is no ${method} ${originalUrl}.`);
  });

  app.get('/messages', ({ query }) => {
    const asked = query as Record<string, string | undefined>;
    return messages.page(parsePageRequest(asked), asked['to']);
  });

  app.get('/duplicates', () => {
    const data = messages.duplicates();
    return { data, total: data.length };
  });

  app.get('/requests', ({ query }) => {
    const asked = query as Record<string, string | undefined>;
    return requests.page(parsePageRequest(asked), asked['status']);
  });

  app.get('/behaviour', () => behaviour.settings);
  app.post('/behaviour', (request) => behaviour.set(bodyOf(request)));

  app.post('/inbound', (request) => {
    const { from, phoneNumberId, message, name, timestamp } = bodyOf(request);
    const waId = digitsOf(String(from ?? ''));
    if (!/^\d{5,15}$/.test(waId)) throw new BadRequest('from must be a phone number in international form.');
    const { type, ...content } = object(message, 'message');
    if (typeof type !== 'string') throw new BadRequest("message.type must be one of Meta's message types.");
    const phone = phoneNumber(phoneNumberId);
    const wamid = incomingWamid(waId);
    state.openWindow(phone.id, waId);
    webhooks.send({
      part: 'messages',
      phone,
      contact: { profile: { name: typeof name === 'string' ? name : 'Simulated person' }, wa_id: waId },
      item: { from: waId, id: wamid, timestamp: String(secondsOf(timestamp)), type, ...content },
    });
    return { wamid };
  });

  app.post('/statuses', (request) => {
    const { wamid, statuses, errors } = bodyOf(request);
    const wanted = statusList(statuses, 'statuses') as readonly string[];
    if (errors !== undefined && !Array.isArray(errors)) throw new BadRequest('errors must be a list.');
    const row = messages.find(String(wamid));
    if (row === undefined) throw new NotFound(`No message with the wamid "${String(wamid)}" was accepted.`);
    const phone = phoneNumber(row.phoneNumberId);
    const delivery = { row, phone, category: 'service' };
    void webhooks.sendInOrder(
      wanted.map((status) => statusItem(delivery, status, unixSeconds(), errors as unknown[] | undefined)),
    );
    return { wamid: row.wamid, statuses: wanted };
  });

  app.post('/templates/:metaId/review', (request) => {
    const { metaId } = request.params as { metaId: string };
    const { decision, reason } = bodyOf(request);
    if (!DECISIONS.includes(decision as Decision))
      throw new BadRequest(`decision must be one of ${DECISIONS.join(', ')}.`);
    if (reason !== undefined && typeof reason !== 'string') throw new BadRequest('reason must be text.');
    const template = state.nodes.get(metaId);
    if (template?.kind !== 'template') throw new NotFound(`No template has the id ${metaId}.`);
    review.decide(template, decision as Decision, reason);
    return templateNode(template, 'id,name,language,status,category,rejected_reason');
  });

  app.post('/wabas', (request) => {
    const { id, phoneNumbers = 1, token } = bodyOf(request);
    if (id !== undefined && !/^\d{5,20}$/.test(String(id)))
      throw new BadRequest('id must be 5 to 20 digits.');
    if (id !== undefined && state.nodes.has(String(id)))
      throw new BadRequest(`The id ${String(id)} is taken.`);
    if (
      typeof phoneNumbers !== 'number' ||
      !Number.isInteger(phoneNumbers) ||
      phoneNumbers < 0 ||
      phoneNumbers > 1000
    )
      throw new BadRequest('phoneNumbers must be a whole number from 0 to 1000.');
    if (typeof token !== 'string' || !/^[\x21-\x7e]{1,512}$/.test(token))
      throw new BadRequest('token must be 1 to 512 printable characters.');
    const waba = state.addWaba(id === undefined ? undefined : String(id), phoneNumbers, token);
    return {
      id: waba.id,
      token,
      phoneNumbers: waba.phones.map(({ id: phoneId, display, verifiedName }) => ({
        id: phoneId,
        displayPhoneNumber: display,
        verifiedName,
      })),
    };
  });

  const webhookView = () => ({
    url: state.webhook?.url ?? null,
    verifyToken: state.webhook?.verifyToken ?? null,
    verified: webhooks.verified,
  });

  app.get('/webhook', webhookView);
  app.post('/webhook', (request) => {
    const { url, secret, verifyToken } = bodyOf(request);
    if (typeof url !== 'string' || !/^https?:\/\//.test(url) || !URL.canParse(url))
      throw new BadRequest('url must be an http or https URL.');
    if (typeof secret !== 'string' || secret === '') throw new BadRequest('secret must be the app secret.');
    if (typeof verifyToken !== 'string') throw new BadRequest('verifyToken must be text.');
    webhooks.setTarget({ url, secret, verifyToken });
    return webhookView();
  });

  app.post('/reset', () => {
    timeline.clear();
    webhooks.clear();
    messages.clear();
    requests.clear();
    pace.clear();
    behaviour.reset();
    return behaviour.settings;
  });

  const phoneNumber = (id: unknown): PhoneNumber => {
    const phone = id === undefined ? state.of('phone', FIRST_WABA_ID)[0] : state.nodes.get(String(id));
    if (phone?.kind !== 'phone') throw new NotFound(`No phone number has the id ${String(id)}.`);
    return phone;
  };
}

function guard({ headers, socket }: FastifyRequest, controlToken: string | undefined) {
  if (controlToken === undefined) {
    if (!LOOPBACK_HOST.test(headers.host ?? '') || !LOOPBACK_ADDRESS.test(socket.remoteAddress ?? ''))
      throw new Forbidden('Without a control token, /_control answers callers on this machine only.');
    return;
  }
  const given = Buffer.from(headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${controlToken}`);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
    throw Object.assign(new Error('The control token is missing or wrong.'), { statusCode: 401 });
}

function bodyOf({ body, headers }: FastifyRequest): Record<string, unknown> {
  if (!/^application\/json\b/i.test(headers['content-type'] ?? ''))
    throw Object.assign(new Error('The body must be JSON (content-type application/json).'), {
      statusCode: 415,
    });
  let value: unknown;
  try {
    value = JSON.parse(String(body));
  } catch (error) {
    throw new BadRequest(`The body is not JSON: ${(error as Error).message}`);
  }
  return object(value, 'the body');
}

/** Unix seconds, from seconds, their text, or an ISO 8601 time; now when absent. */
function secondsOf(value: unknown): number {
  if (value === undefined) return unixSeconds();
  const seconds = Number(value);
  const result = Number.isFinite(seconds) ? seconds : Date.parse(String(value)) / 1000;
  if (!Number.isFinite(result)) throw new BadRequest('timestamp must be unix seconds or an ISO 8601 time.');
  return Math.floor(result);
}
