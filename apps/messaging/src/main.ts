import { runService } from '@wbiz/service-kit/run-service';
import { MessagingModule } from './messaging.module.js';
import { SETTINGS } from './messaging.settings.js';

await runService({
  name: 'messaging',
  module: MessagingModule,
  peers: ['gateway', 'contacts', 'templates'],
  settings: SETTINGS,
});
