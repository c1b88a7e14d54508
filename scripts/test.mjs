// npm test [-- --full] [-- what to pass to jest]: unit, integration and end-to-end tests on a real Kafka and Postgres.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, prepare } from './bootstrap.mjs';
import { chartTools } from './chart-tools.mjs';
import { requireJava } from './embedded/java.mjs';
import { guideTools } from './guide-tools.mjs';
import { jest, jestEnv, run } from './run.mjs';
import { say, step } from './say.mjs';

const MINUTES = { unit: 5, int: 15, e2e: 30, full: 90 };

async function main() {
  if (!process.env.KAFKA_BROKERS) await requireJava();
  await prepare(fileURLToPath(import.meta.url));
  const { startTestStack } = await import('./embedded/jest-setup.mjs');
  const options = process.argv.slice(2);
  const more = options.filter((option) => option !== '--full');
  const stages = ['unit', 'int', 'e2e', ...(options.includes('--full') ? ['full'] : [])];

  const [stack] = await Promise.all([
    step('Kafka and Postgres for the tests', startTestStack),
    build(),
    chartTools(),
    guideTools(),
  ]);
  const stopped = () => void stack.stop().then(() => process.exit(1));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect']) process.once(signal, stopped);

  const results = mkdtempSync(join(tmpdir(), 'wbiz-results-'));
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const stage of stages) {
    const outputFile = join(results, `${stage}.json`);
    const words = jest(stage, '--passWithNoTests', '--json', `--outputFile=${outputFile}`, ...more);
    say.line(`\n${say.bold(stage)}`);
    const { ok } = await run(words, { env: jestEnv, shown: true, timeoutMs: MINUTES[stage] * 60_000 });
    const counted = count(outputFile);
    total.passed += counted.passed;
    total.skipped += counted.skipped;
    // A run that failed without naming a test (it did not end in time, say) counts as a failed one.
    total.failed += counted.failed || (ok ? 0 : 1);
  }
  rmSync(results, { recursive: true });
  await stack.stop();
  return total;
}

/** The numbers of a jest run; a suite that could not even start is one failure. */
function count(outputFile) {
  try {
    const run = JSON.parse(readFileSync(outputFile, 'utf8'));
    return {
      passed: run.numPassedTests,
      failed: run.numFailedTests + run.numRuntimeErrorTestSuites,
      skipped: run.numPendingTests,
    };
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return { passed: 0, failed: 0, skipped: 0 }; // jest was ended before it wrote them
  }
}

const { passed, failed, skipped } = await main().catch((error) => {
  say.failed(error.name === 'SetupError' ? error.message : error.stack);
  return { passed: 0, failed: 1, skipped: 0 };
});
if (skipped) say.warn(`${skipped} tests were skipped; a line above says why.`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);
