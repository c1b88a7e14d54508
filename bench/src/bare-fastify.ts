// Baseline of a JSON API: parses the body and answers with JSON. Prints its address.
import Fastify from 'fastify';
import { tellUrl } from './jobs.ts';

const app = Fastify();
app.post<{ Body: { to: string } }>('/messages', (request, reply) =>
  reply.code(201).send({ id: 'msg_1', to: request.body.to }),
);
tellUrl(`${await app.listen({ host: '127.0.0.1', port: 0 })}/messages`);
process.on('SIGTERM', () => process.exit(0));
