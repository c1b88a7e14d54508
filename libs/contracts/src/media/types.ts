import { IsoTracks } from './iso-tracks.js';

const KB = 1024;
const MB = 1024 * KB;
const OFFICE = 'application/vnd.openxmlformats-officedocument';

/** The types and the most bytes that Meta accepts per kind (Meta's media page, supported media types). */
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

/** Whether a file of this type can be sent as this kind; any accepted type can also be sent as a document. */
export const canGoAs = (kind: MediaKind, type: string): boolean =>
  isMediaType(type) && (kind === 'document' || kindOf(type) === kind);

/** The kind of media that a file of this type normally is. */
export const kindOf = (type: MediaType): MediaKind =>
  (Object.keys(MEDIA_KINDS) as MediaKind[]).find((kind) =>
    (MEDIA_KINDS[kind].types as readonly string[]).includes(type),
  )!;

/** How many bytes of a file's start {@link sniffMediaType} needs. */
export const SNIFFED_BYTES = 4_096;

/** OLE and ZIP files may be of several types: the folders within a ZIP decide, else the file name. */
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

/** The type of an ISO base media file by its brand; Meta does not accept other brands (HEIC, AVIF, QuickTime). */
function isoType(brand: string): MediaType | undefined {
  if (/^M4[AB] /.test(brand)) return 'audio/mp4';
  if (/^3g[2p]/.test(brand)) return 'video/3gpp';
  return /^(isom|iso\d|mp4\d|avc1|M4V |MSNV|dash|mmp4|f4v )/i.test(brand) ? 'video/mp4' : undefined;
}

const ISO_TYPES: readonly string[] = ['video/mp4', 'video/3gpp', 'audio/mp4'];

/** Whether {@link typeByTracks} may correct the type. */
export const hasTracks = (type: MediaType): boolean => ISO_TYPES.includes(type);

/** Corrects the type by the file's tracks: audio recordings share the brands of video files. */
export function typeByTracks(type: MediaType, { kinds }: Pick<IsoTracks, 'kinds'>): MediaType {
  if (!hasTracks(type)) return type;
  if (kinds.has('vide')) return type === 'audio/mp4' ? 'video/mp4' : type;
  return kinds.has('soun') ? 'audio/mp4' : type;
}

/** Whether the detected type fits the declared one; a declared type that is not a media type fits any. */
export function isAsDeclared(type: MediaType, declared: string): boolean {
  if (/^application\/(x-)?pdf$/.test(declared)) return type === 'application/pdf';
  const [family = ''] = declared.split('/');
  if (!['image', 'audio', 'video'].includes(family)) return true;
  return type.startsWith(`${family}/`) || (family === 'video' && type === 'audio/mp4');
}

type Look = { readonly latin: string; readonly filename: string };

/** The first signature that matches decides; undefined: a type that Meta does not accept. */
const SIGNATURES: readonly (readonly [RegExp, (look: Look) => MediaType | undefined])[] = [
  [/^\xff\xd8\xff/, () => 'image/jpeg'],
  [/^\x89PNG\r\n\x1a\n/, () => 'image/png'],
  [/^RIFF[^]{4}WEBP/, () => 'image/webp'],
  [/^[^]{4}ftyp/, ({ latin }) => isoType(latin.slice(8, 12))],
  // Of Ogg's codecs Meta accepts Opus only.
  [/^OggS/, ({ latin }) => (latin.includes('OpusHead') ? 'audio/ogg' : undefined)],
  [/^#!AMR/, () => 'audio/amr'],
  [/^ID3/, () => 'audio/mpeg'],
  // The layer bits tell ADTS (0) from MPEG audio layer III (1).
  [/^\xff[\xf0\xf1\xf8\xf9]/, () => 'audio/aac'],
  [/^\xff[\xe2\xe3\xf2\xf3\xfa\xfb]/, () => 'audio/mpeg'],
  // PDF readers skip blanks before the header, which some servers write.
  [/^(?:\xef\xbb\xbf)?[\t\n\f\r ]{0,1024}%PDF-/, () => 'application/pdf'],
  [/^\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1/, ({ filename }) => chosen(OLE_BY_NAME, filename)],
  [/^PK\x03\x04/, ({ latin, filename }) => chosen(ZIP_BY_FOLDER, latin) ?? chosen(ZIP_BY_NAME, filename)],
];

/**
 * The type of a file by its first {@link SNIFFED_BYTES} bytes, ignoring the declared type; its name decides only
 * where one format holds several types. Undefined if Meta does not accept it.
 */
export function sniffMediaType(head: Uint8Array, filename = ''): MediaType | undefined {
  const latin = Buffer.from(head).toString('latin1');
  const known = SIGNATURES.find(([form]) => form.test(latin));
  if (known) return known[1]({ latin, filename });
  return isText(head) ? 'text/plain' : undefined;
}

/** The type of a complete file. */
export function mediaTypeOf(bytes: Uint8Array, filename?: string): MediaType | undefined {
  const type = sniffMediaType(bytes.subarray(0, SNIFFED_BYTES), filename);
  if (!type || !hasTracks(type)) return type;
  const tracks = new IsoTracks();
  tracks.read(bytes);
  return typeByTracks(type, tracks);
}

const CONTROL = /[\x00-\x08\x0e-\x1a\x1c-\x1f]/;

/**
 * Whether it is text without control characters: UTF-8, UTF-16 with a byte order mark, or any other code page, which
 * cannot be recognised.
 */
function isText(head: Uint8Array): boolean {
  const text = textIn(head);
  return text.length > 0 && !CONTROL.test(text);
}

/** Decodes the sample; ignores a character that is cut off at its end. */
function textIn(head: Uint8Array): string {
  const latin = Buffer.from(head).toString('latin1');
  const utf16 = /^(?:\xff\xfe|\xfe\xff)/.exec(latin)?.[0];
  const encoding = utf16 === undefined ? 'utf-8' : utf16 === '\xff\xfe' ? 'utf-16le' : 'utf-16be';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(head, { stream: head.length >= SNIFFED_BYTES });
  } catch {
    return utf16 === undefined ? latin : '';
  }
}
