import { openDirectory } from './directory.js';
import type { MediaStore } from './media-store.js';

/** How to open a store, by URL scheme of `MEDIA_STORE`. The code for S3 is loaded only if it is used. */
const STORES: Readonly<Record<string, (url: URL) => Promise<MediaStore>>> = {
  'file:': openDirectory,
  's3:': async (url) => (await import('./bucket.js')).openBucket(url),
};

/**
 * Opens the store that `MEDIA_STORE` names (`file:///dir` or `s3://bucket/prefix?region=&endpoint=`), and checks that
 * it can be written to and read. Throws an error that names the fault.
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
