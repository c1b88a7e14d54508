import { Partitioners } from 'kafkajs';

/** Connects a producer; what is waiting goes out in one request, one request at a time, on all replicas. */
export async function batching(kafka, topic) {
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  let waiting = [];
  let running = false;
  const run = async () => {
    running = true;
    while (waiting.length > 0) {
      const messages = waiting;
      waiting = [];
      await producer.send({ topic, acks: -1, messages });
    }
    running = false;
  };
  return (message) => {
    waiting.push(message);
    if (!running) void run();
  };
}
