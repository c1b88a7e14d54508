import { randomBytes } from 'node:crypto';
import { serviceDatabase } from '@wbiz/testing/stack';
import type { Pool, PoolClient } from 'pg';
import type { LogEvent } from '../message.js';
import type { EventRecord } from './event-record.js';
import { eventingTables, recoveryTables, sourceEpochs } from './schema.js';

export const SCHEMA = 'messaging';

/** A database with the eventing tables in it. */
export async function freshSchema() {
  const { url, pool, close } = await serviceDatabase(SCHEMA, [], { max: 24 });
  await pool.query(eventingTables(SCHEMA) + recoveryTables(SCHEMA) + sourceEpochs(SCHEMA));
  return { url, pool, drop: close };
}

/** Appends an event as a service does, without a decider. Throws if the version is already stored. */
export async function append(
  db: Pool | PoolClient,
  event: { accountId: string; stream: string; version: number; type?: string; data?: unknown },
): Promise<void> {
  await db.query(
    `with appended as (
       insert into ${SCHEMA}.events (id, account_id, stream, version, type, data)
       values ($1, $2, $3, $4, $5, $6) returning position)
     insert into ${SCHEMA}.pending (position) select position from appended`,
    [
      `evt_${randomBytes(10).toString('hex')}`,
      event.accountId,
      event.stream,
      event.version,
      event.type ?? 'message.sent',
      JSON.stringify(event.data ?? { version: event.version }),
    ],
  );
}

/** Appends `count` events to a stream, with versions from 1. */
export async function appendStream(db: Pool, stream: string, count: number, accountId = 'acc_1') {
  for (let version = 1; version <= count; version += 1) await append(db, { accountId, stream, version });
}

/** Reads a record as a consumer of the log does. */
export function logEvent({ headers, value }: Pick<EventRecord, 'headers' | 'value'>): LogEvent {
  return {
    id: headers['ce_id']!,
    source: headers['ce_source']!,
    type: headers['ce_type']!,
    time: headers['ce_time']!,
    subject: headers['ce_subject']!,
    accountId: headers['account']!,
    sequence: Number(headers['ce_sequence']),
    previous: Number(headers['ce_previous']),
    epoch: Number(headers['ce_epoch']),
    data: JSON.parse(value),
  };
}
