import { nameInLink } from '@wbiz/contracts/media/file-name';
import { canGoAs, type MediaKind } from '@wbiz/contracts/media/types';
import type { TemplateView } from '@wbiz/contracts/template';
import { Rejection } from '@wbiz/eventing/rejection';

/** A body for `POST /{phone-number-id}/messages`, without recipient and callback data. */
export type GraphBody = { readonly type: string } & Readonly<Record<string, unknown>>;
/** Meta's media id, or a placeholder with our id until Meta has a copy. Meta's own ids are never objects. */
type MetaMediaId = string | { readonly mediaId: string };
/** A medium to send. Type and name are null if the request named it by Meta's id. */
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

/** What a request refers to, as looked up; null or absent if it does not exist. */
export type Referenced = {
  /** `unavailable`: this service's copy lacks the template, and the templates service did not answer. */
  readonly template: TemplateView | null | 'unavailable';
  /** Keyed by the ids in the request. */
  readonly media: ReadonlyMap<string, Medium>;
  /** The wamid of the message reacted to. */
  readonly reactedWamid: string | null;
};

/**
 * Meta's id of the medium, or its placeholder; undefined without `id`. Throws a Rejection if a file of this type cannot
 * be sent as `kind`.
 */
export function metaIdFor(
  kind: MediaKind,
  id: string | undefined,
  { media }: Referenced,
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

/** The file name of a document for Meta: from the request, or else from the stored file, or else from the link. */
export const documentName = ({ mediaId, link, filename }: File, { media }: Referenced): string | undefined =>
  filename ??
  (mediaId === undefined ? undefined : media.get(mediaId)?.filename) ??
  (link === undefined ? undefined : nameInLink(link));

export const defined = (fields: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** A rejection with one fault, at the field `pointer`. */
export const refused = (code: string, detail: string, pointer: string) =>
  new Rejection(code, detail, [{ pointer, code, detail }]);
