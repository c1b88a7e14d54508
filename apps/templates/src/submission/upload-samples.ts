import type { CloudApi } from '@wbiz/cloud-api/cloud-api';
import type { MediaFile } from '@wbiz/cloud-api/graph-upload';
import { nameByType, nameInLink } from '@wbiz/contracts/media/file-name';
import type { MediaOnFile } from '@wbiz/contracts/media';
import { mediaTypeOf } from '@wbiz/contracts/media/types';
import { entryOf, object, objects, text } from '@wbiz/contracts/meta/item';
import type { FieldFault } from '@wbiz/contracts/problem';
import type { TemplateComponent } from '@wbiz/contracts/template';
import { formatOf } from '@wbiz/contracts/template/components';
import { Rejection } from '@wbiz/eventing/rejection';
import { NotStored, type MediaStore } from '@wbiz/media-store/media-store';
import { sampleOf } from '../template/keep-samples.js';
import { UnreadableLink, type ReadLink } from './read-link.js';

type Fields = Record<string, unknown>;

/** Media types per header format that Meta's resumable uploads accept (templates/components). */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  IMAGE: ['image/jpeg', 'image/png'],
  VIDEO: ['video/mp4'],
  GIF: ['video/mp4'],
  DOCUMENT: ['application/pdf'],
};

export type Uploader = { readonly accountId: string; readonly token: string; readonly appId: string };
export type SampleUploaderOptions = {
  readonly findMedia: (accountId: string, id: string) => Promise<MediaOnFile | null>;
  readonly store: Pick<MediaStore, 'open'>;
  readonly readLink: ReadLink;
  readonly cloudApi: Pick<CloudApi, 'uploadSample'>;
};
export type WithHandles = (
  components: readonly TemplateComponent[],
  uploader: Uploader,
) => Promise<readonly Fields[]>;

/**
 * Uploads the media and links in components, and returns the components with Meta's handles in their place. Throws a
 * Rejection that names an unusable sample, and errors of Meta, the media store and messaging.
 */
export const sampleUploader = (options: SampleUploaderOptions): WithHandles =>
  function withHandles(components, uploader) {
    return each(components, '/components', uploader, options);
  };

async function each(
  components: readonly Fields[],
  at: string,
  uploader: Uploader,
  options: SampleUploaderOptions,
): Promise<readonly Fields[]> {
  const done: Fields[] = [];
  for (const [index, component] of components.entries()) {
    const here = `${at}/${index}`;
    const format = component['type'] === 'HEADER' ? formatOf(component) : '';
    if (component['type'] === 'CAROUSEL') {
      const cards: Fields[] = [];
      for (const [card, { components: inner, ...rest }] of objects(component['cards']).entries())
        cards.push({
          ...rest,
          components: await each(objects(inner), `${here}/cards/${card}/components`, uploader, options),
        });
      done.push({ ...component, cards });
    } else if (entryOf(TYPES, format)) {
      const sample = text(sampleOf(component)) ?? '';
      const wanted = { sample, format, at: `${here}/example/header_handle/0` };
      const handle = await handleOf(wanted, uploader, options);
      const example = { ...object(component['example']), header_handle: [handle] };
      done.push(handle ? { ...component, example } : component);
    } else done.push(component);
  }
  return done;
}

type Wanted = { readonly sample: string; readonly format: string; readonly at: string };

async function handleOf(
  wanted: Wanted,
  { accountId, token, appId }: Uploader,
  options: SampleUploaderOptions,
): Promise<string> {
  const { sample } = wanted;
  const read = sample.startsWith('med_') ? keptFile : /^https:/i.test(sample) ? linkedFile : undefined;
  if (!read) return sample;
  if (!appId)
    throw new Rejection('upstream_error', "Meta does not tell which app the account's access token is of.");
  const { open, ...file } = await read(sample, wanted, accountId, options);
  const types = TYPES[wanted.format]!;
  if (!types.includes(file.mimeType))
    throw refused(
      'invalid_request',
      wanted.at,
      'media_type',
      `must be ${types.join(' or ')}, not ${file.mimeType}`,
    );
  return options.cloudApi.uploadSample(token, appId, { ...file, bytes: await open() });
}

type Unopened = Omit<MediaFile, 'bytes'> & { readonly open: () => Promise<MediaFile['bytes']> };
type Read = (
  sample: string,
  wanted: Wanted,
  accountId: string,
  options: SampleUploaderOptions,
) => Promise<Unopened>;

const keptFile: Read = async (id, { at }, accountId, { findMedia, store }) => {
  const missing = () =>
    refused('media_not_found', at, 'not_found', `names the media ${id}, which is not there`);
  const found = await findMedia(accountId, id);
  if (found?.state === 'awaited')
    throw new Rejection('unavailable', `The file of ${id} is still being fetched from Meta. Try again.`, {
      retryAfter: 2,
    });
  if (found?.state !== 'kept') throw missing();
  const { key, view } = found;
  const open = () =>
    store.open(key).catch((error: unknown) => {
      throw error instanceof NotStored ? missing() : error;
    });
  return { mimeType: view.mimeType, size: view.size, filename: nameByType(view), open };
};

const linkedFile: Read = async (link, { at }, _accountId, { readLink }) => {
  const bytes = await readLink(link).catch((error: unknown) => {
    throw error instanceof UnreadableLink
      ? refused('invalid_request', at, 'link', `holds a link that cannot be used: ${error.message}`)
      : error;
  });
  const named = nameInLink(link);
  const mimeType = mediaTypeOf(bytes, named) ?? 'something else';
  const filename = nameByType({ mediaId: 'sample', mimeType, filename: named ?? null });
  return { mimeType, size: bytes.length, filename, open: () => Promise.resolve(chunk(bytes)) };
};

async function* chunk(bytes: Uint8Array) {
  yield await Promise.resolve(bytes);
}

function refused(code: string, pointer: string, rule: string, what: string): Rejection {
  const detail = `${pointer.slice(1)} ${what}.`;
  return new Rejection(code, detail, [{ pointer, code: rule, detail } satisfies FieldFault]);
}
