import type { Readable } from 'node:stream';
import { openDirectory } from './directory.js';

/** What of a stored file can be told without reading it. */
export type StoredFile = { readonly key: string; readonly changedAt: Date };

/** Where the bytes of media lie. Keys are `<account>/<name>`. */
export type MediaStore = {
  /** Keeps the bytes, all of them or nothing, through a crash too; what stood under the key is replaced. */
  readonly put: (key: string, bytes: AsyncIterable<Uint8Array>) => Promise<void>;
  /** Throws {@link NotStored}. Whoever calls has to read or destroy the stream. */
  readonly open: (key: string) => Promise<Readable>;
  /** Also where there is nothing. */
  readonly delete: (key: string) => Promise<void>;
  /** Everything there is, what a crash left unfinished included. */
  readonly list: () => AsyncIterable<StoredFile>;
};

export class NotStored extends Error {
  constructor(key: string) {
    super(`The media store has no ${key}.`);
    this.name = 'NotStored';
  }
}

/** Each scheme of `MEDIA_STORE`; what S3 needs is loaded only where it is used. */
const STORES: Readonly<Record<string, (url: URL) => Promise<MediaStore>>> = {
  'file:': openDirectory,
  's3:': async (url) => (await import('./bucket.js')).openBucket(url),
};

/**
 * Opens the store that `MEDIA_STORE` names (`file:///dir` or `s3://bucket/prefix?region=&endpoint=`), and makes sure that
 * it can be written to and read. Throws an error that says what is wrong with it.
 */
export async function openMediaStore(setting: string): Promise<MediaStore> {
  const url = new URL(setting);
  const probe = `probe/${process.pid}-${Date.now()}`;
  try {
    const store = await STORES[url.protocol]!(url);
    await store.put(probe, chunk(Buffer.from('probe')));
    for await (const bytes of await store.open(probe)) void bytes;
    await store.delete(probe);
    return store;
  } catch (cause) {
    const { message } = cause as Error;
    throw new Error(`MEDIA_STORE ${url.protocol}//${url.host}${url.pathname} cannot be used: ${message}`, {
      cause,
    });
  }
}

async function* chunk(bytes: Uint8Array) {
  yield await Promise.resolve(bytes);
}
