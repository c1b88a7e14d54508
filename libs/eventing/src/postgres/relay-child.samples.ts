import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { connectKafka } from '../kafka/kafka-client.js';
import { SourceLog } from '../kafka/source-log.js';
import type { EventRecord } from './event-record.js';
import { OutboxRelay } from './relay.js';
import { leaderSettings, tryLead } from './sequencer.js';
import { openSession } from './session.js';

/**
 * The options of a relay that specs run in a child process. It reports its state to the spec; `ends`: where it kills or
 * freezes itself.
 */
export type RelayChild = {
  readonly databaseUrl: string;
  readonly brokers: readonly string[];
  readonly schema: string;
  readonly topic: string;
  readonly partitions: number;
  readonly ends?: 'killed before publishing' | 'killed after publishing' | 'frozen while reading';
};
export type RelayChildReport = 'publishing' | 'reading' | 'leads' | 'stands by';

const { databaseUrl, brokers, ends, ...options } = JSON.parse(process.argv[2]!) as RelayChild;
const silent = () => undefined;
const logger = { debug: silent, info: silent, warn: silent, error: silent };
const report = (what: RelayChildReport) => process.send!(what);
const die = () => process.kill(process.pid, 'SIGKILL');
const kafka = connectKafka({ brokers, clientId: 'relay', logger });
const producer = kafka.producer();

const pool = new pg.Pool({ connectionString: databaseUrl });

const relay = new OutboxRelay({
  ...options,
  pool,
  source: 'messaging',
  log: new SourceLog(kafka, { topic: options.topic, source: 'messaging' }),
  logger,
  produce: async (records: readonly EventRecord[]) => {
    if (ends === 'killed before publishing') die();
    report('publishing');
    await delay(20); // lets the spec stop the process here
    await producer.sendAll(records);
    if (ends === 'killed after publishing') die();
  },
});
if (ends === 'frozen while reading') await freezeWhileReading();
await relay.start();
let leader = false;
setInterval(() => {
  if (leader === relay.leader) return;
  leader = relay.leader;
  report(leader ? 'leads' : 'stands by');
}, 10);

/** Becomes the leader and freezes while Postgres sends more than the socket buffers hold. */
async function freezeWhileReading() {
  const session = await openSession(pool, { name: 'reader', settings: leaderSettings, heartbeatMs: 1_000 });
  await tryLead(session, options.schema);
  report('reading');
  void session.query("select repeat('x', 1000000) from generate_series(1, 200)");
  await delay(20);
  process.kill(process.pid, 'SIGSTOP');
}
