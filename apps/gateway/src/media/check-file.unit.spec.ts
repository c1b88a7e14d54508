import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { MEDIA_KINDS } from '@wbiz/contracts/media-types';
import { checkFile } from './check-file.js';

async function* inChunks(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}
async function check(bytes: Buffer, { name = 'a', chunk = 1_000 } = {}) {
  const parts: Uint8Array[] = [];
  const checked = await checkFile(inChunks(bytes, chunk), name, async (kept) => {
    for await (const part of kept) parts.push(part);
  });
  return { ...checked, isWhole: Buffer.concat(parts).equals(bytes) };
}
const pdf = (size: number) => Buffer.concat([Buffer.from('%PDF-1.4\n'), Buffer.alloc(size - 9, 7)]);

describe('a file', () => {
  it.each([
    [10, 1],
    [4_095, 4_095],
    [4_096, 1],
    [4_096, 4_096],
    [4_097, 4_096],
    [100_000, 65_536],
  ])('of %d bytes in chunks of %d is handed on whole', async (size, chunk) => {
    const bytes = pdf(size);
    expect(await check(bytes, { chunk })).toEqual({
      mimeType: 'application/pdf',
      size,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      filename: 'a',
      isWhole: true,
    });
  });

  it('that is too large is given up at once', async () => {
    const { maxBytes } = MEDIA_KINDS.image;
    let handed = 0;
    async function* endless() {
      yield await Promise.resolve(Buffer.from([0xff, 0xd8, 0xff]));
      for (;;) yield Buffer.alloc(65_536);
    }
    const kept = checkFile(endless(), 'a', async (bytes) => {
      for await (const part of bytes) handed += part.length;
    });
    await expect(kept).rejects.toMatchObject({ code: 'too_large' });
    expect(handed).toBeGreaterThan(maxBytes - 65_536);
    expect(handed).toBeLessThanOrEqual(maxBytes + 65_536);
  });

  it.each([
    ['nothing', Buffer.alloc(0), 'invalid_request'],
    ['a GIF', Buffer.from('GIF89a\x01'), 'unsupported_media_type'],
  ])('of %s is refused', (_what, bytes, code) => expect(check(bytes)).rejects.toMatchObject({ code }));

  it.each([
    ['catalogue.jpg', 'catalogue.jpg'],
    ['C:\\Users\\me\\a.jpg', 'a.jpg'],
    ['../../etc/passwd', 'passwd'],
    ['a\u0000b\r\n\u202e.jpg', 'ab.jpg'],
    ['  ', null],
    ['', null],
    ['folder/', null],
    ['x'.repeat(300), 'x'.repeat(240)],
    [`${'x'.repeat(300)}.jpeg`, `${'x'.repeat(235)}.jpeg`],
    [`${'x'.repeat(235)}.jpeg`, `${'x'.repeat(235)}.jpeg`],
    ['.jpg', '.jpg'],
    ['Größe न.jpg', 'Größe न.jpg'],
  ])('called %j is %j', async (name, filename) =>
    expect((await check(pdf(100), { name })).filename).toBe(filename),
  );
});
