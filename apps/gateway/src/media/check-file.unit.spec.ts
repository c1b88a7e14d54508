import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { MEDIA_KINDS } from '@wbiz/contracts/media/types';
import { checkFile } from './check-file.js';

async function* inChunks(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}
async function check(bytes: Buffer, { name = 'a', chunk = 1_000, mimeType = 'text/plain' } = {}) {
  const parts: Uint8Array[] = [];
  const checked = await checkFile(inChunks(bytes, chunk), { filename: name, mimeType }, async (kept) => {
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
    const kept = checkFile(endless(), { filename: 'a', mimeType: 'image/jpeg' }, async (bytes) => {
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
    ['image/png', Buffer.from('#!/bin/sh\n'), 'text/plain'],
    ['application/pdf', Buffer.from('Hello'), 'text/plain'],
    ['audio/ogg', pdf(5_000), 'application/pdf'],
  ])('declared as %s that is something else is refused, naming both', (mimeType, bytes, type) =>
    expect(check(bytes, { mimeType })).rejects.toMatchObject({
      code: 'unsupported_media_type',
      message: `The file is declared as ${mimeType}, and is of type ${type}.`,
    }),
  );

  it('is told by its tracks, which stand at its end', async () => {
    const recording = Buffer.concat([
      Buffer.from('\0\0\0\x10ftypisom\0\0\0\0\0\0\x27\x18mdat', 'latin1'),
      Buffer.alloc(10_000, 7),
      Buffer.from(
        `\0\0\0\x30moov\0\0\0\x28trak\0\0\0\x20mdia\0\0\0\x18hdlr${'\0'.repeat(8)}soun\0\0\0\0`,
        'latin1',
      ),
    ]);
    for (const mimeType of ['audio/mp4', 'video/mp4'])
      expect(await check(recording, { mimeType })).toMatchObject({ mimeType: 'audio/mp4', isWhole: true });
    const film = Buffer.from(recording.toString('latin1').replace('soun', 'vide'), 'latin1');
    await expect(check(film, { mimeType: 'audio/mp4' })).rejects.toMatchObject({
      message: 'The file is declared as audio/mp4, and is of type video/mp4.',
    });
  });

  it.each([
    ['../../etc/passwd', 'passwd'],
    ['folder/', null],
  ])('called %j is %j', async (name, filename) =>
    expect((await check(pdf(100), { name })).filename).toBe(filename),
  );
});
