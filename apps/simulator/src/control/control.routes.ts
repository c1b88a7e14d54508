import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { statusList, type Behaviour } from './behaviour.js';
import { contentControl } from './content.control.js';
import { bodyOf, NotFound } from './control-request.js';
import { statusItem } from '../messages/delivery-script.js';
import type { FlowStatusChanges } from '../templates/flow.status.js';
import { inboundMessage, secondsOf } from '../messages/inbound.js';
import type { Insights } from '../account/insights.js';
import type { MediaLinks } from '../media/media.routes.js';
import type { MessageLog } from '../messages/message-log.js';
import { TIERS, type MessagingLimit, type Tier } from '../messages/messaging-limit.js';
import type { Pace } from '../messages/pace.js';
import { BadRequest, parsePageRequest } from './page-request.js';
import { contactOf, idsIn, idsOf, type People } from '../messages/people.js';
import type { RequestLog } from './request-log.js';
import { FIRST_WABA_ID } from '../graph/sample-data.js';
import { unixSeconds, type PhoneNumber, type State } from '../graph/state.js';
import type { TemplateReview } from '../templates/template.review.js';
import type { Timeline } from './timeline.js';
import type { WebhookItem, WebhookSender } from '../webhooks/webhook-sender.js';

class Forbidden extends Error {}

const HTTP_STATUS = new Map<unknown, number>([
  [BadRequest, 400],
  [Forbidden, 403],
  [NotFound, 404],
]);

const originOf = ({ headers }: FastifyRequest) => `http://${headers.host}`;

const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;
const LOOPBACK_ADDRESS = /^(?:::ffff:)?127\.|^::1$/;

type Parts = {
  readonly state: State;
  readonly behaviour: Behaviour;
  readonly people: People;
  readonly insights: Insights;
  readonly pace: Pace;
  readonly messagingLimit: MessagingLimit;
  readonly messages: MessageLog;
  readonly requests: RequestLog;
  readonly timeline: Timeline;
  readonly webhooks: WebhookSender;
  readonly review: TemplateReview;
  readonly flowStatus: FlowStatusChanges;
  readonly links: MediaLinks;
  readonly controlToken: string | undefined;
};

/** `/_control`: what Meta does not have, for tests, benchmarks and demos. JSON only. */
export function controlRoutes(app: FastifyInstance, parts: Parts) {
  const { state, behaviour, people, messages, requests, timeline, webhooks, pace, messagingLimit, links } =
    parts;

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
  app.post('/behaviour', (request) => {
    const changes = bodyOf(request);
    tellingOfTheLimit(() => behaviour.set(changes));
    return behaviour.settings;
  });

  app.post('/inbound', (request) => {
    const asked = bodyOf(request);
    const phone = phoneNumber(asked['phoneNumberId']);
    const person = people.acting(phone.wabaId, asked);
    const origin = originOf(request);
    const { wamid, item, isWritten } = inboundMessage(asked, phone, person, { state, links, origin });
    if (isWritten) for (const id of idsOf(person)) state.openWindow(phone.id, id);
    webhooks.send(item);
    return { wamid };
  });

  app.post('/preferences', (request) => {
    const asked = bodyOf(request);
    const { value, detail, timestamp } = asked;
    if (value !== 'stop' && value !== 'resume') throw new BadRequest('value must be stop or resume.');
    const phone = phoneNumber(asked['phoneNumberId']);
    const person = people.acting(phone.wabaId, asked);
    for (const id of idsOf(person)) state.setOptOut(phone.id, id, value === 'stop');
    const preference = {
      ...idsIn(person),
      detail: typeof detail === 'string' ? detail : `User requested to ${value} marketing messages`,
      category: 'marketing_messages',
      value,
      timestamp: secondsOf(timestamp),
    };
    webhooks.send({
      part: 'field',
      wabaId: phone.wabaId,
      field: 'user_preferences',
      value: {
        messaging_product: 'whatsapp',
        metadata: { display_phone_number: phone.digits, phone_number_id: phone.id },
        contacts: [contactOf(person)],
        user_preferences: [preference],
      },
    });
    return preference;
  });

  app.post('/phone-numbers/:id/throughput', (request) => {
    const phone = phoneNumber((request.params as { id: string }).id);
    const { level, maintenanceMs = 0 } = bodyOf(request);
    if (level !== 'STANDARD' && level !== 'HIGH') throw new BadRequest('level must be STANDARD or HIGH.');
    if (typeof maintenanceMs !== 'number' || !(maintenanceMs >= 0 && maintenanceMs <= 60_000))
      throw new BadRequest('maintenanceMs must be a number from 0 to 60000.');
    Object.assign(phone, { throughputLevel: level, maintenanceUntil: Date.now() + maintenanceMs });
    state.changed();
    // Meta tells of upgrades only.
    if (level === 'HIGH') timeline.in(maintenanceMs, () => tellOfQuality(phone, 'THROUGHPUT_UPGRADE'));
    return { id: phone.id, level, maintenanceMs };
  });

  app.post('/statuses', (request) => {
    const { wamid, statuses, errors } = bodyOf(request);
    const wanted = statusList(statuses, 'statuses') as readonly string[];
    if (errors !== undefined && !Array.isArray(errors)) throw new BadRequest('errors must be a list.');
    const row = messages.find(String(wamid));
    if (row === undefined) throw new NotFound(`No message with the wamid "${String(wamid)}" was accepted.`);
    const phone = phoneNumber(row.phoneNumberId);
    const to = people.reached(phone.wabaId, row.waId);
    for (const status of wanted) parts.insights.count(status, row, phone);
    const delivery = { row, phone };
    void webhooks.sendInOrder(
      wanted.map((status) =>
        statusItem(people, to, delivery, status, unixSeconds(), errors as unknown[] | undefined),
      ),
    );
    return { wamid: row.wamid, statuses: wanted };
  });

  contentControl(app, parts);

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
    parts.insights.clear();
    requests.clear();
    pace.clear();
    messagingLimit.clear();
    tellingOfTheLimit(() => behaviour.reset());
    return behaviour.settings;
  });

  /** Changes settings; of another messaging limit the app is told, for each number, also when it is put back. */
  const tellingOfTheLimit = (change: () => void) => {
    const before = TIERS[behaviour.settings.messagingLimit];
    change();
    const now = TIERS[behaviour.settings.messagingLimit];
    if (now === before) return;
    for (const node of state.nodes.values())
      if (node.kind === 'phone') tellOfQuality(node, now > before ? 'UPGRADE' : 'DOWNGRADE');
  };

  const tellOfQuality = (phone: PhoneNumber, event: string) =>
    webhooks.send(qualityUpdate(phone, event, behaviour.settings.messagingLimit));

  const phoneNumber = (id: unknown): PhoneNumber => {
    const phone = id === undefined ? state.of('phone', FIRST_WABA_ID)[0] : state.nodes.get(String(id));
    if (phone?.kind !== 'phone') throw new NotFound(`No phone number has the id ${String(id)}.`);
    return phone;
  };
}

const qualityUpdate = (phone: PhoneNumber, event: string, tier: Tier): WebhookItem => ({
  part: 'field',
  wabaId: phone.wabaId,
  field: 'phone_number_quality_update',
  value: {
    display_phone_number: phone.digits,
    event,
    max_daily_conversations_per_business: tier,
  },
});

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
