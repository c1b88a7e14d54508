import { createHash } from 'node:crypto';
import { LIMITS } from '@wbiz/contracts/limits';
import { kindOf, MEDIA_KINDS, sniffMediaType, SNIFFED_BYTES } from '@wbiz/contracts/media-types';
import type { CreateMediaData } from '@wbiz/contracts/media';
import { Rejection } from '@wbiz/eventing/rejection';
import { wrongPart } from './one-file.js';

type CheckedFile = Pick<CreateMediaData, 'mimeType' | 'size' | 'sha256' | 'filename'>;
type Bytes = AsyncIterable<Uint8Array>;

/**
 * Hands the bytes of a file to `put` while it finds out what they are. Throws `unsupported_media_type` for what Meta does
 * not take, `too_large` as soon as the file is larger than Meta takes of its kind, `invalid_request` for an empty one.
 */
export async function checkFile(
  bytes: Bytes,
  givenName: string | undefined,
  put: (bytes: Bytes) => Promise<void>,
): Promise<CheckedFile> {
  const filename = nameOf(givenName);
  const hash = createHash('sha256');
  let size = 0;
  let told: ReturnType<typeof typeOf> | undefined;

  async function* checked(): AsyncGenerator<Uint8Array, void, undefined> {
    const head: Uint8Array[] = [];
    const tell = () => (told = typeOf(Buffer.concat(head), filename));
    for await (const chunk of bytes) {
      hash.update(chunk);
      size += chunk.length;
      if (told) yield chunk;
      else head.push(chunk);
      if (!told && size >= SNIFFED_BYTES) {
        tell();
        yield* head;
      }
      if (told && size > told.maxBytes) throw tooLarge(told);
    }
    if (size === 0) throw wrongPart('file', 'is empty');
    if (told) return;
    tell();
    yield* head;
  }

  await put(checked());
  return { mimeType: told!.type, size, sha256: hash.digest('hex'), filename };
}

function typeOf(head: Uint8Array, filename: string | null) {
  const type = sniffMediaType(head, filename ?? undefined);
  if (!type)
    throw new Rejection(
      'unsupported_media_type',
      `The file is of none of the types that Meta takes: ${Object.values(MEDIA_KINDS)
        .flatMap(({ types }) => [...types])
        .join(', ')}.`,
    );
  const kind = kindOf(type);
  return { type, kind, maxBytes: MEDIA_KINDS[kind].maxBytes };
}

const tooLarge = ({ type, kind, maxBytes }: { type: string; kind: string; maxBytes: number }) =>
  new Rejection('too_large', `A file of type ${type} (${kind}) can have at most ${maxBytes} bytes.`);

/** A name that any system can show, without the folders of whoever sent it. */
function nameOf(given = ''): string | null {
  const bare = given.replace(/^.*[/\\]/s, '').replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '');
  const [ending = ''] = /\.[^.\s]{1,10}$/.exec(bare.trim()) ?? [];
  const name = bare.trim().slice(0, -ending.length || undefined);
  return (name.slice(0, LIMITS.filename.max - ending.length) + ending).toWellFormed() || null;
}
