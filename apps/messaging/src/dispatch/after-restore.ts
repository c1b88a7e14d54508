import type { OnCompared } from '@wbiz/eventing/postgres/relay';

/** SQL: whether the database has been compared with the event log since Postgres started. */
export const WAS_COMPARED =
  '(select compared_with from messaging.dispatch_guard) = pg_postmaster_start_time()';

/**
 * A restored or failed-over database may hold sends as queued that have already gone out. No send starts until the
 * database has been compared with the event log. If it has lost commits, every queued send is marked as started with
 * fence 0, so that its outcome becomes unknown; a status from Meta or the account's policy then settles the send.
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
