import type { GraphBody } from './send-kinds.js';

/** Stands in a body for Meta's id of a medium while Meta has no copy of it; no field of Meta's called `id` is an object. */
export type MetaMediaId = string | { readonly mediaId: string };

/** Whether a body still lacks Meta's id of its medium. */
export const lacksMetaId = (content: GraphBody | null): content is GraphBody =>
  content !== null && /"id":\{"mediaId":/.test(JSON.stringify(content));

/** The body with Meta's id in its place. */
export const withMetaId = (content: GraphBody, metaId: string): GraphBody =>
  JSON.parse(JSON.stringify(content), (name, value: unknown) =>
    name === 'id' && typeof value === 'object' ? metaId : value,
  ) as GraphBody;
