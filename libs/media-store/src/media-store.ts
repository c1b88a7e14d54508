import type { Readable } from 'node:stream';

/** A stored file's key and the time of its last change. */
type StoredFile = { readonly key: string; readonly changedAt: Date };

/** Stores the bytes of media under keys of the form `<account>/<name>`. */
export type MediaStore = {
  /** Stores all of the bytes, or none if it fails or the process crashes. Replaces bytes stored under the key before. */
  readonly put: (key: string, bytes: AsyncIterable<Uint8Array>) => Promise<void>;
  /** Throws {@link NotStored} if the key is not stored. The caller must read the stream to its end or destroy it. */
  readonly open: (key: string) => Promise<Readable>;
  /** Deletes the file; does nothing if the key is not stored. */
  readonly delete: (key: string) => Promise<void>;
  /** Lists all files. The store in a directory also lists unfinished files that a crash has left. */
  readonly list: () => AsyncIterable<StoredFile>;
};

export class NotStored extends Error {
  constructor(key: string) {
    super(`The media store has no ${key}.`);
    this.name = 'NotStored';
  }
}
