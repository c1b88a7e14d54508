import type { FastifyInstance } from 'fastify';
import type { State } from '../graph/state.js';
import { qualityUpdate } from '../webhooks/quality-update.js';
import type { WebhookSender } from '../webhooks/webhook-sender.js';
import type { Behaviour } from './behaviour.js';
import { bodyOf, phoneNumber } from './control-request.js';
import { BadRequest } from './page-request.js';
import type { Scheduler } from './scheduler.js';

/** Routes of `/_control/wabas`, `/_control/phone-numbers` and `/_control/webhook`. */
export function accountControl(
  app: FastifyInstance,
  {
    state,
    behaviour,
    scheduler,
    webhooks,
  }: { state: State; behaviour: Behaviour; scheduler: Scheduler; webhooks: WebhookSender },
) {
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

  app.post('/phone-numbers/:id/throughput', (request) => {
    const phone = phoneNumber(state, (request.params as { id: string }).id);
    const { level, maintenanceMs = 0 } = bodyOf(request);
    if (level !== 'STANDARD' && level !== 'HIGH') throw new BadRequest('level must be STANDARD or HIGH.');
    if (typeof maintenanceMs !== 'number' || !(maintenanceMs >= 0 && maintenanceMs <= 60_000))
      throw new BadRequest('maintenanceMs must be a number from 0 to 60000.');
    Object.assign(phone, { throughputLevel: level, maintenanceUntil: Date.now() + maintenanceMs });
    state.changed();
    // Meta sends a webhook only if the throughput rises.
    if (level === 'HIGH')
      scheduler.in(maintenanceMs, () =>
        webhooks.send(qualityUpdate(phone, 'THROUGHPUT_UPGRADE', behaviour.settings.messagingLimit)),
      );
    return { id: phone.id, level, maintenanceMs };
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
}
