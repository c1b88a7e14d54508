import { badParameter, templateFault } from '../graph/graph-error.js';

export type MediaKind = 'audio' | 'document' | 'image' | 'sticker' | 'video';

const KB = 1024;
const MB = 1024 * KB;
const OFFICE = 'application/vnd.openxmlformats-officedocument';

/**
 * Types and largest size by kind of media (Meta's docs, media, supported media types). A document may also have any type of the
 * kinds beside it.
 */
const KINDS: Readonly<Record<MediaKind, { readonly types: readonly string[]; readonly maxBytes: number }>> = {
  audio: {
    types: ['audio/aac', 'audio/mp4', 'audio/mpeg', 'audio/amr', 'audio/ogg'],
    maxBytes: 16 * MB,
  },
  document: {
    types: [
      'application/pdf',
      'application/msword',
      'application/vnd.ms-excel',
      'application/vnd.ms-powerpoint',
      `${OFFICE}.wordprocessingml.document`,
      `${OFFICE}.spreadsheetml.sheet`,
      `${OFFICE}.presentationml.presentation`,
      'text/plain',
    ],
    maxBytes: 100 * MB,
  },
  image: { types: ['image/jpeg', 'image/png'], maxBytes: 5 * MB },
  sticker: { types: ['image/webp'], maxBytes: 500 * KB },
  video: { types: ['video/mp4', 'video/3gpp'], maxBytes: 16 * MB },
};
const STATIC_STICKER_BYTES = 100 * KB;
const STICKER_SIDE = 512;

const KIND_OF = new Map(
  (Object.keys(KINDS) as MediaKind[]).flatMap((kind) => KINDS[kind].types.map((type) => [type, kind])),
);
const ALL_TYPES = [...KIND_OF.keys()];

export const MAX_MEDIA_BYTES = KINDS.document.maxBytes;

export const isMediaKind = (type: string): type is MediaKind => Object.hasOwn(KINDS, type);

/** Meta's checks of an upload: the type that the multipart form gives the file, and the largest size of that type. */
export function checkUpload(mimeType: string, size: number): void {
  const kind = KIND_OF.get(mimeType);
  if (kind === undefined)
    throw badParameter(
      `Param file must be a file with one of the following types: ${ALL_TYPES.join(', ')}. Received file of type '${mimeType}'.`,
    );
  const { maxBytes } = KINDS[kind];
  if (size > maxBytes)
    throw templateFault(
      undefined,
      'File Too Large',
      `The file you uploaded is too large. Files of type ${mimeType} can have at most ${maxBytes} bytes.`,
    );
}

const latin = (bytes: Buffer, from: number, to: number) => bytes.toString('latin1', from, to);
const ftyp = (bytes: Buffer) => latin(bytes, 4, 8) === 'ftyp';

/** Checks of a file's first bytes, by media type; a file whose type is not listed passes. */
const BEGINNINGS: Readonly<Record<string, (bytes: Buffer) => boolean>> = {
  'image/jpeg': (bytes) => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff,
  'image/png': (bytes) => latin(bytes, 0, 8) === '\x89PNG\r\n\x1a\n',
  'image/webp': (bytes) => latin(bytes, 0, 4) === 'RIFF' && latin(bytes, 8, 12) === 'WEBP',
  'video/mp4': ftyp,
  'video/3gpp': ftyp,
  'audio/mp4': ftyp,
  'audio/ogg': (bytes) => latin(bytes, 0, 4) === 'OggS',
  'audio/amr': (bytes) => latin(bytes, 0, 5) === '#!AMR',
  'audio/mpeg': (bytes) => latin(bytes, 0, 3) === 'ID3' || (bytes[0] === 0xff && (bytes[1]! & 0xe0) === 0xe0),
  'audio/aac': (bytes) => bytes[0] === 0xff && (bytes[1]! & 0xf0) === 0xf0,
  'application/pdf': (bytes) => latin(bytes, 0, 5) === '%PDF-',
};

/** Reads from a WebP file's header (RFC 9649) how large the picture is and whether it is animated. */
function webp(bytes: Buffer): { width: number; height: number; animated: boolean } {
  const padded = Buffer.concat([bytes.subarray(0, 40), Buffer.alloc(40)]);
  const chunk = latin(padded, 12, 16);
  if (chunk === 'VP8X')
    return {
      width: padded.readUIntLE(24, 3) + 1,
      height: padded.readUIntLE(27, 3) + 1,
      animated: (padded[20]! & 2) !== 0,
    };
  const bits = padded.readUInt32LE(21);
  return chunk === 'VP8L'
    ? { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1, animated: false }
    : {
        width: padded.readUInt16LE(26) & 0x3fff,
        height: padded.readUInt16LE(28) & 0x3fff,
        animated: false,
      };
}

const titled = (kind: string) => kind[0]!.toUpperCase() + kind.slice(1);

/** Why a message with this file fails with 131053; undefined if it does not. Called at the upload; the message reports it. */
export function contentFault(mimeType: string, bytes: Buffer): string | undefined {
  const kind = KIND_OF.get(mimeType) ?? 'document';
  if (BEGINNINGS[mimeType]?.(bytes) === false)
    return `${titled(kind)} file uploaded with mimetype as ${mimeType}, however on processing it is of type application/octet-stream. Please choose a different file.`;
  if (mimeType !== 'image/webp') return undefined;
  const { width, height, animated } = webp(bytes);
  if (width !== STICKER_SIDE || height !== STICKER_SIDE)
    return `Sticker with dimensions ${width}x${height} has incorrect dimensions, expected dimension: ${STICKER_SIDE}x${STICKER_SIDE}`;
  if (!animated && bytes.length > STATIC_STICKER_BYTES)
    return `Sticker is too large: ${bytes.length} bytes, a static one can have at most ${STATIC_STICKER_BYTES}`;
  return undefined;
}

/** Why a message of this kind fails with 131053 if its file has this type; undefined if it does not. */
export function kindFault(kind: MediaKind, mimeType: string): string | undefined {
  const { types } = KINDS[kind];
  return kind === 'document' || types.includes(mimeType.replace(/;.*/, ''))
    ? undefined
    : `Unsupported ${titled(kind)} mime type ${mimeType}. Please use one of ${types.join(', ')}.`;
}
