import { nameInLink } from '@wbiz/contracts/media/file-name';
import { canGoAs, type MediaKind } from '@wbiz/contracts/media/types';
import type { TemplateView } from '@wbiz/contracts/template';
import { Rejection } from '@wbiz/eventing/rejection';

/** A body for `POST /{phone-number-id}/messages`, without recipient and callback data. */
export type GraphBody = { readonly type: string } & Readonly<Record<string, unknown>>;
/** Placeholder for Meta's media id until Meta has a copy; no `id` of Meta's is ever an object. */
type MetaMediaId = string | { readonly mediaId: string };
/** Type and name are null for a medium named by Meta's own id. */
export type Medium = {
  readonly metaId: MetaMediaId;
  readonly mimeType: string | null;
  readonly filename: string | null;
};

/** A composed send: its body for Meta, and its text in the inbox. */
export type Composed = {
  readonly content: GraphBody;
  readonly body: string | null;
  readonly payload: Record<string, unknown> | null;
};

/** What a request names, as looked up; null or absent if it does not exist. */
export type Named = {
  /** `unavailable`: our copy lacks it and its owner could not be asked. */
  readonly template: TemplateView | null | 'unavailable';
  /** By the request's ids. */
  readonly media: ReadonlyMap<string, Medium>;
  /** The wamid of the message reacted to. */
  readonly reactedWamid: string | null;
};

/** Undefined if no medium is named. Throws if the medium cannot be sent as this kind. */
export function metaIdFor(
  kind: MediaKind,
  id: string | undefined,
  { media }: Named,
  pointer: string,
): MetaMediaId | undefined {
  if (id === undefined) return undefined;
  const { metaId, mimeType } = media.get(id)!;
  if (mimeType && !canGoAs(kind, mimeType))
    throw refused('invalid_request', `A file of type ${mimeType} cannot be sent as ${kind}.`, pointer);
  return metaId;
}

type File = {
  readonly mediaId?: string | undefined;
  readonly link?: string | undefined;
  readonly filename?: string | undefined;
};

/** The name of a document, which Meta cannot know: from the request, else the stored file, else the link. */
export const documentName = ({ mediaId, link, filename }: File, { media }: Named): string | undefined =>
  filename ??
  (mediaId === undefined ? undefined : media.get(mediaId)?.filename) ??
  (link === undefined ? undefined : nameInLink(link));

export const defined = (fields: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** A refusal with the pointer of its field. */
export const refused = (code: string, detail: string, pointer: string) =>
  new Rejection(code, detail, [{ pointer, code, detail }]);
