import type { Logger } from '@wbiz/eventing/logger';
import { Periodic } from '@wbiz/eventing/periodic';
import type { Pool } from 'pg';
import { KEPT_HOURS } from './idempotency.js';
import type { KeyUses } from './key-uses.js';

const EVERY_MS = 60_000;
const AT_ONCE = 5_000;

const OLD = [
  `delete from gateway.idempotency where ctid = any(array(select ctid from gateway.idempotency
     where created_at < now() - interval '${KEPT_HOURS} hours' limit ${AT_ONCE}))`,
  `delete from gateway.rate_windows where ctid = any(array(select ctid from gateway.rate_windows
     where started < extract(epoch from now()) - 120 limit ${AT_ONCE}))`,
  `delete from gateway.operator_sessions where ctid = any(array(select ctid from gateway.operator_sessions
     where expires_at < now() limit ${AT_ONCE}))`,
  `delete from gateway.api_keys where ctid = any(array(select ctid from gateway.api_keys
     where of_console and expires_at < now() - interval '1 hour' limit ${AT_ONCE}))`,
  `delete from gateway.api_key_uses where ctid = any(array(select ctid from gateway.api_key_uses
     where not exists (select from gateway.api_keys where id = key_id) limit ${AT_ONCE}))`,
];

/**
 * Deletes idempotency records after 24 hours, ended rate windows and sessions, expired console keys and the uses of
 * deleted keys.
 */
export async function removeOld(pool: Pool): Promise<void> {
  for (const statement of OLD) while ((await pool.query(statement)).rowCount === AT_ONCE);
}

/** Writes the key uses, then runs {@link removeOld}, every minute. */
export const housekeeping = (pool: Pool, uses: KeyUses, logger: Logger) =>
  new Periodic({
    name: 'housekeeping: writing the uses of keys or removing old records',
    everyMs: EVERY_MS,
    run: async () => {
      await uses.write();
      await removeOld(pool);
    },
    logger,
  });
