// npm test [-- --full] [-- arguments for Jest]: unit, integration and end-to-end tests with a real Kafka and Postgres.
import { fileURLToPath } from 'node:url';
import { prepare } from './bootstrap.mjs';
import { requireJava } from './embedded/java.mjs';
import { sayFault } from './say.mjs';

try {
  if (!process.env.KAFKA_BROKERS) await requireJava();
  await prepare(fileURLToPath(import.meta.url));
  await import('./test.ts');
} catch (error) {
  sayFault(error);
  console.log('\n0 passed, 1 failed');
  process.exit(1);
}
