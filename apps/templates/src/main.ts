import { runService } from '@wbiz/service-kit/run-service';
import { TemplatesModule } from './templates.module.js';

await runService({ name: 'templates', module: TemplatesModule, peers: ['gateway'] });
