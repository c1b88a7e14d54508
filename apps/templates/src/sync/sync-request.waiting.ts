import type { Reply } from '@wbiz/eventing/message';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import type { ReplyPublisher } from '@wbiz/eventing/rpc/reply-publisher';
import type { Pool, PoolClient } from 'pg';
import { syncRequests, type SyncRequestState } from './sync-request.decider.js';

type Request = NonNullable<SyncRequestState>;

/** Sync requests without a reply: lists them, stores their replies, and sends the replies to the clients that wait. */
export class WaitingRequests {
  constructor(
    private readonly pool: Pool,
    private readonly store: EventStore,
    private readonly replies: Pick<ReplyPublisher, 'reply'>,
  ) {}

  async of(accountId: string): Promise<readonly Request[]> {
    const { rows } = await this.pool.query<{ state: Request }>(
      `select state from templates.sync_requests where account_id = $1 and state->'reply' = 'null'`,
      [accountId],
    );
    return rows.map(({ state }) => state);
  }

  /** Stores `reply` for the requests. After the commit, {@link tell} sends the reply. */
  async settleIn(
    tx: PoolClient,
    accountId: string,
    requests: readonly Request[],
    reply: Reply,
  ): Promise<void> {
    await this.store.applyIn(
      tx,
      syncRequests,
      requests.map(({ requestId }) => ({
        accountId,
        type: 'template.settle-sync' as const,
        data: { requestId, reply },
      })),
    );
  }

  tell(requests: readonly Request[], reply: Reply): void {
    for (const { requestId, replyTo } of requests)
      if (replyTo) this.replies.reply(replyTo, { commandId: requestId, stage: 'settled', reply });
  }
}
