import type { ServiceOptions } from '@wbiz/service-kit/run-service';
import { MessagingModule } from './messaging.module.js';
import { SETTINGS } from './messaging.settings.js';

export const MESSAGING: ServiceOptions = {
  name: 'messaging',
  module: MessagingModule,
  peers: ['gateway', 'contacts', 'templates'],
  settings: SETTINGS,
};
