import { setTimeout as delay } from 'node:timers/promises';
import type { CloudApi } from '@wbiz/cloud-api/cloud-api';
import { CloudApiError } from '@wbiz/cloud-api/graph-error';
import { fateOf } from '@wbiz/cloud-api/graph-error-fates';
import { nameByType } from '@wbiz/contracts/media/file-name';
import type { MediaStore } from '@wbiz/media-store/media-store';
import type { Pool } from 'pg';
import type { Credentials } from '../account/credentials.js';
import { withToken } from '../account/with-token.js';
import type { MediaState } from './media.decider.js';

/** SQL: whether Meta keeps its copy for another day: a send may be retried with the copy's id for that long. */
export const FRESH = `uploaded_at > now() - interval '29 days'`;
const CLAIM_SECONDS = 30;
const KEEP_REFUSAL_MS = 60_000;

/** Meta's copy of a file; its id is valid for every phone number of the account (media page). */
export type MetaCopy = { readonly metaId: string; readonly uploadedAt: Date };
export type Wanted = { readonly accountId: string; readonly mediaId: string; readonly phoneNumberId: string };
type File = {
  readonly state: MediaState;
  readonly key: string;
  readonly metaId: string | null;
  readonly uploadedAt: Date | null;
  readonly fresh: boolean;
};

export type MetaCopiesOptions = {
  readonly pool: Pool;
  readonly store: MediaStore;
  readonly api: Pick<CloudApi, 'uploadMedia'>;
  readonly credentials: Credentials;
};

/**
 * Meta's copies of files. Equal bytes are uploaded once per account while Meta keeps them, by one replica at a time.
 */
export class MetaCopies {
  private readonly underWay = new Map<string, Promise<MetaCopy>>();

  constructor(private readonly options: MetaCopiesOptions) {}

  /**
   * Meta's copy of a medium; uploads it if Meta has none. Throws CloudApiError if Meta refuses; another error if the
   * bytes are deleted, Meta was not reached or another replica is uploading the file.
   */
  async copyOf(wanted: Wanted): Promise<MetaCopy> {
    const file = await this.find(wanted);
    if (!file) throw new Error(`the bytes of ${wanted.mediaId} are not kept any more`);
    if (file.fresh) return { metaId: file.metaId!, uploadedAt: file.uploadedAt! };
    const known = this.underWay.get(file.key);
    if (known) return known;
    const copy = this.upload(file, wanted);
    this.underWay.set(file.key, copy);
    // Keeps a final refusal for KEEP_REFUSAL_MS, so that retries in that time do not upload the bytes again.
    void copy
      .catch((error: unknown) =>
        error instanceof CloudApiError && fateOf(error.error).attempts === 1
          ? delay(KEEP_REFUSAL_MS, undefined, { ref: false })
          : undefined,
      )
      .then(() => this.underWay.delete(file.key));
    return copy;
  }

  private async find({ accountId, mediaId }: Wanted): Promise<File | undefined> {
    const { rows } = await this.options.pool.query<File>({
      name: 'media-copy',
      text: `select m.state, f.key, f.meta_id as "metaId", f.uploaded_at as "uploadedAt", coalesce(f.${FRESH}, false) as fresh
             from messaging.media m join messaging.media_files f on f.account_id = m.account_id and f.sha256 = m.sha256
             where m.stream = $1 and m.account_id = $2`,
      values: [mediaId, accountId],
    });
    return rows[0];
  }

  private async upload(
    { key, state }: File,
    { accountId, mediaId, phoneNumberId }: Wanted,
  ): Promise<MetaCopy> {
    const { pool, store, api, credentials } = this.options;
    const { rowCount } = await pool.query(
      `update messaging.media_files set uploading_until = now() + $2 * interval '1 second'
       where key = $1 and coalesce(uploading_until <= now(), true) and not coalesce(${FRESH}, false)`,
      [key, CLAIM_SECONDS],
    );
    if (rowCount === 0) throw new Error('another replica is uploading the file');
    // If a renewal fails, the claim expires and another replica uploads the file too, which does no harm.
    const renew = setInterval(
      () => void this.hold(key, CLAIM_SECONDS).catch(() => undefined),
      (CLAIM_SECONDS / 3) * 1000,
    );
    try {
      const metaId = await withToken(credentials, accountId, async (token) => {
        const bytes = await store.open(key);
        const { mimeType, size } = state;
        const filename = nameByType({ ...state, mediaId });
        return api
          .uploadMedia(token, phoneNumberId, { mimeType, size, filename, bytes })
          .finally(() => bytes.destroy());
      });
      const { rows } = await pool.query<{ uploadedAt: Date }>(
        `update messaging.media_files set meta_id = $2, uploaded_at = now() where key = $1 returning uploaded_at as "uploadedAt"`,
        [key, metaId],
      );
      return { metaId, uploadedAt: rows[0]?.uploadedAt ?? new Date() };
    } finally {
      clearInterval(renew);
      await this.hold(key, 0);
    }
  }

  private hold(key: string, seconds: number) {
    return this.options.pool.query(
      `update messaging.media_files set uploading_until = now() + $2 * interval '1 second' where key = $1`,
      [key, seconds],
    );
  }
}
