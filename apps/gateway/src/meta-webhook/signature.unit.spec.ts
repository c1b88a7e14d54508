import { createHmac } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { isSignedBy } from './signature.js';

// Escaped as Meta does it: parsing and serialising again would change the bytes.
const body = Buffer.from('{"text":"\\u0939\\ud83d\\ude00 a\\/b"}');
const sign = (secret: string, bytes: Buffer) =>
  `sha256=${createHmac('sha256', secret).update(bytes).digest('hex')}`;

it('takes the signature of the very bytes', () => {
  expect(isSignedBy('secret', body, sign('secret', body))).toBe(true);
  const rewritten = Buffer.from(JSON.stringify(JSON.parse(body.toString())));
  expect(isSignedBy('secret', rewritten, sign('secret', body))).toBe(false);
});

it.each([
  ['of another secret', sign('other', body)],
  ['of other bytes', sign('secret', Buffer.from('{}'))],
  ['of another kind', sign('secret', body).replace('sha256', 'sha1')],
  ['in upper case', sign('secret', body).toUpperCase()],
  ['cut short', sign('secret', body).slice(0, -2)],
  ['followed by more', `${sign('secret', body)}00`],
  ['empty', ''],
  ['absent', undefined],
  ['given twice', [sign('secret', body), sign('secret', body)]],
])('refuses one %s', (_what, header) => expect(isSignedBy('secret', body, header)).toBe(false));
