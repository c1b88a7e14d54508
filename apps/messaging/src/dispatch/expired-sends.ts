import type { Logger } from '@wbiz/eventing/logger';
import { Periodic } from '@wbiz/eventing/periodic';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import type { Pool } from 'pg';
import { messages } from '../message/message.aggregate.js';

/**
 * Interval of searches, in ms: doubles from `first` to `longest` while no queued send can expire. A send lives at least
 * 10 s, so a search sees it before it expires.
 */
const LOOK_MS = { first: 400, longest: 5_000 };
const AT_ONCE = 200;

export type ExpiredSendsOptions = {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly logger: Logger;
};

/**
 * Returns expired sends to their campaigns; no send is claimed after its `expiresAt`. Every replica searches all phone
 * numbers, since the holder of a number's lease may be gone. A send that two replicas find is returned once.
 */
export class ExpiredSends {
  readonly work: Periodic;

  constructor(private readonly options: ExpiredSendsOptions) {
    this.work = new Periodic({
      name: 'expired sends: search',
      everyMs: LOOK_MS.first,
      restMs: LOOK_MS.longest,
      run: (stopping) => this.look(stopping),
      logger: options.logger,
    });
  }

  /** Resolves to whether any queued send can expire. */
  private async look(stopping: AbortSignal): Promise<boolean> {
    const { pool, store, logger } = this.options;
    while (!stopping.aborted) {
      const { rows } = await pool.query<{ message_id: string; account_id: string; due: boolean }>({
        name: 'dispatch-expired',
        text: `select message_id, account_id, expires_at <= now() as due from messaging.dispatch
               where expires_at is not null and state in ('queued', 'deferred') order by expires_at limit ${AT_ONCE}`,
      });
      const due = rows.filter((row) => row.due);
      const at = new Date().toISOString();
      const expired = await Promise.all(
        due.map(({ message_id: messageId, account_id: accountId }) =>
          store.apply(messages, { accountId, type: 'message.expire', data: { messageId, at } }),
        ),
      );
      const count = expired.filter((one) => one.ok && one.events.length > 0).length;
      if (count > 0)
        logger.info(
          { count },
          'expired sends: sends expired before Meta accepted them; returned to their campaigns',
        );
      if (due.length < AT_ONCE) return rows.length > 0;
    }
    return true;
  }
}
