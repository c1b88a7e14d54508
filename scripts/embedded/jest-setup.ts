import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka } from './kafka.ts';
import { isRunning } from './launch.ts';
import { startPostgres } from './postgres.ts';

const PREFIX = 'wbiz-test-';
/** More heap than under `npm start`: the topics of all suites exist until the end of the tests. */
const KAFKA_HEAP_MB = 512;

type TestStack = { readonly stop: () => Promise<void> };

declare global {
  var testStack: TestStack;
}

/** Starts a Kafka (unless KAFKA_BROKERS is set) and a Postgres (unless DATABASE_URL is set) for all test suites. */
export async function startTestStack(): Promise<TestStack> {
  if (process.env.KAFKA_BROKERS && process.env.DATABASE_URL) return { stop: async () => undefined };
  removeLeftOvers();
  const dir = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const [kafka, postgres] = await Promise.allSettled([
    process.env.KAFKA_BROKERS
      ? undefined
      : startKafka({ dataDir: join(dir, 'kafka'), logFile: join(dir, 'kafka.log'), heapMb: KAFKA_HEAP_MB }),
    process.env.DATABASE_URL
      ? undefined
      : startPostgres({ dataDir: join(dir, 'postgres'), logFile: join(dir, 'postgres.log'), durable: false }),
  ]);
  const stop = async () => {
    await Promise.all(
      [kafka, postgres].map(async (one) => {
        if (one.status === 'fulfilled') await one.value?.stop();
      }),
    );
    rmSync(dir, { recursive: true, force: true });
  };
  for (const one of [kafka, postgres])
    if (one.status === 'rejected') {
      await stop();
      throw one.reason;
    }
  if (kafka.status === 'fulfilled' && kafka.value) process.env.KAFKA_BROKERS = kafka.value.brokers;
  if (postgres.status === 'fulfilled' && postgres.value) process.env.DATABASE_URL = postgres.value.url;
  return { stop };
}

export default async function jestSetup() {
  globalThis.testStack = await startTestStack();
}

/** Removes the folders of test runs that were killed; the reaper in launch.ts has ended their processes. */
function removeLeftOvers() {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(PREFIX) && Number(name.slice(PREFIX.length).split('-')[0]);
    if (pid && !isRunning(pid)) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}
