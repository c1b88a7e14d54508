/** What an API key may be allowed to do. */
export const SCOPES = [
  'messages:send',
  'messages:read',
  'templates:read',
  'templates:write',
  'contacts:read',
  'contacts:write',
  'inbox:read',
  'inbox:write',
  'webhooks:manage',
  'events:read',
  'tags:read',
  'tags:write',
  'fields:read',
  'fields:write',
  'quick_replies:read',
  'quick_replies:write',
  'interactive:write',
  'flows:read',
  'flows:write',
  'campaigns:read',
  'campaigns:write',
  'media:write',
] as const;
export type Scope = (typeof SCOPES)[number];

/** Scopes that a wider one opens as well: where users know one scope for a whole area, it opens the area's reads. */
export const OPENED_BY: { readonly [Narrow in Scope]?: Scope } = {
  'quick_replies:read': 'quick_replies:write',
};
