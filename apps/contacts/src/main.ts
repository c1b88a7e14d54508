import { runService } from '@wbiz/service-kit/run-service';
import { CONTACTS } from './contacts.service.js';

await runService(CONTACTS);
