import type { Readable } from 'node:stream';

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
