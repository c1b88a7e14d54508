import type { MediaStore } from '@wbiz/media-store/media-store';
import type { Pool } from 'pg';

const AT_ONCE = 500;
const OURS = /^(acc_\w+\/med_\w+|probe\/\S+)(\.\S+\.part)?$/;

/** Deletes files older than `olderThanMs` that a crash left in the store without a medium. */
export async function removeOrphans(pool: Pool, store: MediaStore, olderThanMs = 86_400_000): Promise<void> {
  const before = Date.now() - olderThanMs;
  let keys: string[] = [];
  const remove = async () => {
    const { rows } = await pool.query<{ key: string }>(
      `select key from unnest($1::text[]) as k(key)
       where not exists (select from messaging.media_files f where f.key = k.key)`,
      [keys],
    );
    for (const { key } of rows) await store.delete(key);
    keys = [];
  };
  for await (const { key, changedAt } of store.list()) {
    if (OURS.test(key) && changedAt.getTime() < before) keys.push(key);
    if (keys.length === AT_ONCE) await remove();
  }
  await remove();
}
