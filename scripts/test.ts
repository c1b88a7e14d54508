import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './bootstrap.mjs';
import { chartTools } from './chart-tools.ts';
import { guideTools } from './guide-tools.ts';
import { startTestStack } from './embedded/jest-setup.ts';
import { jest, jestEnv, run, type Stage } from './run.ts';
import { say, sayFault, step } from './say.mjs';

const MINUTES: Record<Stage, number> = { unit: 5, int: 15, e2e: 30, full: 90 };

type Count = { passed: number; failed: number; skipped: number };

async function main(): Promise<Count> {
  const options = process.argv.slice(2);
  const more = options.filter((option) => option !== '--full');
  const stages: Stage[] = ['unit', 'int', 'e2e'];
  if (options.includes('--full')) stages.push('full');

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
    // A run of Jest that fails without a failed test (at its timeout, for example) counts as one failed test.
    total.failed += counted.failed || (ok ? 0 : 1);
  }
  rmSync(results, { recursive: true });
  await stack.stop();
  return total;
}

/** The counts of a run of Jest; a suite that could not be run counts as one failed test. */
function count(outputFile: string): Count {
  try {
    const run = JSON.parse(readFileSync(outputFile, 'utf8'));
    return {
      passed: run.numPassedTests,
      failed: run.numFailedTests + run.numRuntimeErrorTestSuites,
      skipped: run.numPendingTests,
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { passed: 0, failed: 0, skipped: 0 }; // Jest ended before it wrote the file
  }
}

const { passed, failed, skipped } = await main().catch((error: unknown) => {
  sayFault(error);
  return { passed: 0, failed: 1, skipped: 0 };
});
if (skipped)
  say.warn(
    `${skipped} tests were skipped: by Jest's arguments, or since a tool is missing (see the warnings above).`,
  );
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);
