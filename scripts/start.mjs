// npm start [-- --fresh] [-- --verbose]: starts WBIZ, Kafka, Postgres and the simulator on this machine. See README.md.
import { fileURLToPath } from 'node:url';
import { prepare } from './bootstrap.mjs';
import { requireJava } from './embedded/java.mjs';
import { say, sayFault } from './say.mjs';
import { startOptions } from './start-options.mjs';

try {
  const options = startOptions(process.argv.slice(2), process.env);
  if ('help' in options) {
    say.line(options.help);
    process.exit(0);
  }
  if (!process.env.KAFKA_BROKERS) await requireJava();
  await prepare(fileURLToPath(import.meta.url));
  const { start } = await import('./start.ts');
  await start(options);
} catch (error) {
  sayFault(error);
  process.exit(1);
}
