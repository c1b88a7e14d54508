import type { Logger } from '@wbiz/eventing/logger';
import type { Pool } from 'pg';
import type { Attempts } from './attempts.js';
import { OPENING_LOCK } from './dispatch.projection.js';
import type { Lane } from './lane.js';

/**
 * Settles as unknown every started send of the phone number that this process is not sending: a lost holder's, or one
 * whose claim by this process was committed although the answer to the commit was lost. The two locks wait until such a
 * commit has ended. No send starts on acceptance meanwhile.
 */
export async function recoverStarted(
  lane: Lane,
  attempts: Attempts,
  { pool, logger }: { readonly pool: Pool; readonly logger: Logger },
): Promise<void> {
  const { inFlight, lease } = lane;
  const { phoneNumberId, fence } = lease;
  await pool.query('select from messaging.dispatch_leases where phone_number_id = $1 for update', [
    phoneNumberId,
  ]);
  await pool.query(`select pg_advisory_xact_lock(${OPENING_LOCK('$1')})`, [phoneNumberId]);
  const { rows } = await pool.query<{ message_id: string; account_id: string; attempt: number }>(
    `select message_id, account_id, attempt from messaging.dispatch
     where phone_number_id = $1 and state = 'started' and fence <= $2 and conversation_id <> all($3)`,
    [phoneNumberId, String(fence), [...inFlight]],
  );
  if (rows.length > 0)
    logger.warn(
      { phoneNumberId, accountId: lease.accountId, count: rows.length },
      "dispatcher: found started attempts that no process is sending any more; their outcome is unknown until a status from Meta or the account's policy settles it",
    );
  await Promise.all(
    rows.map(({ message_id, account_id, attempt }) =>
      attempts.settle({ id: message_id, accountId: account_id }, attempt, {
        kind: 'unknown',
        reason: 'the dispatcher was lost',
      }),
    ),
  );
}
