import { fateOf } from '@wbiz/cloud-api/graph-error-fates';
import { CloudApiError } from '@wbiz/cloud-api/graph-error';
import { DueWork } from '@wbiz/eventing/due-work';
import type { Logger } from '@wbiz/eventing/logger';
import type { Reply } from '@wbiz/eventing/message';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import { retryDelay } from '@wbiz/eventing/retry-delay';
import type { ReplyPublisher } from '@wbiz/eventing/rpc/reply-publisher';
import type { Pool } from 'pg';
import { metaError } from '../message/meta-error.js';
import type { FetchMedia } from './fetch-media.js';
import { files, viewOf } from './media.aggregate.js';
import type { MediaState } from './media.decider.js';
import type { MediaTask, TaskOf } from './media-task.js';
import type { MetaCopies } from './meta-copies.js';
import type { RemoveMedia } from './remove-media.js';

const LOOK_MS = 1_000;
const AT_ONCE = 8;
const LEASE_MS = 30_000;
const FIRST_PAUSE_MS = 1_000;
/** Maximum attempts to upload a file in advance; after that the file is uploaded right before it is sent. */
const MOST_UPLOADS = 5;
/** Meta keeps inbound media for seven days (media page). */
const META_KEEPS_INBOUND_MS = 7 * 86_400_000;
/** Maximum attempts to fetch a file if Meta's error allows no retry. */
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
  /** Whether a retry is pointless after this error; then `giveUp` ends the task. */
  readonly isOver: (task: TaskOf<Kind>, error: unknown) => boolean;
  readonly giveUp: (task: TaskOf<Kind>, error: unknown) => Promise<void>;
  readonly longestPauseMs: number;
};

/** Background tasks of media: upload to Meta, fetch from Meta, remove. A task may run twice without harm. */
export class MediaTasks {
  readonly work: DueWork<MediaTask>;

  constructor(private readonly options: MediaTasksOptions) {
    this.work = new DueWork({
      name: 'media task',
      lookEveryMs: LOOK_MS,
      atOnce: AT_ONCE,
      claim: (room) => this.claim(room),
      work: (task) => this.attempt(task),
      failed: (task, error) => this.failed(task, error),
      renew: (task) => this.dueIn(task, LEASE_MS),
      fields: ({ kind, mediaId, accountId, attempt }) => ({ kind, mediaId, accountId, attempt }),
      logger: options.logger,
    });
  }

  private readonly handlers: { readonly [Kind in MediaTask['kind']]: Handler<Kind> } = {
    upload: {
      run: async ({ mediaId, accountId, data }) => {
        await this.options.copies.copyOf({ mediaId, accountId, phoneNumberId: data.phoneNumberId });
        await this.options.remove.removeDuplicate({ mediaId, accountId });
      },
      isOver: ({ attempt }, error) => attempt >= Math.min(MOST_UPLOADS, allowedAttempts(error)),
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
        await this.options.remove.removeDuplicate(task);
      },
      isOver: ({ attempt, data }, error) =>
        Date.now() - Date.parse(data.receivedAt) > META_KEEPS_INBOUND_MS ||
        (attempt >= MOST_REFUSALS && allowedAttempts(error) === 1),
      giveUp: async ({ mediaId }) => {
        await this.options.pool.query(
          `update messaging.media_tasks set kind = 'lost' where media_id = $1 and kind = 'fetch'`,
          [mediaId],
        );
      },
      longestPauseMs: 3_600_000,
    },
    remove: {
      run: (task) => this.options.remove.removeDeleted(task),
      isOver: () => false,
      giveUp: () => Promise.resolve(),
      longestPauseMs: 3_600_000,
    },
  };

  private async claim(room: number): Promise<readonly MediaTask[]> {
    const { rows } = await this.options.pool.query<MediaTask>({
      name: 'media-claim',
      text: `update messaging.media_tasks set attempt = attempt + 1, not_before = clock_timestamp() + $2 * interval '1 millisecond'
             where media_id in (select media_id from messaging.media_tasks where not_before <= now() and kind <> 'lost'
               order by not_before limit $1 for update skip locked)
             returning media_id as "mediaId", account_id as "accountId", kind, data, attempt`,
      values: [room, LEASE_MS],
    });
    return rows;
  }

  private async attempt(task: MediaTask): Promise<void> {
    await this.handlerOf(task).run(task as never);
    await this.end(task);
  }

  private async failed(task: MediaTask, error: unknown): Promise<number | null> {
    const { isOver, giveUp, longestPauseMs } = this.handlerOf(task);
    if (isOver(task as never, error)) {
      await giveUp(task as never, error);
      await this.end(task);
      return null;
    }
    const retryMs = retryDelay(task.attempt, FIRST_PAUSE_MS, longestPauseMs);
    await this.dueIn(task, retryMs);
    return retryMs;
  }

  private handlerOf({ kind }: MediaTask): Handler<MediaTask['kind']> {
    return this.handlers[kind] as Handler<MediaTask['kind']>;
  }

  /** Replies to the sender of an upload, then deletes the task unless a newer one has replaced it. */
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

  private async dueIn({ mediaId, kind, attempt }: MediaTask, ms: number): Promise<void> {
    await this.options.pool.query(
      `update messaging.media_tasks set not_before = now() + $4 * interval '1 millisecond' where (media_id, kind, attempt) = ($1, $2, $3)`,
      [mediaId, kind, attempt, ms],
    );
  }

  /** The reply to an upload; a medium deleted meanwhile counts as uploaded. */
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

/** Maximum attempts of a task after this error; Infinity for an error that is not Meta's. */
const allowedAttempts = (error: unknown) =>
  error instanceof CloudApiError ? fateOf(error.error).attempts : Infinity;
