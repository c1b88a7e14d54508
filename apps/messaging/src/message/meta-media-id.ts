import type { GraphBody } from './send-kinds.js';

type Sent = { readonly mediaId: string | null; readonly content: GraphBody | null };

/** Whether the body of a send still lacks Meta's id of its medium. */
export const lacksMetaId = ({ mediaId, content }: Sent): boolean =>
  mediaId !== null && /"id":\{"mediaId":/.test(JSON.stringify(content));

/** The body with Meta's id in its place. */
export const withMetaId = (content: GraphBody, metaId: string): GraphBody =>
  JSON.parse(JSON.stringify(content), (name, value: unknown) =>
    name === 'id' && typeof value === 'object' ? metaId : value,
  ) as GraphBody;
