import { OneOf, Text, Time } from './schema/text-fields.js';
import { Whole } from './schema/fields.js';
import { MEDIA_KINDS } from './media/types.js';
import type { MessageError } from './message.js';

const MOST_BYTES = MEDIA_KINDS.document.maxBytes;

/** A file that was uploaded, or that a person sent. */
export class MediaView {
  @Text({ max: 40, example: 'med_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E' }) id!: string;
  @Text({ max: 40, description: 'The same as `id`: what sends and template headers take.' }) mediaId!: string;
  @Text({
    max: 200,
    example: 'image/jpeg',
    description: 'Detected from the bytes; the declared type is ignored.',
  })
  mimeType!: string;
  @Whole({ min: 1, max: MOST_BYTES, description: 'Bytes.' }) size!: number;
  @Text({ min: 64, max: 64, description: 'SHA-256 of the bytes, in hexadecimal.' }) sha256!: string;
  @Text({ max: 240, nullable: true, example: 'catalogue.jpg' }) filename!: string | null;
  @Time() createdAt!: string;
  @Time({
    nullable: true,
    description:
      "When Meta's copy expires; null while Meta has none. The media itself stays until it is deleted, and is uploaded to Meta again when needed.",
  })
  expiresAt!: string | null;
}

/** `POST /v1/media`. */
export const MEDIA_UPLOAD_SCHEMA = {
  type: 'object',
  required: ['file'],
  properties: { file: { type: 'string', format: 'binary', description: 'The only part of the form.' } },
};

/**
 * Payload of the command `media.create`, sent once the bytes are in the media store. Two replies, both {@link
 * MediaView}: once WBIZ has stored the medium, and once the upload to Meta has ended.
 */
export type CreateMediaData = Pick<MediaView, 'mediaId' | 'mimeType' | 'size' | 'sha256' | 'filename'> & {
  readonly phoneNumberId: string;
  readonly at: string;
};
/** Payload of the command `media.delete`. */
export type DeleteMediaData = { readonly mediaId: string; readonly at: string };

const MEDIA_SOURCES = ['upload', 'inbound'] as const;
export type MediaSource = (typeof MEDIA_SOURCES)[number];

/** The data of the event `media.created`. */
export class MediaCreatedData {
  @Text({ max: 40 }) mediaId!: string;
  @OneOf(MEDIA_SOURCES) source!: MediaSource;
  @Text({ max: 200 }) mimeType!: string;
  @Whole({ min: 0, max: Number.MAX_SAFE_INTEGER }) size!: number;
  @Text({ min: 64, max: 64 }) sha256!: string;
  @Text({ max: 240, nullable: true }) filename!: string | null;
  @Time() at!: string;
}

export const MEDIA_ENDS = ['deleted', 'rejected_by_meta'] as const;

/** The data of the event `media.deleted`. */
export class MediaDeletedData {
  @Text({ max: 40 }) mediaId!: string;
  @OneOf(MEDIA_ENDS) reason!: (typeof MEDIA_ENDS)[number];
  @Time() at!: string;
}

/**
 * A medium and its state. `kept`: its bytes are in the media store under `key`. `awaited`: a person sent it, and WBIZ
 * is fetching it from Meta. `lost`: WBIZ could not fetch it while Meta kept it. `rejected`: Meta refused it.
 */
export type MediaOnFile =
  | { readonly state: 'kept'; readonly view: MediaView; readonly key: string }
  | { readonly state: 'awaited' | 'lost' }
  | { readonly state: 'rejected'; readonly error: MessageError };

/** Whether the id is one of Meta's own media ids: WBIZ knows nothing else of such a medium. */
export const isMetasMediaId = (id: string) => /^\d+$/.test(id);

/**
 * The key of a medium's bytes in the media store. Equal bytes of an account are stored once, under the first medium's
 * key.
 */
export const mediaKey = (accountId: string, mediaId: string) => `${accountId}/${mediaId}`;
