import type { EventPayloads } from '@wbiz/contracts/event-catalogue';
import { projectionsOf, type Logged } from '@wbiz/eventing/postgres/projection';

/** An event of the shared log. */
export type LoggedEvent<Type extends keyof EventPayloads> = Logged<EventPayloads, Type>;

/** Functions that make projections of the shared log, typed by the catalogue of events. */
export const { projection, batchProjection } = projectionsOf<EventPayloads>();
