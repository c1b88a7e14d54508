import type { FastifyRequest } from 'fastify';
import { object } from './behaviour.js';
import { BadRequest } from './page-request.js';

export class NotFound extends Error {}

/** The JSON object of a call to `/_control`. */
export function bodyOf({ body, headers }: FastifyRequest): Record<string, unknown> {
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
