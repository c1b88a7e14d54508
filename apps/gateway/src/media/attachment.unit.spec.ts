import { expect, it } from '@jest/globals';
import { attachment } from './attachment.js';

it.each([
  ['a.jpg', 'attachment; filename="a.jpg"'],
  ['two words.pdf', 'attachment; filename="two words.pdf"'],
  [`it's.pdf`, `attachment; filename="it's.pdf"`],
  ['a"b\\c.pdf', `attachment; filename="a_b_c.pdf"; filename*=UTF-8''a%22b%5Cc.pdf`],
  ['50%.pdf', `attachment; filename="50_.pdf"; filename*=UTF-8''50%25.pdf`],
  ['Größe (1).pdf', `attachment; filename="Gr__e (1).pdf"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%281%29.pdf`],
  [
    'a\r\nSet-Cookie: x',
    `attachment; filename="a__Set-Cookie: x"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x`,
  ],
  ['न.txt', `attachment; filename="_.txt"; filename*=UTF-8''%E0%A4%A8.txt`],
  ['\ud800.txt', `attachment; filename="_.txt"; filename*=UTF-8''%EF%BF%BD.txt`],
])('%j', (filename, header) => expect(attachment(filename)).toBe(header));
