import { describe, expect, it } from '@jest/globals';
import {
  canGoAs,
  kindOf,
  MEDIA_KINDS,
  SNIFFED_BYTES,
  sniffMediaType,
  type MediaType,
} from './media-types.js';

const OFFICE = 'application/vnd.openxmlformats-officedocument';
const OLE = '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1';
const zip = (...entries: string[]) =>
  ['[Content_Types].xml', ...entries].map((name) => `PK\x03\x04${'\0'.repeat(26)}${name}<?xml`).join('');
const iso = (brand: string) => `\0\0\0\x18ftyp${brand}\0\0\x02\0isomiso2`;

const KNOWN: [string, string, string, MediaType][] = [
  ['a JPEG', '\xff\xd8\xff\xe0\0\x10JFIF', '', 'image/jpeg'],
  ['a PNG', '\x89PNG\r\n\x1a\n\0\0\0\rIHDR', '', 'image/png'],
  ['a PNG that calls itself a PDF', '\x89PNG\r\n\x1a\n', 'a.pdf', 'image/png'],
  ['a WebP', 'RIFF\x1e\0\0\0WEBPVP8L', '', 'image/webp'],
  ['an MP4', iso('isom'), '', 'video/mp4'],
  ['another MP4', iso('mp42'), '', 'video/mp4'],
  ['a 3GP', iso('3gp5'), '', 'video/3gpp'],
  ['an M4A', iso('M4A '), '', 'audio/mp4'],
  ['Opus in Ogg', `OggS\0\x02${'\0'.repeat(20)}\x01\x13OpusHead\x01`, '', 'audio/ogg'],
  ['an AMR', '#!AMR\n', '', 'audio/amr'],
  ['an MP3 with tags', 'ID3\x04\0', '', 'audio/mpeg'],
  ['an MP3 without', '\xff\xfb\x90\x64', '', 'audio/mpeg'],
  ['an AAC', '\xff\xf1\x50\x80', '', 'audio/aac'],
  ['a PDF', '%PDF-1.4\n', '', 'application/pdf'],
  ['a Word document', zip('word/document.xml'), 'x.xlsx', `${OFFICE}.wordprocessingml.document`],
  ['a workbook', zip('xl/workbook.xml'), '', `${OFFICE}.spreadsheetml.sheet`],
  ['slides', zip('ppt/presentation.xml'), '', `${OFFICE}.presentationml.presentation`],
  ['a workbook by its name alone', zip(), 'Prices.XLSX', `${OFFICE}.spreadsheetml.sheet`],
  ['an old Word document', OLE, 'letter.doc', 'application/msword'],
  ['an old workbook', OLE, 'prices.xls', 'application/vnd.ms-excel'],
  ['old slides', OLE, 'talk.ppt', 'application/vnd.ms-powerpoint'],
  ['a text', 'Hello\r\n\tthere', 'a.png', 'text/plain'],
];

describe('the type of a file', () => {
  it.each(KNOWN)('%s', (_what, bytes, filename, type) =>
    expect(sniffMediaType(Buffer.from(bytes, 'latin1'), filename)).toBe(type),
  );
  it('each that Meta takes can be told', () => {
    const all = Object.values(MEDIA_KINDS).flatMap(({ types }) => [...types]);
    expect(new Set(KNOWN.map(([, , , type]) => type))).toEqual(new Set(all));
  });
  it('a text whose last character is cut off', () =>
    expect(sniffMediaType(Buffer.from('न'.repeat(2_000)).subarray(0, SNIFFED_BYTES))).toBe('text/plain'));

  it.each<[string, string, string]>([
    ['nothing', '', 'a.txt'],
    ['a GIF', 'GIF89a\x01\0\x01\0', 'a.png'],
    ['a HEIC', iso('heic'), 'a.mp4'],
    ['a QuickTime film', iso('qt  '), 'a.mp4'],
    ['Vorbis in Ogg', `OggS\0\x02${'\0'.repeat(20)}\x01\x1e\x01vorbis`, 'a.ogg'],
    ['a WAV', 'RIFF\x24\0\0\0WAVEfmt ', 'a.mp3'],
    ['any other zip', zip('META-INF/MANIFEST.MF'), 'a.jar'],
    ['any other OLE file', OLE, 'setup.msi'],
    ['a program', '\x7fELF\x02\x01\x01\0', 'a.pdf'],
    ['a program of Windows', 'MZ\x90\0\x03\0\0\0', 'a.docx'],
    ['bytes that are no UTF-8', 'caf\xe9', 'a.txt'],
    ['a text with NUL', 'a\0b', 'a.txt'],
  ])('%s is none of Meta’s', (_what, bytes, filename) =>
    expect(sniffMediaType(Buffer.from(bytes, 'latin1'), filename)).toBeUndefined(),
  );
});

it.each([
  ['image/webp', 'sticker', 512_000],
  ['image/png', 'image', 5_242_880],
  ['audio/ogg', 'audio', 16_777_216],
  ['video/3gpp', 'video', 16_777_216],
  ['text/plain', 'document', 104_857_600],
] as const)('%s goes as %s of at most %d bytes', (type, kind, bytes) => {
  expect([kindOf(type), MEDIA_KINDS[kindOf(type)].maxBytes]).toEqual([kind, bytes]);
});

it.each([
  ['image', 'image/png', true],
  ['document', 'image/png', true],
  ['video', 'image/png', false],
  ['sticker', 'image/webp', true],
  ['image', 'image/webp', false],
  ['document', 'text/html', false],
] as const)('as %s of type %s: %s', (kind, type, can) => expect(canGoAs(kind, type)).toBe(can));
