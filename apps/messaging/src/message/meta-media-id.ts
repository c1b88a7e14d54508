import type { GraphBody } from './graph-body.js';

type Sent = {
  readonly mediaId: string | null;
  readonly otherMediaIds?: readonly string[];
  readonly content: GraphBody;
};

/** The media of a send that still lack Meta's ids. */
export function mediaWithoutMetaId({ mediaId, otherMediaIds = [], content }: Sent): string[] {
  if (mediaId === null) return [];
  const lacking = JSON.stringify(content).matchAll(/"id":\{"mediaId":"([^"]+)"\}/g);
  const ids = new Set([...lacking].map(([, id]) => id!));
  return [mediaId, ...otherMediaIds].filter((id) => ids.has(id));
}

/** The body with Meta's ids in place of the placeholders; `metaIds` maps our ids to Meta's. */
export const withMetaIds = (content: GraphBody, metaIds: ReadonlyMap<string, string>): GraphBody =>
  JSON.parse(JSON.stringify(content), (name, value: unknown) =>
    name === 'id' && typeof value === 'object' && value !== null && 'mediaId' in value
      ? (metaIds.get(String(value.mediaId)) ?? value)
      : value,
  ) as GraphBody;
