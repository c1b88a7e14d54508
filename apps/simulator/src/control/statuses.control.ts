import type { FastifyInstance } from 'fastify';
import type { Insights } from '../account/insights.js';
import type { State } from '../graph/state.js';
import { statusItem } from '../messages/status-schedule.js';
import type { MessageLog } from '../messages/message-log.js';
import type { People } from '../messages/people.js';
import type { WebhookSender } from '../webhooks/webhook-sender.js';
import { statusList } from './behaviour.js';
import { bodyOf, NotFound, phoneNumber } from './control-request.js';
import { BadRequest } from './page-request.js';

/** Route of `/_control/statuses`: sends the webhooks of the given statuses of a message without delay. */
export function statusesControl(
  app: FastifyInstance,
  {
    state,
    people,
    insights,
    messages,
    webhooks,
  }: { state: State; people: People; insights: Insights; messages: MessageLog; webhooks: WebhookSender },
) {
  app.post('/statuses', (request) => {
    const { wamid, statuses, errors } = bodyOf(request);
    const wanted = statusList(statuses, 'statuses') as readonly string[];
    if (errors !== undefined && !Array.isArray(errors)) throw new BadRequest('errors must be a list.');
    const row = messages.find(String(wamid));
    if (row === undefined) throw new NotFound(`No message with the wamid "${String(wamid)}" was accepted.`);
    const phone = phoneNumber(state, row.phoneNumberId);
    const to = people.reached(phone.wabaId, row.waId);
    for (const status of wanted) insights.count(status, row, phone);
    void webhooks.sendInOrder(
      wanted.map((status) =>
        statusItem(people, { row, phone, to, status, errors: errors as unknown[] | undefined }),
      ),
    );
    return { wamid: row.wamid, statuses: wanted };
  });
}
