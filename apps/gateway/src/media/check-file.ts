import { createHash } from 'node:crypto';
import { fileName } from '@wbiz/contracts/media/file-name';
import { IsoTracks } from '@wbiz/contracts/media/iso-tracks';
import {
  hasTracks,
  isAsDeclared,
  kindOf,
  MEDIA_KINDS,
  sniffMediaType,
  SNIFFED_BYTES,
  typeByTracks,
  type MediaType,
} from '@wbiz/contracts/media/types';
import type { CreateMediaData } from '@wbiz/contracts/media';
import { Rejection } from '@wbiz/eventing/rejection';
import { wrongPart, type Said } from './one-file.js';

type CheckedFile = Pick<CreateMediaData, 'mimeType' | 'size' | 'sha256' | 'filename'>;
type Bytes = AsyncIterable<Uint8Array>;

/**
 * Streams a file to `put` while detecting its type. Throws `unsupported_media_type` if Meta does not take the type or
 * it is not the declared one, `too_large` as soon as the file exceeds Meta's limit for its kind, `invalid_request` if
 * it is empty.
 */
export async function checkFile(
  bytes: Bytes,
  said: Said,
  put: (bytes: Bytes) => Promise<void>,
): Promise<CheckedFile> {
  const filename = fileName(said.filename);
  const hash = createHash('sha256');
  const tracks = new IsoTracks();
  let size = 0;
  let told: ReturnType<typeof typeOf> | undefined;

  async function* checked(): AsyncGenerator<Uint8Array, void, undefined> {
    const head: Uint8Array[] = [];
    const tell = () => (told = typeOf(Buffer.concat(head), filename, said.mimeType));
    for await (const chunk of bytes) {
      hash.update(chunk);
      if (!told || hasTracks(told.type)) tracks.read(chunk);
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
    const rest = told ? [] : head;
    told ??= tell();
    requireDeclared(typeByTracks(told.type, tracks), said.mimeType);
    yield* rest;
  }

  await put(checked());
  return { mimeType: typeByTracks(told!.type, tracks), size, sha256: hash.digest('hex'), filename };
}

function typeOf(head: Uint8Array, filename: string | null, declared: string) {
  const type = sniffMediaType(head, filename ?? undefined);
  if (!type)
    throw new Rejection(
      'unsupported_media_type',
      `The file is of none of the types that Meta takes: ${Object.values(MEDIA_KINDS)
        .flatMap(({ types }) => [...types])
        .join(', ')}.`,
    );
  if (!hasTracks(type)) requireDeclared(type, declared);
  const kind = kindOf(type);
  return { type, kind, maxBytes: MEDIA_KINDS[kind].maxBytes };
}

function requireDeclared(type: MediaType, declared: string): void {
  if (!isAsDeclared(type, declared))
    throw new Rejection(
      'unsupported_media_type',
      `The file is declared as ${declared}, and is of type ${type}.`,
    );
}

const tooLarge = ({ type, kind, maxBytes }: { type: string; kind: string; maxBytes: number }) =>
  new Rejection('too_large', `A file of type ${type} (${kind}) can have at most ${maxBytes} bytes.`);
