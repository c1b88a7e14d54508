import { CloudApiError } from '@wbiz/cloud-api/graph-error';
import { fateOf } from '@wbiz/cloud-api/graph-error-fates';
import { DueWork } from '@wbiz/eventing/due-work';
import type { Logger } from '@wbiz/eventing/logger';
import type { Reply } from '@wbiz/eventing/message';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import { retryDelay } from '@wbiz/eventing/retry-delay';
import type { ReplyPublisher } from '@wbiz/eventing/rpc/reply-publisher';
import type { Pool } from 'pg';
import { messages, viewOf } from '../message/message.aggregate.js';
import { handedMessage } from '../message/whole-message.js';
import type { Awaiting } from '../message/message.state.js';
import { metaError } from '../message/meta-error.js';

const LOOK_MS = 1_000;
const AT_ONCE = 50;
const MAX_ATTEMPTS = 5;
const RETRY_MS = { first: 1_000, longest: 8_000 };
/** Duration of a claim. After a crash another replica then sends the receipt again, which is harmless. */
const CLAIM_SECONDS = 60;

const NEVER_TOLD = {
  code: 'upstream_error',
  message: 'Meta could not be told that the message was read.',
};

/** A read receipt to send to Meta for an inbound message. */
export type Read = {
  readonly messageId: string;
  readonly accountId: string;
  readonly phoneNumberId: string;
  readonly wamid: string;
  readonly typing: boolean;
  readonly attempt: number;
  readonly awaiting: Awaiting | null;
  /** Identifies the claim: it changes when the row is claimed or requested again. */
  readonly claim: string;
};

export type ReadReceiptsOptions = {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly markRead: (read: Read) => Promise<void>;
  readonly replies: Pick<ReplyPublisher, 'reply'>;
  readonly logger: Logger;
};

/**
 * Sends read receipts to Meta, and replies to the commands whose senders wait. A receipt may be sent twice without
 * harm, so an unclear outcome is retried.
 */
export class ReadReceipts {
  readonly work: DueWork<Read>;

  constructor(private readonly options: ReadReceiptsOptions) {
    const { pool, logger } = options;
    this.work = new DueWork({
      name: 'read receipt',
      lookEveryMs: LOOK_MS,
      atOnce: AT_ONCE,
      claim: async (room) => {
        const { rows } = await pool.query<Read>({
          name: 'reads-claim',
          text: `update messaging.reads set attempt = attempt + 1, not_before = clock_timestamp() + $2 * interval '1 second'
                 where message_id in (select message_id from messaging.reads where not_before <= now()
                   order by not_before limit $1 for update skip locked)
                 returning message_id as "messageId", account_id as "accountId", phone_number_id as "phoneNumberId",
                   wamid, typing, attempt, awaiting, not_before::text as claim`,
          values: [room, CLAIM_SECONDS],
        });
        return rows;
      },
      work: (read) => this.tell(read),
      failed: (read, error) => this.postpone(read, error),
      fields: ({ messageId, accountId, attempt }) => ({ messageId, accountId, attempt }),
      logger,
    });
  }

  private async tell(read: Read): Promise<void> {
    const { messageId } = read;
    await this.options.markRead(read);
    const noted = await this.options.store.apply(messages, {
      accountId: read.accountId,
      type: 'message.note-read',
      data: { messageId, at: new Date().toISOString() },
    });
    await this.end(read, noted.ok ? { ok: true, data: viewOf(handedMessage(noted.state!)) } : noted);
  }

  private async postpone(read: Read, error: unknown): Promise<number | null> {
    const { messageId, attempt, claim } = read;
    const refusal = error instanceof CloudApiError ? error.error : undefined;
    const fate = refusal && fateOf(refusal);
    if (attempt >= Math.min(fate?.attempts ?? MAX_ATTEMPTS, MAX_ATTEMPTS)) {
      const { code, message, ...details } = refusal ? metaError(fate!.answer, refusal) : NEVER_TOLD;
      await this.end(read, { ok: false, error: { code, message, details: { messageId, ...details } } });
      return null;
    }
    const retryMs = retryDelay(attempt, RETRY_MS.first, RETRY_MS.longest);
    await this.options.pool.query(
      `update messaging.reads set not_before = now() + $3 * interval '1 millisecond' where message_id = $1 and not_before = $2::timestamptz`,
      [messageId, claim, retryMs],
    );
    return retryMs;
  }

  /** Deletes the row unless the receipt was requested again meanwhile, and replies to the sender if it waits. */
  private async end({ messageId, claim, awaiting }: Read, reply: Reply): Promise<void> {
    await this.options.pool.query(
      'delete from messaging.reads where message_id = $1 and not_before = $2::timestamptz',
      [messageId, claim],
    );
    if (awaiting)
      this.options.replies.reply(awaiting.address, {
        commandId: awaiting.commandId,
        stage: 'settled',
        reply,
      });
  }
}
