import type { MediaKind } from './media.rules.js';

const base64 = (text: string) => Buffer.from(text, 'base64');
const latin = (text: string) => Buffer.from(text, 'latin1');

/** A small file of each kind of media, used for an inbound message whose caller gave no `file`. */
export const SAMPLE_FILES: Readonly<
  Record<MediaKind, { readonly mimeType: string; readonly bytes: Buffer; readonly filename?: string }>
> = {
  image: {
    mimeType: 'image/png',
    // One grey pixel.
    bytes: base64(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNoaGgAAAMEAYFL09IQAAAAAElFTkSuQmCC',
    ),
  },
  sticker: {
    mimeType: 'image/webp',
    // 512×512, lossless, one colour.
    bytes: base64('UklGRh4AAABXRUJQVlA4TBEAAAAv/8F/AAfQ//73v/+BiOh/AAA='),
  },
  video: {
    mimeType: 'video/mp4',
    bytes: latin('\0\0\0\x18ftypisom\0\0\x02\0isomiso2\0\0\0\x08mdat'),
  },
  audio: {
    mimeType: 'audio/ogg',
    bytes: latin('OggS\0\x02' + '\0'.repeat(20) + '\x01\x13OpusHead\x01\x01\0\0\x80\xbb\0\0\0\0\0'),
  },
  document: {
    mimeType: 'application/pdf',
    bytes: latin(
      '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n',
    ),
    filename: 'document.pdf',
  },
};
