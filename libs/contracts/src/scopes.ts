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

/** A scope (left) that another one (right) includes: clients know the other as the scope of the whole area. */
export const OPENED_BY: { readonly [Narrow in Scope]?: Scope } = {
  'quick_replies:read': 'quick_replies:write',
};
