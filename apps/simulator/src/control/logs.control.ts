import type { FastifyInstance } from 'fastify';
import type { MessageLog } from '../messages/message-log.js';
import { parsePageRequest } from './page-request.js';
import type { RequestLog } from './request-log.js';

/** Routes of `/_control/messages`, `/_control/duplicates` and `/_control/requests`: what the simulator received. */
export function logsControl(
  app: FastifyInstance,
  { messages, requests }: { messages: MessageLog; requests: RequestLog },
) {
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
}
