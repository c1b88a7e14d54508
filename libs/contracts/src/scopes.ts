/** The scopes of an API key. */
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

/** Narrow scopes that a wider one includes: if users know one scope for a whole area, it includes the area's reads. */
export const OPENED_BY: { readonly [Narrow in Scope]?: Scope } = {
  'quick_replies:read': 'quick_replies:write',
};
