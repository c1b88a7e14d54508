#!/usr/bin/env node
import { existsSync } from 'node:fs';

const cli = new URL('../dist/admin/cli.js', import.meta.url);
if (!existsSync(cli)) {
  process.stderr.write('wbiz: not built yet; run npm start or npm run build first\n');
  process.exit(1);
}
const { main } = await import(cli.href);
await main();
