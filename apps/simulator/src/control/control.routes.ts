import type { FastifyInstance, FastifyRequest } from 'fastify';
import { timingSafeEqual } from 'node:crypto';
import { accountControl } from './account.control.js';
import { behaviourControl } from './behaviour.control.js';
import { contentControl } from './content.control.js';
import { NotFound } from './control-request.js';
import { logsControl } from './logs.control.js';
import { BadRequest } from './page-request.js';
import { peopleControl } from './people.control.js';
import { statusesControl } from './statuses.control.js';

class Forbidden extends Error {}

const HTTP_STATUS = new Map<unknown, number>([
  [BadRequest, 400],
  [Forbidden, 403],
  [NotFound, 404],
]);

const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;
const LOOPBACK_ADDRESS = /^(?:::ffff:)?127\.|^::1$/;

type Parts = Parameters<typeof logsControl>[1] &
  Parameters<typeof behaviourControl>[1] &
  Parameters<typeof peopleControl>[1] &
  Parameters<typeof statusesControl>[1] &
  Parameters<typeof contentControl>[1] &
  Parameters<typeof accountControl>[1];

/** Routes of `/_control`, which Meta does not have: tests, benchmarks and demos control the simulator here. JSON only. */
export function controlRoutes(
  app: FastifyInstance,
  { controlToken, ...parts }: Parts & { readonly controlToken: string | undefined },
) {
  app.addHook('onRequest', async (request) => guard(request, controlToken));

  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = HTTP_STATUS.get(error.constructor) ?? error.statusCode ?? 500;
    return reply.code(status).send({ error: { message: error.message } });
  });

  app.all('/*', ({ method, originalUrl }) => {
    throw new NotFound(`There is no ${method} ${originalUrl}.`);
  });

  logsControl(app, parts);
  behaviourControl(app, parts);
  peopleControl(app, parts);
  statusesControl(app, parts);
  contentControl(app, parts);
  accountControl(app, parts);
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
