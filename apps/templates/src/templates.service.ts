import type { ServiceOptions } from '@wbiz/service-kit/run-service';
import { TemplatesModule } from './templates.module.js';
import { SETTINGS } from './templates.settings.js';

export const TEMPLATES: ServiceOptions = {
  name: 'templates',
  module: TemplatesModule,
  peers: ['gateway', 'messaging'],
  settings: SETTINGS,
};
