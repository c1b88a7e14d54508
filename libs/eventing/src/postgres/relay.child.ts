import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { connectKafka } from '../kafka/kafka-client.js';
import type { EventRecord } from './event-record.js';
import { OutboxRelay } from './relay.js';

/** What the specs start as a process of its own: a relay that reports what it does, and ends itself where it is told to. */
export type RelayChild = {
  readonly databaseUrl: string;
  readonly brokers: readonly string[];
  readonly schema: string;
  readonly topic: string;
  readonly partitions: number;
  readonly dies?: 'before publishing' | 'after publishing';
};
export type RelayChildReport = 'publishing' | 'leads' | 'stands by';

const { databaseUrl, brokers, dies, ...options } = JSON.parse(process.argv[2]!) as RelayChild;
const silent = () => undefined;
const logger = { debug: silent, info: silent, warn: silent, error: silent };
const report = (what: RelayChildReport) => process.send!(what);
const die = () => process.kill(process.pid, 'SIGKILL');
const producer = connectKafka({ brokers, clientId: 'relay', logger }).producer();

const relay = new OutboxRelay({
  ...options,
  pool: new pg.Pool({ connectionString: databaseUrl }),
  source: 'messaging',
  logger,
  produce: async (records: readonly EventRecord[]) => {
    if (dies === 'before publishing') die();
    report('publishing');
    await delay(20); // time to be stopped in
    await producer.sendAll(records);
    if (dies === 'after publishing') die();
  },
});
await relay.start();
let leader = false;
setInterval(() => {
  if (leader === relay.leader) return;
  leader = relay.leader;
  report(leader ? 'leads' : 'stands by');
}, 10);
