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
import { loadPage } from './load-page.js';

/** The sections of an account in menu order, at /console/accounts/:account/<path>; each is loaded when first opened. */
export const SECTIONS = [
  {
    path: 'inbox',
    name: 'Inbox',
    icon: MessagesSquare,
    page: loadPage(() => import('./inbox/inbox.js').then((m) => m.Inbox)),
  },
  {
    path: 'contacts',
    name: 'Contacts',
    icon: BookUser,
    page: loadPage(() => import('./contacts/contacts.js').then((m) => m.Contacts)),
  },
  {
    path: 'templates',
    name: 'Templates',
    icon: ScrollText,
    page: loadPage(() => import('./templates/templates.js').then((m) => m.Templates)),
  },
  {
    path: 'campaigns',
    name: 'Campaigns',
    icon: Megaphone,
    page: loadPage(() => import('./campaigns/campaigns.js').then((m) => m.Campaigns)),
  },
  {
    path: 'events',
    name: 'Events',
    icon: Activity,
    page: loadPage(() => import('./events/events.js').then((m) => m.Events)),
  },
  {
    path: 'webhooks',
    name: 'Webhooks',
    icon: Webhook,
    page: loadPage(() => import('./webhooks/webhooks.js').then((m) => m.Webhooks)),
  },
  {
    path: 'keys',
    name: 'API keys',
    icon: KeyRound,
    page: loadPage(() => import('./keys/keys.js').then((m) => m.Keys)),
  },
  {
    path: 'settings',
    name: 'Settings',
    icon: Settings,
    page: loadPage(() => import('./accounts/account-settings.js').then((m) => m.AccountSettings)),
  },
] as const;
