import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { GatewayModule } from '../gateway.module.js';
import { openApiDocument } from './document.js';

// Run by `npm run specs`: writes the documents that the gateway serves; a unit test checks them for drift.
const file = createRequire(import.meta.url).resolve('@wbiz/contracts/specs/openapi.json');
await writeFile(file, `${JSON.stringify(await openApiDocument(GatewayModule), null, 2)}\n`);
