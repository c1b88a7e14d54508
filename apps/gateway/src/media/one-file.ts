import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { Busboy, type BusboyHeaders } from '@fastify/busboy';
import { MEDIA_KINDS } from '@wbiz/contracts/media/types';
import { Rejection } from '@wbiz/eventing/rejection';

/** A client that sends nothing for this long is refused (ms). */
const SILENCE_MS = 30_000;
/** After a refusal the rest of the body is read for this long (ms): a client that is still sending reads no answer. */
const DRAIN_MS = 10_000;
/** The largest file, plus the form around it. */
const MOST_BYTES = MEDIA_KINDS.document.maxBytes + 65_536;
const LIMITS = { fieldNameSize: 100, fieldSize: 1, headerPairs: 20, headerSize: 8_192 };

/** What the form declares about its file. */
export type Said = { readonly filename: string | undefined; readonly mimeType: string };

/**
 * Reads a form (RFC 7578) with exactly one part, the file `file`, and streams its bytes to `take`. Resolves with
 * `take`'s result once the form has ended. Throws what `take` throws, `invalid_request` for any other part or none,
 * `too_large` for a form beyond the largest file, `malformed_request` for a broken form or a client that leaves. `take`
 * has ended by then.
 */
export function oneFile<T>(
  request: IncomingMessage,
  take: (bytes: Readable, said: Said) => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let file: Readable | undefined;
    let taken: Promise<T> | undefined;
    let failed = false;
    const form = formOf(request);

    const fail = (error: Error) => {
      if (failed) return;
      failed = true;
      request.unpipe(form).resume();
      setTimeout(() => request.complete || request.destroy(), DRAIN_MS).unref();
      file?.destroy(error);
      void Promise.allSettled([taken]).then(() => reject(error));
    };
    form.on('file', (name, bytes, filename, _encoding, mimeType) => {
      // `take` and the form report this error too; without a listener it would end the process.
      bytes.on('error', () => undefined);
      if (name !== 'file' || file) return fail(wrongPart(name, file ? 'is a second part' : 'is not known'));
      file = bytes;
      taken = take(bytes, { filename, mimeType: mimeType.toLowerCase() });
      taken.catch(fail);
    });
    form.on('field', (name: string | undefined) =>
      fail(wrongPart(name, name === 'file' ? 'must be a file with a name' : 'is not known')),
    );
    form.on('error', () => fail(malformed('The body is not a whole multipart/form-data.')));
    form.on('finish', () => {
      request.setTimeout(0);
      if (taken) taken.then(resolve, fail);
      else fail(wrongPart('file', 'is required'));
    });
    request.once('close', () => request.complete || fail(malformed('The client went away.')));
    request.setTimeout(SILENCE_MS, () => fail(malformed(`Nothing came for ${SILENCE_MS / 1000} seconds.`)));
    let seen = 0;
    request.on('data', ({ length }: Buffer) => (seen += length) > MOST_BYTES && fail(tooLarge()));
    if (Number(request.headers['content-length'] ?? 0) > MOST_BYTES) fail(tooLarge());
    else request.pipe(form);
  });
}

function formOf({ headers }: IncomingMessage) {
  try {
    return new Busboy({ headers: headers as BusboyHeaders, limits: LIMITS });
  } catch {
    throw malformed('The Content-Type has no boundary.');
  }
}

const tooLarge = () =>
  new Rejection(
    'too_large',
    `A file can have at most ${MEDIA_KINDS.document.maxBytes} bytes, less by its kind.`,
  );
const malformed = (detail: string) => new Rejection('malformed_request', detail);

export function wrongPart(name: string | undefined, what: string): Rejection {
  const detail = `The form must hold one part, the file "file": ${JSON.stringify(name ?? '')} ${what}.`;
  const pointer = `/${(name ?? '').replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return new Rejection('invalid_request', detail, [{ pointer, code: 'form', detail }]);
}
