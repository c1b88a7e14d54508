import type { OnCompared } from '@wbiz/eventing/postgres/relay';

/** In SQL: whether this Postgres, as it was started, was compared with the log. */
export const WAS_COMPARED =
  '(select compared_with from messaging.dispatch_guard) = pg_postmaster_start_time()';

/**
 * A database that was restored, or that a standby took over, may hold sends as queued that went out since. Nothing is
 * dispatched until it was compared with the log; if commits are lost, attempts of all that are queued count as begun, by
 * nobody who is left, and so their outcomes are unknown: statuses of Meta's settle them, or the account's policy does.
 */
export const afterRestore: OnCompared = {
  lost: (session) =>
    session.query(
      `update messaging.dispatch set state = 'started', attempt = attempt + 1, fence = 0, started_at = now()
       where state in ('queued', 'deferred')`,
    ),
  done: (session) =>
    session.query('update messaging.dispatch_guard set compared_with = pg_postmaster_start_time()'),
};
