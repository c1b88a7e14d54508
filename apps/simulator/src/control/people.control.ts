import type { FastifyInstance } from 'fastify';
import type { State } from '../graph/state.js';
import type { MediaLinks } from '../media/media.routes.js';
import { inboundMessage, secondsOf } from '../messages/inbound.js';
import { contactOf, idsIn, idsOf, type People } from '../messages/people.js';
import type { WebhookSender } from '../webhooks/webhook-sender.js';
import { bodyOf, phoneNumber } from './control-request.js';
import { BadRequest } from './page-request.js';

/** Routes of `/_control/inbound` (a person writes) and `/_control/preferences` (a person refuses or allows marketing). */
export function peopleControl(
  app: FastifyInstance,
  {
    state,
    people,
    links,
    webhooks,
  }: { state: State; people: People; links: MediaLinks; webhooks: WebhookSender },
) {
  app.post('/inbound', (request) => {
    const asked = bodyOf(request);
    const phone = phoneNumber(state, asked['phoneNumberId']);
    const person = people.acting(phone.wabaId, asked);
    const origin = `http://${request.headers.host}`;
    const { wamid, item, isWritten } = inboundMessage(asked, phone, person, { state, links, origin });
    if (isWritten) for (const id of idsOf(person)) state.openWindow(phone.id, id);
    webhooks.send(item);
    return { wamid };
  });

  app.post('/preferences', (request) => {
    const asked = bodyOf(request);
    const { value, detail, timestamp } = asked;
    if (value !== 'stop' && value !== 'resume') throw new BadRequest('value must be stop or resume.');
    const phone = phoneNumber(state, asked['phoneNumberId']);
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
}
