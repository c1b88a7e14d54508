import {
  Activity,
  BookUser,
  KeyRound,
  Megaphone,
  MessagesSquare,
  ScrollText,
  Settings,
  Webhook,
} from 'lucide-preact';
import { lazy } from 'preact-iso';

/** What an account has, in the order of the menu; each is loaded when it is first opened, and stands at /console/accounts/:account/<path>. */
export const SECTIONS = [
  {
    path: 'inbox',
    name: 'Inbox',
    icon: MessagesSquare,
    page: lazy(() => import('./inbox/inbox.js').then((m) => m.Inbox)),
  },
  {
    path: 'contacts',
    name: 'Contacts',
    icon: BookUser,
    page: lazy(() => import('./contacts/contacts.js').then((m) => m.Contacts)),
  },
  {
    path: 'templates',
    name: 'Templates',
    icon: ScrollText,
    page: lazy(() => import('./templates/templates.js').then((m) => m.Templates)),
  },
  {
    path: 'campaigns',
    name: 'Campaigns',
    icon: Megaphone,
    page: lazy(() => import('./campaigns/campaigns.js').then((m) => m.Campaigns)),
  },
  {
    path: 'events',
    name: 'Events',
    icon: Activity,
    page: lazy(() => import('./events/events.js').then((m) => m.Events)),
  },
  {
    path: 'webhooks',
    name: 'Webhooks',
    icon: Webhook,
    page: lazy(() => import('./webhooks/webhooks.js').then((m) => m.Webhooks)),
  },
  {
    path: 'keys',
    name: 'API keys',
    icon: KeyRound,
    page: lazy(() => import('./keys/keys.js').then((m) => m.Keys)),
  },
  {
    path: 'settings',
    name: 'Account',
    icon: Settings,
    page: lazy(() => import('./accounts/account-settings.js').then((m) => m.AccountSettings)),
  },
] as const;
