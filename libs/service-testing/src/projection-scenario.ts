import { expect } from '@jest/globals';
import { EVENTS } from '@wbiz/contracts/event-catalogue';
import { newId } from '@wbiz/contracts/ids';
import type { Projection } from '@wbiz/eventing/postgres/projection';
import { Projector } from '@wbiz/eventing/postgres/projector';
import type { Pool } from 'pg';
import { numbering, type PublicEvent } from './public-event.js';
import { quiet } from './quiet.js';

/**
 * Tests of a projection of the shared log as sentences:
 * `await given(created('Ana')).when(renamed('Anna')).then(() => namesOf('acc_1'), ['Anna'])`.
 * The rows are those of the suite's database, so rows of earlier sentences are still there.
 */
export function projectionScenario(
  projection: Projection,
  { pool, schema }: { readonly pool: Pool; readonly schema: string },
) {
  // Prints errors: the projector parks an event that cannot be applied and reports the error nowhere else.
  const logger = { ...quiet, error: (fields: object, message: string) => console.error(message, fields) };
  const projector = new Projector({ pool, schema, projection, logger });
  const number = numbering(1);
  const tell = (events: readonly PublicEvent[]) =>
    projector.handle(
      0,
      events.map(({ type, accountId, data }) => {
        const { source } = EVENTS[type];
        const { sequence, previous } = number(source, accountId);
        const time = new Date().toISOString();
        const numbers = { epoch: 1, sequence, previous };
        return { type, data, id: newId('evt'), source, accountId, subject: accountId, time, ...numbers };
      }),
    );

  return {
    projector,
    given: (...past: readonly PublicEvent[]) => ({
      when: (...events: readonly [PublicEvent, ...PublicEvent[]]) => ({
        then: async <Found>(read: () => Promise<Found>, found: unknown): Promise<Found> => {
          await tell(past);
          await tell(events);
          const there = await read();
          expect(there).toEqual(found);
          return there;
        },
      }),
    }),
  };
}
