import type { CloudApi } from '@wbiz/cloud-api/cloud-api';
import { CloudApiError } from '@wbiz/cloud-api/graph-error';
import { fateOf } from '@wbiz/cloud-api/graph-error-fates';
import { mediaKey } from '@wbiz/contracts/media';
import { inTransaction } from '@wbiz/eventing/postgres/transaction';
import type { MediaStore } from '@wbiz/media-store/media-store';
import type { Pool, PoolClient } from 'pg';
import type { Credentials } from '../account/credentials.js';
import { withToken } from '../account/with-token.js';
import type { RemoveTask, TaskOf } from './media-task.js';

type Options = {
  readonly pool: Pool;
  readonly api: Pick<CloudApi, 'deleteMedia'>;
  readonly credentials: Credentials;
  readonly store: MediaStore;
};
type Medium = { readonly mediaId: string; readonly accountId: string };
export type RemoveMedia = ReturnType<typeof mediaRemover>;

/** Deletes bytes that no medium refers to. */
export function mediaRemover({ pool, api, credentials, store }: Options) {
  /**
   * Deletes the bytes stored under this medium's key unless media_files refers to them: it keeps one of equal files.
   */
  const removeDuplicate = async ({ mediaId, accountId }: Medium): Promise<void> => {
    const key = mediaKey(accountId, mediaId);
    const { rowCount } = await pool.query('select from messaging.media_files where key = $1', [key]);
    if (rowCount === 0) await store.delete(key);
  };

  /**
   * Deletes the bytes of a deleted medium and Meta's copy, unless another medium has the same bytes. Throws while an
   * accepted send still needs the bytes.
   */
  const removeDeleted = async (task: TaskOf<'remove'>): Promise<void> => {
    const gone =
      task.data.gone === undefined ? await inTransaction(pool, (tx) => release(tx, task)) : task.data.gone;
    if (gone) {
      if (gone.metaId !== null) await removeFromMeta(task.accountId, gone.metaId);
      await store.delete(gone.key);
    }
    await removeDuplicate(task);
  };

  const removeFromMeta = (accountId: string, metaId: string) =>
    withToken(credentials, accountId, (token) => api.deleteMedia(token, metaId)).catch((error: unknown) => {
      // Meta's refusal is final: the copy is deleted already, or is left to expire at Meta.
      if (!(error instanceof CloudApiError) || fateOf(error.error).attempts > 1) throw error;
    });

  return { removeDuplicate, removeDeleted };
}

/**
 * Deletes the row of the bytes in media_files, so that no new medium can share them. The task keeps the key of the
 * bytes and Meta's id until the bytes and Meta's copy are deleted.
 */
async function release(tx: PoolClient, { mediaId, accountId }: Medium): Promise<RemoveTask['gone']> {
  const { rows } = await tx.query<{ sha256: string; key: string; metaId: string | null }>(
    `select sha256, key, meta_id as "metaId" from messaging.media_files f
     where account_id = $2 and sha256 = (select sha256 from messaging.media where stream = $1 and account_id = $2) for update`,
    [mediaId, accountId],
  );
  const [file] = rows;
  const used = await tx.query<{ live: boolean | null; awaited: boolean | null }>(
    `select bool_or(live) as live, bool_or(exists (select from messaging.dispatch d join messaging.messages s on s.stream = d.message_id
       where d.account_id = $1 and (s.state->>'mediaId' = m.stream or s.state->'otherMediaIds' ? m.stream))) as awaited
     from messaging.media m where account_id = $1 and sha256 = $2`,
    [accountId, file?.sha256],
  );
  const { live, awaited } = used.rows[0]!;
  if (!live && awaited) throw new Error('a send that was accepted still needs the file');
  const gone = file && !live ? { key: file.key, metaId: file.metaId } : null;
  if (gone) await tx.query('delete from messaging.media_files where key = $1', [gone.key]);
  await tx.query('update messaging.media_tasks set data = $2 where media_id = $1', [
    mediaId,
    JSON.stringify({ gone } satisfies RemoveTask),
  ]);
  return gone;
}
