// A bare Fastify to compare with: parses a JSON body and answers with JSON. Prints the URL that it listens on.
import Fastify from 'fastify';
import { tellUrl } from './jobs.ts';

const app = Fastify();
app.post<{ Body: { to: string } }>('/messages', (request, reply) =>
  reply.code(201).send({ id: 'msg_1', to: request.body.to }),
);
tellUrl(`${await app.listen({ host: '127.0.0.1', port: 0 })}/messages`);
process.on('SIGTERM', () => process.exit(0));
