// node scripts/on-node.mjs <script.ts> [arguments]: installs missing packages, then runs the script on the Node of the dev
// dependencies.
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { prepare } from './bootstrap.mjs';
import { sayFault } from './say.mjs';

try {
  await prepare(fileURLToPath(import.meta.url));
  process.argv.splice(1, 1);
  await import(pathToFileURL(resolve(process.argv[1] ?? '')).href);
} catch (error) {
  sayFault(error);
  process.exit(1);
}
