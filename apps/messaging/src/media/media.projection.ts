import { mediaKey } from '@wbiz/contracts/media';
import type { MessageEchoedData, MessageReceivedData } from '@wbiz/contracts/message';
import type { RecordedEvent } from '@wbiz/eventing/aggregate';
import { inline } from '@wbiz/eventing/postgres/inline-projection';
import type { PoolClient } from 'pg';
import type { MessageEvent } from '../message/message.events.js';
import type { MediaEvent } from './media.decider.js';
import type { FetchTask, UploadTask } from './media-task.js';

type NewTask = {
  readonly mediaId: string;
  readonly accountId: string;
  readonly kind: 'upload' | 'fetch' | 'remove';
  readonly data: object;
  readonly afterMs?: number;
};

type Handed = MessageReceivedData | MessageEchoedData;

/** Delay before a deleted file is removed, in ms: Meta may still be reading the file for an accepted send. */
const REMOVED_AFTER_MS = 60_000;

/** Whether the event creates a media task. */
export const makesMediaTask = ({ type, data }: RecordedEvent): boolean =>
  type.startsWith('media.') ||
  ((type === 'message.received' || type === 'message.echoed') && (data as Handed).mediaId !== null);

/** Rows of stored files and media tasks, updated in the transaction of the events. */
export const mediaProjection = inline<MediaEvent | MessageEvent>({
  'media.created': async (events, tx) => {
    // The update of an existing row locks the row, so that its bytes are not removed meanwhile.
    await tx.query({
      name: 'media-files',
      text: `insert into messaging.media_files as f (account_id, sha256, key)
             select distinct on (a, s) a, s, k from unnest($1::text[], $2::text[], $3::text[]) as n(a, s, k) order by a, s
             on conflict (account_id, sha256) do update set key = f.key`,
      values: [
        events.map(({ accountId }) => accountId),
        events.map(({ data }) => data.sha256),
        events.map(({ accountId, data }) => mediaKey(accountId, data.mediaId)),
      ],
    });
    await addTasks(
      tx,
      events.flatMap(({ accountId, data: { mediaId, source }, private: own }) =>
        source === 'upload' ? [{ mediaId, accountId, kind: 'upload', data: own! satisfies UploadTask }] : [],
      ),
    );
  },
  'media.deleted': (events, tx) =>
    addTasks(
      tx,
      events.map(({ accountId, data: { mediaId, reason } }) => ({
        mediaId,
        accountId,
        kind: 'remove',
        data: {},
        afterMs: reason === 'deleted' ? REMOVED_AFTER_MS : 0,
      })),
    ),
  'message.received': (events, tx) =>
    addTasks(
      tx,
      events.flatMap(({ accountId, data }) => fetchTasks(accountId, data, data.receivedAt)),
    ),
  'message.echoed': (events, tx) =>
    addTasks(
      tx,
      events.flatMap(({ accountId, data }) => fetchTasks(accountId, data, data.sentAt)),
    ),
});

function fetchTasks(
  accountId: string,
  { mediaId, payload, phoneNumberId }: Handed,
  receivedAt: string,
): NewTask[] {
  const { metaId, mimeType, filename } = (payload ?? {}) as Partial<Record<string, string>>;
  if (mediaId === null || metaId === undefined) return [];
  const data: FetchTask = { metaId, mimeType, filename, phoneNumberId, receivedAt };
  return [{ mediaId, accountId, kind: 'fetch', data }];
}

async function addTasks(tx: PoolClient, tasks: readonly NewTask[]): Promise<void> {
  if (tasks.length === 0) return;
  await tx.query({
    name: 'media-tasks',
    text: `insert into messaging.media_tasks as t (media_id, account_id, kind, data, not_before)
           select m, a, k, d, now() + after * interval '1 millisecond'
           from unnest($1::text[], $2::text[], $3::text[], $4::jsonb[], $5::int[]) as n(m, a, k, d, after) order by m
           on conflict (media_id) do update
           set kind = excluded.kind, data = excluded.data, attempt = 0, not_before = excluded.not_before`,
    values: [
      tasks.map(({ mediaId }) => mediaId),
      tasks.map(({ accountId }) => accountId),
      tasks.map(({ kind }) => kind),
      tasks.map(({ data }) => JSON.stringify(data)),
      tasks.map(({ afterMs = 0 }) => afterMs),
    ],
  });
}
