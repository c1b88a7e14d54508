import { fateOf } from '@wbiz/cloud-api/graph-error-codes';
import { CloudApiError } from '@wbiz/cloud-api/graph-error';
import type { Logger } from '@wbiz/eventing/logger';
import type { Reply } from '@wbiz/eventing/message';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import type { ReplyPublisher } from '@wbiz/eventing/rpc/reply-publisher';
import type { Pool } from 'pg';
import { BackgroundWork } from '../background-work.js';
import { metaError } from '../message/meta-error.js';
import type { FetchMedia } from './fetch-media.js';
import { files, viewOf } from './media.aggregate.js';
import type { MediaState } from './media.decider.js';
import type { MediaTask, TaskOf } from './media-task.js';
import type { MetaCopies } from './meta-copies.js';
import type { RemoveMedia } from './remove-media.js';

const AT_ONCE = 8;
/** One that is worked on is nobody else's for so long, and is renewed three times meanwhile. */
const CLAIM_SECONDS = 30;
/** What is not with Meta by then goes there right before it is sent. */
const MOST_UPLOADS = 5;
/** Meta keeps what people sent for seven days (media page). */
const META_KEEPS_INBOUND_MS = 7 * 86_400_000;
const MOST_REFUSALS = 5;

export type MediaTasksOptions = {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly copies: MetaCopies;
  readonly fetch: FetchMedia;
  readonly remove: RemoveMedia;
  readonly replies: Pick<ReplyPublisher, 'reply'>;
  readonly logger: Logger;
};

type Handler<Kind extends MediaTask['kind']> = {
  readonly run: (task: TaskOf<Kind>) => Promise<void>;
  /** Whether it is of no use to try again after this fault; then `giveUp` ends it. */
  readonly isOver: (task: TaskOf<Kind>, error: unknown) => boolean;
  readonly giveUp: (task: TaskOf<Kind>, error: unknown) => Promise<void>;
  readonly longestPauseMs: number;
};

/** Does for media what takes time: upload to Meta, fetch from there, remove. All of it may happen twice and does no harm. */
export class MediaTasks {
  private readonly work: BackgroundWork<MediaTask>;
  private readonly claimed = new Set<MediaTask>();
  private renewing: NodeJS.Timeout | undefined;

  constructor(private readonly options: MediaTasksOptions) {
    const { logger } = options;
    this.work = new BackgroundWork({
      atOnce: AT_ONCE,
      claim: (room) => this.claim(room),
      work: (task) => this.attempt(task),
      failed: (err, task) =>
        logger.warn({ err, kind: task?.kind, mediaId: task?.mediaId }, 'a medium is seen to later'),
    });
  }

  start(): void {
    this.work.start();
    this.renewing = setInterval(() => void this.renew(), (CLAIM_SECONDS / 3) * 1000);
  }

  wake(): void {
    this.work.wake();
  }

  async stop(): Promise<void> {
    await this.work.stop();
    clearInterval(this.renewing);
  }

  private readonly handlers: { readonly [Kind in MediaTask['kind']]: Handler<Kind> } = {
    upload: {
      run: async ({ mediaId, accountId, data }) => {
        await this.options.copies.copyOf({ mediaId, accountId, phoneNumberId: data.phoneNumberId });
        await this.options.remove.double({ mediaId, accountId });
      },
      isOver: ({ attempt }, error) => attempt >= Math.min(MOST_UPLOADS, refusalsOf(error)),
      giveUp: async ({ mediaId, accountId }, error) => {
        if (!(error instanceof CloudApiError)) return;
        const { answer } = fateOf(error.error);
        if (answer !== 'rejected_by_meta') return;
        const data = { mediaId, at: new Date().toISOString(), error: metaError(answer, error.error) };
        await this.options.store.apply(files, { accountId, type: 'media.refuse', data });
      },
      longestPauseMs: 60_000,
    },
    fetch: {
      run: async (task) => {
        await this.options.fetch(task);
        await this.options.remove.double(task);
      },
      isOver: ({ attempt, data }, error) =>
        Date.now() - Date.parse(data.receivedAt) > META_KEEPS_INBOUND_MS ||
        (attempt >= MOST_REFUSALS && refusalsOf(error) === 1),
      giveUp: async ({ mediaId }) => {
        await this.options.pool.query(
          `update messaging.media_tasks set kind = 'lost' where media_id = $1 and kind = 'fetch'`,
          [mediaId],
        );
      },
      longestPauseMs: 3_600_000,
    },
    remove: {
      run: (task) => this.options.remove.all(task),
      isOver: () => false,
      giveUp: () => Promise.resolve(),
      longestPauseMs: 3_600_000,
    },
  };

  private async claim(room: number): Promise<readonly MediaTask[]> {
    const { rows } = await this.options.pool.query<MediaTask>({
      name: 'media-claim',
      text: `update messaging.media_tasks set attempt = attempt + 1, not_before = clock_timestamp() + $2 * interval '1 second'
             where media_id in (select media_id from messaging.media_tasks where not_before <= now() and kind <> 'lost'
               order by not_before limit $1 for update skip locked)
             returning media_id as "mediaId", account_id as "accountId", kind, data, attempt`,
      values: [room, CLAIM_SECONDS],
    });
    return rows;
  }

  private async renew(): Promise<void> {
    await Promise.all([...this.claimed].map((task) => this.postpone(task, CLAIM_SECONDS * 1000))).catch(
      (err: unknown) => this.options.logger.warn({ err }, 'claims of media could not be renewed'),
    );
  }

  private async attempt(task: MediaTask): Promise<void> {
    const { logger } = this.options;
    const { kind, mediaId, attempt } = task;
    const handler = this.handlers[kind] as Handler<MediaTask['kind']>;
    this.claimed.add(task);
    try {
      await handler.run(task as never);
    } catch (err) {
      this.claimed.delete(task);
      if (!handler.isOver(task as never, err)) {
        logger.info({ err, kind, mediaId, attempt }, 'what is done for a medium is tried again');
        return await this.postpone(task, Math.min(1000 * 2 ** (attempt - 1), handler.longestPauseMs));
      }
      logger.warn({ err, kind, mediaId, attempt }, 'what is done for a medium is given up');
      await handler.giveUp(task as never, err);
    } finally {
      this.claimed.delete(task);
    }
    await this.end(task);
  }

  /** A task that came in its place stays. */
  private async end(task: MediaTask): Promise<void> {
    const { pool, replies } = this.options;
    const awaiting = task.kind === 'upload' ? task.data.awaiting : null;
    if (awaiting)
      replies.reply(awaiting.address, {
        commandId: awaiting.commandId,
        stage: 'settled',
        reply: await this.outcomeOf(task),
      });
    await pool.query('delete from messaging.media_tasks where (media_id, kind, attempt) = ($1, $2, $3)', [
      task.mediaId,
      task.kind,
      task.attempt,
    ]);
  }

  private async postpone({ mediaId, kind, attempt }: MediaTask, pauseMs: number): Promise<void> {
    await this.options.pool.query(
      `update messaging.media_tasks set not_before = now() + $4 * interval '1 millisecond' where (media_id, kind, attempt) = ($1, $2, $3)`,
      [mediaId, kind, attempt, pauseMs],
    );
  }

  /** What became of an upload; a medium that was deleted meanwhile counts as uploaded. */
  private async outcomeOf({ mediaId }: MediaTask): Promise<Reply> {
    const { rows } = await this.options.pool.query<{ state: MediaState; uploaded_at: Date | null }>(
      `select m.state, f.uploaded_at from messaging.media m
       left join messaging.media_files f on f.account_id = m.account_id and f.sha256 = m.sha256 where m.stream = $1`,
      [mediaId],
    );
    const { state, uploaded_at } = rows[0]!;
    if (!state.error) return { ok: true, data: viewOf(state, uploaded_at) };
    const { code, message, ...details } = state.error;
    return { ok: false, error: { code, message, details } };
  }
}

/** How often a call that failed so is made at most, as far as Meta's answer goes. */
const refusalsOf = (error: unknown) =>
  error instanceof CloudApiError ? fateOf(error.error).attempts : Infinity;
