import { Partitioners, type Kafka, type Message } from 'kafkajs';

/** Connects a producer (acks=all) that makes one request at a time, with all messages given to it since the last request. */
export async function batching(kafka: Kafka, topic: string): Promise<(message: Message) => void> {
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  let waiting: Message[] = [];
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
