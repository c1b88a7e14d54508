import { createHash } from 'node:crypto';
import type { Media, Nodes, PhoneNumber } from '../graph/nodes.js';
import { DAY_MS } from '../graph/times.js';
import { mediaFiles } from './media.files.js';

// Meta's docs, media: ids of uploaded media expire after 30 days, ids of received media after 7.
const UPLOADED_DAYS = 30;
const RECEIVED_DAYS = 7;

/** Stores media nodes and their bytes. Adding media deletes all expired media. */
export function mediaStore({ all, add, remove, newId }: Nodes, directory: string | undefined) {
  const files = mediaFiles(directory);

  const dropMedia = (media: Media) => {
    files.remove(media.id);
    remove(media);
  };

  return {
    addMedia(
      phone: PhoneNumber,
      bytes: Buffer,
      { mimeType, filename, fault, inbound }: Pick<Media, 'mimeType' | 'filename' | 'fault' | 'inbound'>,
    ): Media {
      const now = Date.now();
      for (const node of all.values()) if (node.kind === 'media' && node.expiresAt <= now) dropMedia(node);
      const media = add<Media>({
        kind: 'media',
        id: newId('media', 1_900_000_000_000_001),
        wabaId: phone.wabaId,
        phoneNumberId: phone.id,
        inbound,
        mimeType,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        size: bytes.length,
        filename,
        fault,
        expiresAt: now + (inbound ? RECEIVED_DAYS : UPLOADED_DAYS) * DAY_MS,
      });
      files.put(media.id, bytes);
      return media;
    },
    dropMedia,
    media(id: string): Media | undefined {
      const node = all.get(id);
      return node?.kind === 'media' && node.expiresAt > Date.now() ? node : undefined;
    },
    bytesOf: ({ id }: Media) => files.get(id),
  };
}
