import type { Logger } from '@wbiz/eventing/logger';
import { Periodic } from '@wbiz/eventing/periodic';
import type { Pool } from 'pg';
import { KEPT_HOURS } from './idempotency.js';

const EVERY_MS = 60_000;
const AT_ONCE = 5_000;

const OLD = [
  `delete from gateway.idempotency where ctid = any(array(select ctid from gateway.idempotency
     where created_at < now() - interval '${KEPT_HOURS} hours' limit ${AT_ONCE}))`,
  `delete from gateway.rate_windows where ctid = any(array(select ctid from gateway.rate_windows
     where started < extract(epoch from now()) - 120 limit ${AT_ONCE}))`,
];

/** Removes idempotency records after their 24 hours, and rate windows that are over. */
export async function removeOld(pool: Pool): Promise<void> {
  for (const statement of OLD) while ((await pool.query(statement)).rowCount === AT_ONCE);
}

/** {@link removeOld} every minute. */
export const housekeeping = (pool: Pool, logger: Logger) =>
  new Periodic({
    name: 'housekeeping: removal of old records',
    everyMs: EVERY_MS,
    run: () => removeOld(pool),
    logger,
  });
