// Copies every record of topic `there` to topic `back`. Ends when the parent process ends.
import { Kafka, logLevel } from 'kafkajs';
import { batching } from './batching.ts';
import { jobOf } from './jobs.ts';

const { brokers, there, back } = jobOf('kafka-echo');
process.on('disconnect', () => process.exit(0));

const kafka = new Kafka({ brokers: brokers.split(','), clientId: 'bench-echo', logLevel: logLevel.NOTHING });
const send = await batching(kafka, back);
const consumer = kafka.consumer({ groupId: 'bench-there', maxWaitTimeInMs: 500 });
await consumer.connect();
await consumer.subscribe({ topics: [there], fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch }) => batch.messages.forEach(({ key, value }) => send({ key, value })),
});
