import { describe, expect, it } from '@jest/globals';
import { IsoTracks } from './iso-tracks.js';
import {
  canGoAs,
  isAsDeclared,
  kindOf,
  MEDIA_KINDS,
  mediaTypeOf,
  SNIFFED_BYTES,
  sniffMediaType,
  type MediaType,
} from './types.js';

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
  ['a PDF behind a byte order mark', '\xef\xbb\xbf%PDF-1.4\n', '', 'application/pdf'],
  ['a PDF behind empty lines', '\r\n\r\n%PDF-1.7\n%\xe2\xe3', '', 'application/pdf'],
  ['a Word document', zip('word/document.xml'), 'x.xlsx', `${OFFICE}.wordprocessingml.document`],
  ['a workbook', zip('xl/workbook.xml'), '', `${OFFICE}.spreadsheetml.sheet`],
  ['slides', zip('ppt/presentation.xml'), '', `${OFFICE}.presentationml.presentation`],
  ['a workbook by its name alone', zip(), 'Prices.XLSX', `${OFFICE}.spreadsheetml.sheet`],
  ['an old Word document', OLE, 'letter.doc', 'application/msword'],
  ['an old workbook', OLE, 'prices.xls', 'application/vnd.ms-excel'],
  ['old slides', OLE, 'talk.ppt', 'application/vnd.ms-powerpoint'],
  ['a table in Latin-1', 'Name;Preis\r\nM\xfcller;7', 'a.csv', 'text/plain'],
  ['a table in windows-1252', 'Preis;7,50 \x80;\x93neu\x94', 'a.csv', 'text/plain'],
  ['a table in code page 850', 'M\x81ller;7', 'a.csv', 'text/plain'],
  ['a table in Shift JIS', '\x96\xbc\x91\x4f,\x8f\x5a\x8f\x8a\n', 'a.csv', 'text/plain'],
  ['a table in UTF-16', '\xff\xfeM\0\xfc\0;\x007\0', 'a.csv', 'text/plain'],
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
    ['UTF-16 that has control characters', '\xff\xfeM\0\x01\0', 'a.txt'],
    ['a PDF behind other bytes', '\0\0%PDF-1.4\n', 'a.pdf'],
    ['a text with NUL', 'a\0b', 'a.txt'],
  ])('%s is none of Meta’s', (_what, bytes, filename) =>
    expect(sniffMediaType(Buffer.from(bytes, 'latin1'), filename)).toBeUndefined(),
  );
});

describe('an ISO base media file', () => {
  const box = (type: string, content: Buffer | string = '') => {
    const bytes = Buffer.from(content as string, 'latin1');
    const head = Buffer.alloc(8);
    head.writeUInt32BE(8 + bytes.length);
    head.write(type, 4, 'latin1');
    return Buffer.concat([head, bytes]);
  };
  const track = (handler: string) =>
    box(
      'trak',
      Buffer.concat([
        box('tkhd', Buffer.alloc(84)),
        box(
          'mdia',
          Buffer.concat([box('mdhd', Buffer.alloc(24)), box('hdlr', `${'\0'.repeat(8)}${handler}\0\0`)]),
        ),
      ]),
    );
  const movie = (...handlers: string[]) =>
    box('moov', Buffer.concat([box('mvhd', Buffer.alloc(100)), ...handlers.map(track)]));
  const film = (brand: string, ...handlers: string[]) =>
    Buffer.concat([
      box('ftyp', `${brand}\0\0\0\0`),
      box('mdat', Buffer.alloc(10_000, 7)),
      movie(...handlers),
    ]);

  it.each<[string, string[], MediaType]>([
    ['mp42', ['soun'], 'audio/mp4'],
    ['isom', ['soun', 'text'], 'audio/mp4'],
    ['3gp4', ['soun'], 'audio/mp4'],
    ['M4A ', ['soun'], 'audio/mp4'],
    ['M4A ', ['vide', 'soun'], 'video/mp4'],
    ['isom', ['soun', 'vide'], 'video/mp4'],
    ['3gp5', ['vide'], 'video/3gpp'],
    ['isom', ['hint'], 'video/mp4'],
  ])('of brand %s with tracks %j is %s', (brand, handlers, type) =>
    expect(mediaTypeOf(film(brand, ...handlers))).toBe(type),
  );

  it('is read in chunks of any size, boxes of 64 bits included', () => {
    const wide = Buffer.concat([Buffer.from('\0\0\0\x01mdat\0\0\0\0\0\0\0\x20', 'latin1'), Buffer.alloc(16)]);
    const bytes = Buffer.concat([box('ftyp', 'mp42'), wide, movie('soun')]);
    for (let size = 1; size < bytes.length; size += 1) {
      const tracks = new IsoTracks();
      for (let at = 0; at < bytes.length; at += size) tracks.read(bytes.subarray(at, at + size));
      expect([...tracks.kinds]).toEqual(['soun']);
    }
  });

  it('ends where a box has no size', () => {
    const tracks = new IsoTracks();
    tracks.read(Buffer.concat([Buffer.from('\0\0\0\0mdat', 'latin1'), movie('soun')]));
    expect([...tracks.kinds]).toEqual([]);
  });
});

it.each<[string, MediaType, boolean]>([
  ['image/png', 'text/plain', false],
  ['image/png', 'image/jpeg', true],
  ['image/svg+xml', 'text/plain', false],
  ['application/pdf', 'text/plain', false],
  ['application/x-pdf', 'text/plain', false],
  ['application/x-pdf', 'application/pdf', true],
  ['audio/mpeg', 'application/pdf', false],
  ['audio/ogg', 'video/mp4', false],
  ['video/mp4', 'audio/mp4', true],
  ['video/mp4', 'audio/ogg', false],
  ['text/csv', 'text/plain', true],
  ['application/octet-stream', 'image/png', true],
])('declared as %s, and of type %s: %s', (declared, type, is) =>
  expect(isAsDeclared(type, declared)).toBe(is),
);

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
