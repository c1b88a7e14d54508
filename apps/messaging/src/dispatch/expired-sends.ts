import type { Logger } from '@wbiz/eventing/logger';
import { Periodic } from '@wbiz/eventing/periodic';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import type { Pool } from 'pg';
import { messages } from '../message/message.aggregate.js';

const LOOK_MS = 400;
const AT_ONCE = 200;

export type ExpiredSendsOptions = {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly logger: Logger;
};

/**
 * Gives sends of campaigns back that Meta was not asked to take in time: none is claimed past that. Every replica looks,
 * whoever holds the phone number, which may be gone: a send that two find goes back once.
 */
export class ExpiredSends {
  readonly work: Periodic;

  constructor(private readonly options: ExpiredSendsOptions) {
    this.work = new Periodic({
      name: 'expired sends: look',
      everyMs: LOOK_MS,
      run: (stopping) => this.look(stopping),
      logger: options.logger,
    });
  }

  private async look(stopping: AbortSignal): Promise<void> {
    const { pool, store, logger } = this.options;
    for (let found = AT_ONCE; found === AT_ONCE && !stopping.aborted;) {
      const { rows } = await pool.query<{ message_id: string; account_id: string }>({
        name: 'dispatch-expired',
        text: `select message_id, account_id from messaging.dispatch
               where expires_at <= now() and state in ('queued', 'deferred') order by expires_at limit ${AT_ONCE}`,
      });
      found = rows.length;
      const at = new Date().toISOString();
      const expired = await Promise.all(
        rows.map(({ message_id: messageId, account_id: accountId }) =>
          store.apply(messages, { accountId, type: 'message.expire', data: { messageId, at } }),
        ),
      );
      const count = expired.filter((one) => one.ok && one.events.length > 0).length;
      if (count > 0) logger.info({ count }, 'expired sends: went back to their campaigns');
    }
  }
}
