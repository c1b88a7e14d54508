import { CloudApiError } from '@wbiz/cloud-api/graph-error';
import { fateOf } from '@wbiz/cloud-api/graph-error-codes';
import type { Logger } from '@wbiz/eventing/logger';
import type { Reply } from '@wbiz/eventing/message';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import type { ReplyPublisher } from '@wbiz/eventing/rpc/reply-publisher';
import type { Pool } from 'pg';
import { BackgroundWork } from '../background-work.js';
import { messages, viewOf } from '../message/message.aggregate.js';
import type { Awaiting } from '../message/message.decider.js';
import { metaError } from '../message/meta-error.js';

const AT_ONCE = 50;
const MAX_ATTEMPTS = 5;
/** One that is being told is nobody else's for so long; after a crash another replica tells Meta again, which is harmless. */
const CLAIM_SECONDS = 60;

const NEVER_TOLD = {
  code: 'upstream_error',
  message: 'Meta could not be told that the message was read.',
};

/** An inbound message that Meta is to be told was read. */
export type Read = {
  readonly messageId: string;
  readonly accountId: string;
  readonly phoneNumberId: string;
  readonly wamid: string;
  readonly typing: boolean;
  readonly attempt: number;
  readonly awaiting: Awaiting | null;
  /** Changes when the row is claimed, or asked for, anew. */
  readonly claim: string;
};

export type ReadReceiptsOptions = {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly markRead: (read: Read) => Promise<void>;
  readonly replies: Pick<ReplyPublisher, 'reply'>;
  readonly logger: Logger;
};

/** Tells Meta what was read, and whoever waits what Meta said. Telling it twice does no harm, so what is unclear is told again. */
export class ReadReceipts {
  private readonly work: BackgroundWork<Read>;

  constructor(private readonly options: ReadReceiptsOptions) {
    const { pool, logger } = options;
    this.work = new BackgroundWork({
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
      failed: (err, read) =>
        logger.warn({ err, messageId: read?.messageId }, 'that a message was read is told later'),
    });
  }

  start(): void {
    this.work.start();
  }

  /** Something may be due. */
  wake(): void {
    this.work.wake();
  }

  stop(): Promise<void> {
    return this.work.stop();
  }

  private async tell(read: Read): Promise<void> {
    const { logger, markRead } = this.options;
    const { messageId, attempt, claim } = read;
    try {
      await markRead(read);
    } catch (error) {
      const refusal = error instanceof CloudApiError ? error.error : undefined;
      const fate = refusal && fateOf(refusal);
      if (attempt >= Math.min(fate?.attempts ?? MAX_ATTEMPTS, MAX_ATTEMPTS)) {
        logger.warn({ err: error, messageId }, 'Meta was not told that a message was read');
        const { code, message, ...details } = refusal ? metaError(fate!.answer, refusal) : NEVER_TOLD;
        return this.end(read, { ok: false, error: { code, message, details: { messageId, ...details } } });
      }
      logger.info({ err: error, messageId, attempt }, 'Meta is told again that a message was read');
      await this.options.pool.query(
        `update messaging.reads set not_before = now() + $3 * interval '1 second' where message_id = $1 and not_before = $2::timestamptz`,
        [messageId, claim, 2 ** (attempt - 1)],
      );
      return;
    }
    const noted = await this.options.store.apply(messages, {
      accountId: read.accountId,
      type: 'message.note-read',
      data: { messageId, at: new Date().toISOString() },
    });
    await this.end(read, noted.ok ? { ok: true, data: viewOf(noted.state!) } : noted);
  }

  /** A request that came meanwhile stays. */
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
