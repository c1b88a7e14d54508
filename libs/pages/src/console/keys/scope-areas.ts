import { SCOPES, type Scope } from '@wbiz/contracts/scopes';

export const AREAS = ['Messages', 'Inbox', 'Contacts', 'Templates', 'Campaigns', 'Events'] as const;
type Area = (typeof AREAS)[number];

/** The area of the form in which a scope is shown, and what the scope allows. */
const MEANING: Readonly<Record<Scope, readonly [Area, string]>> = {
  'messages:send': ['Messages', 'Send messages'],
  'messages:read': ['Messages', 'Read messages'],
  'media:write': ['Messages', 'Upload, read and delete media'],
  'interactive:write': ['Messages', 'Keep and send interactive presets'],
  'inbox:read': ['Inbox', 'Read conversations'],
  'inbox:write': ['Inbox', 'Close, assign and mark them read'],
  'quick_replies:read': ['Inbox', 'Read quick replies'],
  'quick_replies:write': ['Inbox', 'Change quick replies'],
  'contacts:read': ['Contacts', 'Read contacts'],
  'contacts:write': ['Contacts', 'Change and import contacts'],
  'tags:read': ['Contacts', 'Read tags'],
  'tags:write': ['Contacts', 'Change tags'],
  'fields:read': ['Contacts', 'Read custom fields'],
  'fields:write': ['Contacts', 'Change custom fields'],
  'templates:read': ['Templates', 'Read templates'],
  'templates:write': ['Templates', 'Change templates and submit them'],
  'flows:read': ['Templates', 'Read flows'],
  'flows:write': ['Templates', 'Send flows'],
  'campaigns:read': ['Campaigns', 'Read campaigns'],
  'campaigns:write': ['Campaigns', 'Make and run campaigns'],
  'events:read': ['Events', 'Read the events feed'],
  'webhooks:manage': ['Events', 'Manage webhooks'],
};

export const meaningOf = (scope: Scope): string => MEANING[scope][1];
export const scopesOf = (area: Area): Scope[] => SCOPES.filter((scope) => MEANING[scope][0] === area);
