import type { Logger } from '@wbiz/eventing/logger';
import { Periodic } from '@wbiz/eventing/periodic';
import type { Pool } from 'pg';

/** How long the feed keeps events. */
export const KEPT_DAYS = 30;
const EVERY_MS = 3_600_000;
const AT_ONCE = 5_000;
const OF_AN_ACCOUNT = 500;

/**
 * Deletes expired events from the start of each account's feed. An expired event that comes after an unexpired one is
 * kept, so that the feed has no gaps: times are not strictly in the order of sequences.
 */
export async function removeExpired(pool: Pool, now: Date): Promise<void> {
  const before = new Date(now.getTime() - KEPT_DAYS * 86_400_000);
  const remove = () =>
    pool.query({
      name: 'feed-expire',
      text: `delete from webhooks.feed f using (
               select h.account_id, o.sequence from webhooks.feed_heads h cross join lateral (
                 select sequence, min(sequence) filter (where created_at >= $1) over () as kept from (
                   select sequence, created_at from webhooks.feed w where w.account_id = h.account_id
                   order by sequence limit ${OF_AN_ACCOUNT}) oldest) o
               where kept is null or o.sequence < kept limit ${AT_ONCE}) old
             where f.account_id = old.account_id and f.sequence = old.sequence`,
      values: [before],
    });
  while (((await remove()).rowCount ?? 0) > 0);
}

/** {@link removeExpired} every hour. */
export const feedRetention = (pool: Pool, logger: Logger, now: () => number = Date.now) =>
  new Periodic({
    name: 'feed: removal of expired events',
    everyMs: EVERY_MS,
    run: () => removeExpired(pool, new Date(now())),
    logger,
  });
