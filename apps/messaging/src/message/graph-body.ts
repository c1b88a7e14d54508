import { nameInLink } from '@wbiz/contracts/file-name';
import { canGoAs, type MediaKind } from '@wbiz/contracts/media-types';
import type { TemplateView } from '@wbiz/contracts/template';
import { Rejection } from '@wbiz/eventing/rejection';

/** A body for `POST /{phone-number-id}/messages`, without recipient and callback data. */
export type GraphBody = { readonly type: string } & Readonly<Record<string, unknown>>;
/** What stands in a body for Meta's id of a medium while Meta has no copy of it; no field of Meta's called `id` is an object. */
type MetaMediaId = string | { readonly mediaId: string };
/** Type and name are null for one that goes by Meta's own id. */
export type Medium = {
  readonly metaId: MetaMediaId;
  readonly mimeType: string | null;
  readonly filename: string | null;
};

/** What a send comes to: what Meta is told, and what the inbox shows of it. */
export type Composed = {
  readonly content: GraphBody;
  readonly body: string | null;
  readonly payload: Record<string, unknown> | null;
};

/** What was looked up of what a request names: nothing where there is no such thing. */
export type Named = {
  /** `unavailable`: our copy lacks it and its owner could not be asked. */
  readonly template: TemplateView | null | 'unavailable';
  /** By the ids that the request has. */
  readonly media: ReadonlyMap<string, Medium>;
  /** The wamid of the message reacted to. */
  readonly reactedWamid: string | null;
};

/** Undefined where no medium is named. Throws where it cannot go as this kind. */
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

/** What a document is called, which Meta cannot know by itself: as the request says, or as it is kept, or as its link ends. */
export const documentName = ({ mediaId, link, filename }: File, { media }: Named): string | undefined =>
  filename ??
  (mediaId === undefined ? undefined : media.get(mediaId)?.filename) ??
  (link === undefined ? undefined : nameInLink(link));

export const defined = (fields: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** A refusal that names the field it is about. */
export const refused = (code: string, detail: string, pointer: string) =>
  new Rejection(code, detail, [{ pointer, code, detail }]);
