import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka } from './kafka.mjs';
import { isRunning } from './launch.mjs';
import { startPostgres } from './postgres.mjs';

const PREFIX = 'wbiz-test-';
/** The topics of all suites are there until the end. */
const KAFKA_HEAP_MB = 512;

/** Starts one Kafka and one Postgres for all suites, or leaves those that KAFKA_BROKERS, DATABASE_URL name. */
export async function startTestStack() {
  if (process.env.KAFKA_BROKERS && process.env.DATABASE_URL) return { stop: () => undefined };
  removeLeftOvers();
  const dir = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const started = await Promise.allSettled([
    process.env.KAFKA_BROKERS ||
      startKafka({ dataDir: join(dir, 'kafka'), logFile: join(dir, 'kafka.log'), heapMb: KAFKA_HEAP_MB }),
    process.env.DATABASE_URL ||
      startPostgres({ dataDir: join(dir, 'postgres'), logFile: join(dir, 'postgres.log'), durable: false }),
  ]);
  const [kafka, postgres] = started.map(({ value }) => value);
  const stop = async () => {
    await Promise.all([kafka?.stop?.(), postgres?.stop?.()]);
    rmSync(dir, { recursive: true, force: true });
  };
  const failed = started.find(({ status }) => status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  process.env.KAFKA_BROKERS ||= kafka.brokers;
  process.env.DATABASE_URL ||= postgres.url;
  return { stop };
}

export default async function jestSetup() {
  globalThis.testStack = await startTestStack();
}

/** What a killed run could not remove: its processes are gone by the reaper, its folder is not. */
function removeLeftOvers() {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(PREFIX) && Number(name.slice(PREFIX.length).split('-')[0]);
    if (pid && !isRunning(pid)) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}
