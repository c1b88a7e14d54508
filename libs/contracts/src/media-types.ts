const KB = 1024;
const MB = 1024 * KB;
const OFFICE = 'application/vnd.openxmlformats-officedocument';

/** What Meta takes of each kind: types and most bytes (Meta's media page, supported media types). */
export const MEDIA_KINDS = {
  image: { types: ['image/jpeg', 'image/png'], maxBytes: 5 * MB },
  video: { types: ['video/mp4', 'video/3gpp'], maxBytes: 16 * MB },
  audio: { types: ['audio/aac', 'audio/amr', 'audio/mpeg', 'audio/mp4', 'audio/ogg'], maxBytes: 16 * MB },
  sticker: { types: ['image/webp'], maxBytes: 500 * KB },
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
} as const satisfies Record<string, { readonly types: readonly string[]; readonly maxBytes: number }>;
export type MediaKind = keyof typeof MEDIA_KINDS;
export type MediaType = (typeof MEDIA_KINDS)[MediaKind]['types'][number];

export const isMediaKind = (kind: string): kind is MediaKind => Object.hasOwn(MEDIA_KINDS, kind);
export const isMediaType = (type: string): type is MediaType =>
  Object.values(MEDIA_KINDS).some(({ types }) => (types as readonly string[]).includes(type));

/** Whether a file of this type can go as this kind of message: any that Meta takes is a document as well. */
export const canGoAs = (kind: MediaKind, type: string): boolean =>
  isMediaType(type) && (kind === 'document' || kindOf(type) === kind);

/** The kind as which a file of this type is at home, and its limit in bytes. */
export const kindOf = (type: MediaType): MediaKind =>
  (Object.keys(MEDIA_KINDS) as MediaKind[]).find((kind) =>
    (MEDIA_KINDS[kind].types as readonly string[]).includes(type),
  )!;

/** How much of a file's beginning {@link sniffMediaType} wants to see, in bytes. */
export const SNIFFED_BYTES = 4_096;

/** Two formats are containers of several types; the name of the file says which. */
const OLE_BY_NAME: readonly (readonly [RegExp, MediaType])[] = [
  [/\.(doc|dot)$/i, 'application/msword'],
  [/\.(xls|xlt)$/i, 'application/vnd.ms-excel'],
  [/\.(ppt|pps|pot)$/i, 'application/vnd.ms-powerpoint'],
];
const ZIP_BY_FOLDER: readonly (readonly [RegExp, MediaType])[] = [
  [/\bword\//, `${OFFICE}.wordprocessingml.document`],
  [/\bxl\//, `${OFFICE}.spreadsheetml.sheet`],
  [/\bppt\//, `${OFFICE}.presentationml.presentation`],
];
const ZIP_BY_NAME: readonly (readonly [RegExp, MediaType])[] = [
  [/\.docx$/i, `${OFFICE}.wordprocessingml.document`],
  [/\.xlsx$/i, `${OFFICE}.spreadsheetml.sheet`],
  [/\.pptx$/i, `${OFFICE}.presentationml.presentation`],
];
const chosen = (table: readonly (readonly [RegExp, MediaType])[], text: string) =>
  table.find(([form]) => form.test(text))?.[1];

/** ISO base media files say in their brand what they hold; other brands (HEIC, AVIF, QuickTime) are not for Meta. */
function isoType(brand: string): MediaType | undefined {
  if (/^M4[AB] /.test(brand)) return 'audio/mp4';
  if (/^3g[2p]/.test(brand)) return 'video/3gpp';
  return /^(isom|iso\d|mp4\d|avc1|M4V |MSNV|dash|mmp4|f4v )/i.test(brand) ? 'video/mp4' : undefined;
}

type Look = { readonly latin: string; readonly filename: string };

/** The first that knows the beginning says the type; undefined: it is not one of Meta's. */
const SIGNATURES: readonly (readonly [RegExp, (look: Look) => MediaType | undefined])[] = [
  [/^\xff\xd8\xff/, () => 'image/jpeg'],
  [/^\x89PNG\r\n\x1a\n/, () => 'image/png'],
  [/^RIFF[^]{4}WEBP/, () => 'image/webp'],
  [/^[^]{4}ftyp/, ({ latin }) => isoType(latin.slice(8, 12))],
  // Of what Ogg can hold, Meta takes Opus.
  [/^OggS/, ({ latin }) => (latin.includes('OpusHead') ? 'audio/ogg' : undefined)],
  [/^#!AMR/, () => 'audio/amr'],
  [/^ID3/, () => 'audio/mpeg'],
  // The layer bits tell ADTS (0) from MPEG audio layer III (1).
  [/^\xff[\xf0\xf1\xf8\xf9]/, () => 'audio/aac'],
  [/^\xff[\xe2\xe3\xf2\xf3\xfa\xfb]/, () => 'audio/mpeg'],
  [/^%PDF-/, () => 'application/pdf'],
  [/^\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1/, ({ filename }) => chosen(OLE_BY_NAME, filename)],
  [/^PK\x03\x04/, ({ latin, filename }) => chosen(ZIP_BY_FOLDER, latin) ?? chosen(ZIP_BY_NAME, filename)],
];

/**
 * The type of a file by its first {@link SNIFFED_BYTES} bytes, whatever it was said to be; its name counts only where
 * one format stands for several types. Undefined for what Meta does not take.
 */
export function sniffMediaType(head: Uint8Array, filename = ''): MediaType | undefined {
  const latin = Buffer.from(head).toString('latin1');
  const known = SIGNATURES.find(([form]) => form.test(latin));
  if (known) return known[1]({ latin, filename });
  return isText(head) ? 'text/plain' : undefined;
}

/** UTF-8 without control characters; one cut off where the beginning ends is none of its faults. */
function isText(head: Uint8Array): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, {
      stream: head.length >= SNIFFED_BYTES,
    });
    return text.length > 0 && !/[\x00-\x08\x0e-\x1a\x1c-\x1f]/.test(text);
  } catch {
    return false;
  }
}
