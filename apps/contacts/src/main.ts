import { runService } from '@wbiz/service-kit/run-service';
import { ContactsModule } from './contacts.module.js';

await runService({ name: 'contacts', module: ContactsModule, peers: ['gateway'] });
