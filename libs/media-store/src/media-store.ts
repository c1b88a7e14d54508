import type { Readable } from 'node:stream';

/** What is known of a stored file without reading it. */
type StoredFile = { readonly key: string; readonly changedAt: Date };

/** A store for the bytes of media. Keys are `<account>/<name>`. */
export type MediaStore = {
  /** Stores all of the bytes or none, even through a crash; replaces what is under the key. */
  readonly put: (key: string, bytes: AsyncIterable<Uint8Array>) => Promise<void>;
  /** Throws {@link NotStored}. The caller must read or destroy the stream. */
  readonly open: (key: string) => Promise<Readable>;
  /** Does nothing if there is no such key. */
  readonly delete: (key: string) => Promise<void>;
  /** Everything in the store, including what a crash left unfinished. */
  readonly list: () => AsyncIterable<StoredFile>;
};

export class NotStored extends Error {
  constructor(key: string) {
    super(`The media store has no ${key}.`);
    this.name = 'NotStored';
  }
}
