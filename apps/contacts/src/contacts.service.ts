import type { ServiceOptions } from '@wbiz/service-kit/run-service';
import { ContactsModule } from './contacts.module.js';

export const CONTACTS: ServiceOptions = { name: 'contacts', module: ContactsModule, peers: ['gateway'] };
