import type { ServiceOptions } from '@wbiz/service-kit/run-service';
import { MEDIA_SETTINGS } from '@wbiz/service-kit/settings';
import { TemplatesModule } from './templates.module.js';

export const TEMPLATES: ServiceOptions = {
  name: 'templates',
  module: TemplatesModule,
  peers: ['gateway', 'messaging'],
  settings: MEDIA_SETTINGS,
};
