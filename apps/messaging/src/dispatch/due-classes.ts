import type { Pool } from 'pg';
import type { Lane } from './lane.js';
import { CLASSES, type Class } from './send-class.js';

/**
 * A class of the phone number `id` that has queued or deferred sends; `due`: some may be claimed now. A null class: a
 * former holder left started sends.
 */
type DueClass = { readonly id: string; readonly class: Class | null; readonly due: boolean };

/** Reads which classes of the lanes' phone numbers have sends in the queue. */
export const dueClasses = (pool: Pool, lanes: ReadonlyMap<string, Lane>) =>
  pool.query<DueClass>({
    name: 'dispatch-due',
    text: `select n.id, c.class, q.due from unnest($1::text[]) as n(id) cross join unnest($2::smallint[]) as c(class)
           cross join lateral (
             select true as due where exists (select from messaging.dispatch d
               where d.phone_number_id = n.id and d.class = c.class and d.state = 'queued')
             union all
             select bool_or(d.not_before <= now()) from messaging.dispatch d
             where d.phone_number_id = n.id and d.class = c.class and d.state = 'deferred') q
           where q.due is not null
           union all
           select n.id, null, true from unnest($1::text[], $3::bigint[]) as n(id, fence)
           where exists (select from messaging.dispatch d
             where d.phone_number_id = n.id and d.state = 'started' and d.fence < n.fence)`,
    values: [[...lanes.keys()], CLASSES, [...lanes.values()].map(({ lease }) => String(lease.fence))],
  });
