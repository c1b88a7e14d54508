import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
// @boundaries-ignore the S3 server for all tests of the repository is there
import { S3_CREDENTIALS, startS3 } from '../../../scripts/embedded/s3.ts';
import type { MediaStore } from './media-store.js';
import { openMediaStore } from './open-media-store.js';

const MB = 1024 * 1024;
let home: string;
let s3: Awaited<ReturnType<typeof startS3>>;
let urls: Record<'directory' | 'bucket', string>;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'wbiz-media-store-'));
  Object.assign(process.env, S3_CREDENTIALS);
  s3 = await startS3({ dataDir: join(home, 's3'), bucket: 'media' });
  urls = {
    directory: pathToFileURL(join(home, 'files')).href,
    bucket: `s3://media/some/prefix?region=eu-central-1&endpoint=${encodeURIComponent(s3.endpoint)}`,
  };
}, 120_000);
afterAll(async () => {
  await s3?.stop();
  await rm(home, { recursive: true });
});

async function* chunks(bytes: Buffer, size = 65_536) {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}
async function* broken(bytes: Buffer) {
  yield* chunks(bytes);
  throw new Error('the source broke');
}
const read = async (store: MediaStore, key: string) => {
  const parts: Buffer[] = [];
  for await (const part of await store.open(key)) parts.push(part as Buffer);
  return Buffer.concat(parts);
};
const keysOf = async (store: MediaStore) => {
  const keys: string[] = [];
  for await (const { key, changedAt } of store.list()) {
    expect(Math.abs(Date.now() - changedAt.getTime())).toBeLessThan(60_000);
    keys.push(key);
  }
  return keys.sort();
};

describe.each(['directory', 'bucket'] as const)('a %s', (kind) => {
  let store: MediaStore;
  beforeAll(async () => {
    store = await openMediaStore(urls[kind]);
  });

  it.each([
    ['nothing', 0],
    ['a byte', 1],
    ['a little', 100_000],
    ['exactly a part', 5 * MB],
    ['several parts', 12 * MB + 7],
  ])('keeps %s', async (_what, size) => {
    const bytes = randomBytes(size);
    await store.put('acc_1/med_1', chunks(bytes));
    expect((await read(store, 'acc_1/med_1')).equals(bytes)).toBe(true);
  });

  it('lists what there is, removes it, and what is not there as well', async () => {
    await store.put('acc_1/med_1', chunks(Buffer.from('one')));
    await store.put('acc_2/med_1', chunks(Buffer.from('two')));
    expect(await keysOf(store)).toEqual(['acc_1/med_1', 'acc_2/med_1']);
    await store.delete('acc_1/med_1');
    await store.delete('acc_1/med_1');
    expect(await keysOf(store)).toEqual(['acc_2/med_1']);
    await expect(store.open('acc_1/med_1')).rejects.toMatchObject({ name: 'NotStored' });
    expect((await read(store, 'acc_2/med_1')).toString()).toBe('two');
  });

  it.each([
    ['small', 1_000],
    ['large', 11 * MB],
  ])('keeps nothing of what breaks, being %s, and what was there before stays', async (_what, size) => {
    await store.put('acc_3/med_1', chunks(Buffer.from('before')));
    await expect(store.put('acc_3/med_1', broken(randomBytes(size)))).rejects.toThrow('the source broke');
    await expect(store.put('acc_3/med_2', broken(randomBytes(size)))).rejects.toThrow('the source broke');
    expect((await read(store, 'acc_3/med_1')).toString()).toBe('before');
    expect((await keysOf(store)).filter((key) => key.startsWith('acc_3'))).toEqual(['acc_3/med_1']);
  });
});

it('a directory takes no key that leads out of it', async () => {
  const store = await openMediaStore(urls.directory);
  for (const key of ['../x', 'a/../../x', '/etc/passwd', 'a'])
    await expect(store.put(key, chunks(Buffer.from('x')))).rejects.toThrow('is no key');
  expect(await readdir(home)).not.toContain('x');
});

describe('is checked when it is opened', () => {
  it.each([
    [
      'a bucket that is not there',
      () => urls.bucket.replace('media', 'nowhere'),
      /s3:\/\/nowhere.* cannot be used/,
    ],
    [
      'a server that is not there',
      () => 's3://media?endpoint=http://127.0.0.1:9',
      /cannot be used: .*ECONNREFUSED/,
    ],
    ['a file', () => pathToFileURL(join(home, 'a-file')).href, /a-file cannot be used: E/],
  ])('%s', async (_what, url, message) => {
    await writeFile(join(home, 'a-file'), '');
    await expect(openMediaStore(url())).rejects.toThrow(message);
  });
});
