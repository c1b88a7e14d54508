import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';
import { java, KAFKA_VERSION, kafkaJars, requireJava } from './java.mjs';
import { jarsOf } from './jars.ts';
import { freePort, launch, whenReady, type Running } from './launch.ts';

const run = promisify(execFile);
const JVM = [
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:-UsePerfData',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
  "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
];

type Ports = { readonly broker: number; readonly controller: number };

/** Starts a real Apache Kafka on 127.0.0.1: one node, both broker and controller. Resolves once it answers clients. */
export async function startKafka({
  dataDir: dir,
  logFile,
  pidFile = `${dir}.pid`,
  ports,
  properties: more = () => ({}),
  format = [],
  heapMb = 256,
  note = () => undefined,
}: {
  /** The folder of Kafka's data, which stays after the stop. */
  dataDir: string;
  logFile: string;
  /** Default: `<dataDir>.pid`. */
  pidFile?: string;
  /** Default: free ports. */
  ports?: Ports;
  /** Server properties that add to, or override, those of `serverProperties`. */
  properties?: (ports: Ports) => Readonly<Record<string, string>>;
  /** Further arguments of Kafka's StorageTool, which formats the data folder. */
  format?: readonly string[];
  /** The limit of the JVM's heap, in MiB. */
  heapMb?: number;
  /** Called with a description before each step that may take long. */
  note?: (what: string) => void;
}): Promise<Running & { brokers: string }> {
  const dataDir = resolve(dir);
  const { broker, controller } = ports ?? { broker: await freePort(), controller: await freePort() };
  await requireJava();
  if (!existsSync(kafkaJars)) note(`fetching the jars of Kafka ${KAFKA_VERSION} with Maven (43 MB, once)`);
  const jars = await jarsOf('kafka', kafkaJars);

  const logDir = join(dataDir, 'log');
  const properties = join(dataDir, 'server.properties');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  chmodSync(dataDir, 0o700);
  const lines = Object.entries(more({ broker, controller })).map(([name, value]) => `${name}=${value}\n`);
  // If a property is there twice, Kafka uses the later line.
  writeFileSync(properties, serverProperties({ broker, controller, logDir }) + lines.join(''), {
    mode: 0o600,
  });
  if (!existsSync(join(logDir, 'meta.properties'))) {
    note('formatting the storage of Kafka');
    rmSync(logDir, { recursive: true, force: true });
    const cluster = 'wbiz-embedded-kafka-01';
    await run(java, [
      ...JVM,
      '-cp',
      jars,
      'kafka.tools.StorageTool',
      'format',
      '-t',
      cluster,
      '-c',
      properties,
      ...format,
    ]);
  }

  const { pid, exited, stop } = await launch({
    command: java,
    args: [
      `-Xmx${heapMb}m`,
      '-Xmn32m', // size of the young generation: most objects die young, so that a larger one would only use more memory
      ...JVM,
      '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
      '-cp',
      jars,
      'kafka.Kafka',
      properties,
    ],
    marker: properties,
    pidFile,
    logFile,
  });
  note('waiting for Kafka');
  const brokers = `127.0.0.1:${broker}`;
  await whenReady({ name: 'Kafka', exited, logFile, ready: () => answers(brokers) });
  return { brokers, pid, exited, stop };
}

/** True if clients get answers from the broker, from a group coordinator, and as idempotent producers. */
async function answers(brokers: string): Promise<boolean> {
  const retry = { initialRetryTime: 50, retries: 3 };
  const kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING, retry });
  const admin = kafka.admin();
  const producer = kafka.producer({ idempotent: true });
  try {
    await admin.connect();
    await admin.fetchOffsets({ groupId: 'wbiz-start' });
    await producer.connect();
    return true;
  } catch {
    return false; // whenReady asks again until its timeout or until Kafka ends
  } finally {
    await Promise.all([admin.disconnect(), producer.disconnect()]);
  }
}

// log.cleaner.dedupe.buffer.size: allocated at the start, by default 128 MiB; 8 MiB hold 300,000 keys per pass of the cleaner.
// broker.session.timeout.ms: a killed broker cannot register again before this timeout.
// metadata.max.idle.interval.ms: how often an idle controller writes a record, by default every 0.5 s.
const serverProperties = ({
  broker,
  controller,
  logDir,
}: Ports & { logDir: string }) => `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
listeners=BROKER://127.0.0.1:${broker},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=BROKER://127.0.0.1:${broker}
listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=BROKER
controller.listener.names=CONTROLLER
log.dirs=${logDir}
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=1000
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
log.cleaner.dedupe.buffer.size=8388608
num.network.threads=2
num.io.threads=4
group.coordinator.threads=1
share.coordinator.threads=1
metadata.max.idle.interval.ms=5000
`;
