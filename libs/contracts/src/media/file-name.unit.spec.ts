import { describe, expect, it } from '@jest/globals';
import { fileName, nameByType, nameInLink } from './file-name.js';
import { MEDIA_KINDS } from './types.js';

describe('the name of a file', () => {
  it.each([
    ['catalogue.jpg', 'catalogue.jpg'],
    ['C:\\Users\\me\\a.jpg', 'a.jpg'],
    ['../../etc/passwd', 'passwd'],
    ['../../etc/пароль.pdf', 'пароль.pdf'],
    ['a\u0000b\r\n\u202e.jpg', 'ab.jpg'],
    ['  ', null],
    ['', null],
    ['folder/', null],
    ['..', null],
    ['../..', null],
    ['. ', null],
    ['x'.repeat(300), 'x'.repeat(240)],
    [`${'x'.repeat(300)}.jpeg`, `${'x'.repeat(235)}.jpeg`],
    [`${'😀'.repeat(300)}.pdf`, `${'😀'.repeat(236)}.pdf`],
    ['.jpg', '.jpg'],
    ['Größe न.jpg', 'Größe न.jpg'],
  ])('%j is %j', (given, name) => expect(fileName(given)).toBe(name));
});

describe('a file goes under a name of its type', () => {
  const called = (filename: string | null, mimeType: string) =>
    nameByType({ mediaId: 'med_1', mimeType, filename });

  it.each([
    ['audio/ogg', 'voice-note.mp4', 'voice-note.ogg'],
    ['audio/ogg', 'voice-note.OPUS', 'voice-note.OPUS'],
    ['audio/ogg', null, 'med_1.ogg'],
    ['audio/mp4', 'call.3gp', 'call.m4a'],
    ['application/pdf', 'quote', 'quote.pdf'],
    ['application/pdf', 'Quote No. 7.5', 'Quote No. 7.5.pdf'],
    ['application/pdf', 'quote.PDF', 'quote.PDF'],
    ['application/pdf', '.jpg', 'med_1.pdf'],
    ['image/jpeg', 'photo.png', 'photo.jpg'],
    ['image/jpeg', 'photo.jpeg', 'photo.jpeg'],
    ['text/plain', 'prices.csv', 'prices.csv'],
    ['text/plain', 'prices.xlsx', 'prices.txt'],
    ['text/plain', 'README', 'README.txt'],
    ['application/zip', 'a.zip', 'a.zip'],
    ['application/zip', null, 'med_1'],
  ])('of %s: %j is %j', (mimeType, filename, name) => expect(called(filename, mimeType)).toBe(name));

  it('whatever Meta takes, and within the limit', () => {
    for (const type of Object.values(MEDIA_KINDS).flatMap(({ types }) => [...types])) {
      expect(called(null, type)).toMatch(/^med_1\.[a-z\d]+$/);
      expect(called('x'.repeat(240), type)).toHaveLength(240);
    }
  });
});

it.each([
  ['https://x.in/a/Factura%20Noviembre.pdf?X-Amz-Signature=1/2#page=3', 'Factura Noviembre.pdf'],
  ['https://x.in/%D0%BF%D0%B0%D1%80%D0%BE%D0%BB%D1%8C.pdf', 'пароль.pdf'],
  ['https://x.in/a%2F..%2Fb.pdf', 'b.pdf'],
  ['https://x.in/100%.pdf', '100%.pdf'],
  ['https://x.in/a/', undefined],
  ['https://x.in', undefined],
  ['https://x.in?file=/a.pdf', undefined],
])('the link %j names %j', (link, name) => expect(nameInLink(link)).toBe(name));
