import { createHash } from 'node:crypto';
import type { CloudApi } from '@wbiz/cloud-api/cloud-api';
import { fileName } from '@wbiz/contracts/media/file-name';
import { mediaKey } from '@wbiz/contracts/media';
import { MEDIA_KINDS } from '@wbiz/contracts/media/types';
import { cut } from '@wbiz/contracts/meta/item';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import { unrefused } from '@wbiz/eventing/rejection';
import type { MediaStore } from '@wbiz/media-store/media-store';
import type { Credentials } from '../account/credentials.js';
import { withToken } from '../account/with-token.js';
import { files } from './media.aggregate.js';
import type { TaskOf } from './media-task.js';

/** Maximum size of a received file, in bytes; Meta delivers none larger (error 131052). */
const MOST_BYTES = MEDIA_KINDS.document.maxBytes;

export type FetchMedia = (task: TaskOf<'fetch'>) => Promise<void>;
type Options = {
  readonly api: Pick<CloudApi, 'getMedia' | 'downloadMedia'>;
  readonly credentials: Credentials;
  readonly store: MediaStore;
  readonly events: EventStore;
};

/**
 * Copies a received file from Meta to the media store. Throws if the file is too large or not as Meta describes it; the
 * store then keeps no part of the file.
 */
export const mediaFetcher =
  ({ api, credentials, store, events }: Options): FetchMedia =>
  async ({ mediaId, accountId, data: { metaId, mimeType, filename, phoneNumberId } }) => {
    const { meta, bytes } = await withToken(credentials, accountId, async (token) => {
      // Meta's URL expires after five minutes, so every attempt asks for a new one.
      const meta = await api.getMedia(token, metaId);
      return { meta, bytes: (await api.downloadMedia(token, meta.url)).bytes };
    });
    const hash = createHash('sha256');
    let size = 0;
    let sha256 = '';
    async function* checked() {
      for await (const chunk of bytes as AsyncIterable<Uint8Array>) {
        hash.update(chunk);
        size += chunk.length;
        if (size > MOST_BYTES) throw new Error(`the file has more than ${MOST_BYTES} bytes`);
        yield chunk;
      }
      sha256 = hash.digest('hex');
      if (sha256 !== meta.sha256 || size !== Number(meta.file_size))
        throw new Error(`the file came with ${size} bytes, and not as Meta describes it`);
    }
    await store.put(mediaKey(accountId, mediaId), checked());
    const reply = await events.apply(files, {
      accountId,
      type: 'media.create',
      data: {
        mediaId,
        source: 'inbound',
        // Drops the parameters of a type, e.g. of `audio/ogg; codecs=opus`.
        mimeType: cut((mimeType ?? meta.mime_type).replace(/;.*/s, '').trim().toLowerCase(), { max: 200 }),
        size,
        sha256,
        filename: fileName(filename),
        phoneNumberId,
        awaiting: null,
        at: new Date().toISOString(),
      },
    });
    unrefused(reply);
  };
