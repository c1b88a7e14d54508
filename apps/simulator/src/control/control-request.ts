import type { FastifyRequest } from 'fastify';
import type { PhoneNumber } from '../graph/nodes.js';
import { FIRST_WABA_ID } from '../graph/sample-data.js';
import type { State } from '../graph/state.js';
import { object } from './behaviour.js';
import { BadRequest } from './page-request.js';

export class NotFound extends Error {}

/** The JSON object in the body of a `/_control` call. */
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

/** The phone number with this id; without an id, the first phone number of the default WABA. */
export function phoneNumber(state: State, id: unknown): PhoneNumber {
  const phone = id === undefined ? state.of('phone', FIRST_WABA_ID)[0] : state.nodes.get(String(id));
  if (phone?.kind !== 'phone') throw new NotFound(`No phone number has the id ${String(id)}.`);
  return phone;
}
