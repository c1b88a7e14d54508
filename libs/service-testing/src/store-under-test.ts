import { newId } from '@wbiz/contracts/ids';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import type { InlineProjection } from '@wbiz/eventing/postgres/inline-projection';
import { serviceDatabase } from '@wbiz/testing/stack';
import type { PoolConfig } from 'pg';

type Tables = {
  readonly schema: string;
  readonly migrations: Parameters<typeof serviceDatabase>[1];
  /** The service's inline projections, as in its module. */
  readonly inline: readonly InlineProjection[];
};

/**
 * A service's event store on its own database, without transports. `newStore` makes another store on the same tables,
 * as a second replica would; `settings` are the pool's.
 */
export async function storeUnderTest({ schema, migrations, inline }: Tables, settings?: PoolConfig) {
  const database = await serviceDatabase(schema, migrations, settings);
  const { pool } = database;
  const newStore = () => new EventStore({ pool, schema, newEventId: () => newId('evt'), inline });
  return { ...database, schema, store: newStore(), newStore };
}
export type StoreUnderTest = Awaited<ReturnType<typeof storeUnderTest>>;
