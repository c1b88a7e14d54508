import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { GraphBody } from './graph-transport.js';

/** Timeout of an upload, in ms: enough for 100 MB, Meta's maximum, at 1 MB a second. */
export const UPLOAD_TIMEOUT_MS = 100_000;

/** A file for Meta; `size` is the number of bytes in `bytes`. */
export type MediaFile = {
  readonly mimeType: string;
  readonly filename: string;
  readonly size: number;
  readonly bytes: AsyncIterable<Uint8Array>;
};

const ESCAPES: Readonly<Record<string, string>> = { '"': '%22', '\r': '%0D', '\n': '%0A' };

/**
 * The form of `POST /{phone number}/media`. The file is streamed, but with a known length, since Meta accepts no
 * chunked uploads. A file longer or shorter than `size` aborts the request.
 */
export function uploadBody({ mimeType, filename, size, bytes }: MediaFile): GraphBody {
  const boundary = `wbiz-${randomUUID()}`;
  const field = (name: string, value: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const name = filename.replaceAll(/["\r\n]/g, (character) => ESCAPES[character]!);
  const head = Buffer.from(
    `${field('messaging_product', 'whatsapp')}${field('type', mimeType)}--${boundary}\r\n` +
      `Content-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: ${mimeType}\r\n\r\n`,
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    length: head.length + size + tail.length,
    bytes: Readable.from(
      (async function* () {
        yield head;
        yield* bytes;
        yield tail;
      })(),
      { objectMode: false },
    ),
  };
}

/** A file as the whole body, for Meta's resumable uploads. */
export const rawBody = ({ mimeType, size, bytes }: MediaFile): GraphBody => ({
  contentType: mimeType,
  length: size,
  bytes: Readable.from(bytes, { objectMode: false }),
});
