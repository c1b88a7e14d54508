// A bare Kafka to compare with: sends records to one topic and reads their echo from another, `inFlight` at a time, for
// `seconds` after a warm-up of the same length. Prints the result as one line of JSON.
import { fork } from 'node:child_process';
import { Kafka, logLevel } from 'kafkajs';
import { batching } from './batching.ts';
import { jobEnv, jobOf, tellFound } from './jobs.ts';
import { timings } from './timings.ts';

const { brokers, body, inFlight, seconds } = jobOf('bare-kafka');
const THERE = 'bench.there';
const BACK = 'bench.back';

const kafka = new Kafka({ brokers: brokers.split(','), clientId: 'bench', logLevel: logLevel.NOTHING });
const admin = kafka.admin();
await admin.connect();
await admin.createTopics({ waitForLeaders: false, topics: [{ topic: THERE }, { topic: BACK }] });
await admin.disconnect();

const echo = fork(new URL('kafka-echo.ts', import.meta.url), {
  env: { ...process.env, ...jobEnv('kafka-echo', { brokers, there: THERE, back: BACK }) },
});
const send = await batching(kafka, THERE);
const sentAt = new Map<string, number>();
let made = 0;
const next = () => {
  const key = String((made += 1));
  sentAt.set(key, performance.now());
  send({ key, value: JSON.stringify(body) });
};

const took: number[] = [];
let began: number | undefined;
const done = Promise.withResolvers<number>();
const consumer = kafka.consumer({ groupId: 'bench-back', maxWaitTimeInMs: 500 });
await consumer.connect();
await consumer.subscribe({ topics: [BACK], fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch }) => {
    const now = performance.now();
    began ??= now + seconds * 1_000;
    for (const { key } of batch.messages) {
      const number = String(key);
      if (now >= began) took.push(now - (sentAt.get(number) ?? NaN));
      sentAt.delete(number);
      next();
    }
    if (now >= began + seconds * 1_000) done.resolve(now - began);
  },
});
for (let one = 0; one < inFlight; one += 1) next();
echo.once('exit', (code) => done.reject(new Error(`The echo ended with ${code}.`)));
const lastedMs = await done.promise;
tellFound('bare-kafka', timings(took, lastedMs));
process.exit(0);
