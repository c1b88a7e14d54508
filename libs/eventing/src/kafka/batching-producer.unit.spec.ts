import { expect, it } from '@jest/globals';
import { Cadence } from '../cadence.js';
import { BatchingProducer, type KafkaRecord } from './batching-producer.js';

const record = (value: string): KafkaRecord => ({ topic: 't', key: 'k', headers: {}, value });
const texts = (records: readonly KafkaRecord[]) => records.map(({ value }) => String(value));

/** A broker that keeps the records sent to it and acknowledges a request when the test tells it to. */
function broker({ failing = () => false }: { failing?: (request: number) => boolean } = {}) {
  const requests: string[][] = [];
  const log = { links: 0, closed: 0, underWay: 0, most: 0 };
  let hold: Promise<void> | undefined;
  const producer = new BatchingProducer(async () => {
    log.links += 1;
    return {
      send: async (records) => {
        requests.push(texts(records));
        log.most = Math.max(log.most, (log.underWay += 1));
        const fails = failing(requests.length);
        await hold;
        log.underWay -= 1;
        if (fails) throw new Error('the broker is gone');
      },
      close: async () => {
        log.closed += 1;
      },
    };
  });
  const holdBack = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    hold = promise;
    return () => {
      hold = undefined;
      resolve();
    };
  };
  return { producer, requests, log, holdBack };
}

it('sends what one turn of the event loop brings in one request', async () => {
  const { producer, requests } = broker();
  await Promise.all(['a', 'b', 'c'].map((value) => producer.send(record(value))));
  expect(requests).toEqual([['a', 'b', 'c']]);
  expect(producer.sent).toEqual({ records: 3, requests: 1 });
});

it('gathers everything that comes while a request is under way into the next', async () => {
  const { producer, requests, log, holdBack } = broker();
  const release = holdBack();
  const first = producer.send(record('first'));
  while (requests.length === 0) await new Promise(setImmediate);
  const rest: Promise<void>[] = [];
  for (let index = 0; index < 200; index += 1) {
    rest.push(producer.send(record(`${index}`)));
    if (index % 10 === 0) await new Promise(setImmediate);
  }
  release();
  await Promise.all([first, ...rest]);
  expect(requests.map(({ length }) => length)).toEqual([1, 200]);
  expect(requests[1]).toEqual(Array.from({ length: 200 }, (_, index) => `${index}`));
  expect(log.most).toBe(1);
});

it('never leaves a record waiting that comes as a request ends', async () => {
  const { producer } = broker();
  for (let round = 0; round < 200; round += 1) {
    const first = producer.send(record('first'));
    await first.then(() => Promise.resolve()).then(() => producer.send(record('next')));
  }
  expect(producer.sent.records).toBe(400);
});

it('keeps a request below the limit of the broker', async () => {
  const { producer, requests } = broker();
  const big = 'x'.repeat(400_000);
  await Promise.all([big, big, big, 'small'].map((value) => producer.send(record(value))));
  expect(requests.map(({ length }) => length)).toEqual([2, 2]);
  await producer.sendAll([big, big, big].map(record));
  expect(requests.slice(2).map(({ length }) => length)).toEqual([2, 1]);
});

it('sends nothing of a list after the part that failed', async () => {
  const { producer, requests } = broker({ failing: (request) => request === 2 });
  const big = (name: string) => record(name + 'x'.repeat(600_000));
  await expect(producer.sendAll([big('a'), big('b'), big('c')])).rejects.toThrow('the broker is gone');
  expect(requests.map(([value]) => value![0])).toEqual(['a', 'b']);
});

it('does not use a producer again that has failed', async () => {
  const { producer, log } = broker({ failing: (request) => request === 1 });
  await expect(producer.send(record('a'))).rejects.toThrow('the broker is gone');
  await producer.send(record('b'));
  expect(log).toMatchObject({ links: 2, closed: 1 });
});

it('does not send what has waited too long', async () => {
  const { producer, requests, holdBack } = broker();
  const release = holdBack();
  const first = producer.send(record('first'));
  while (requests.length === 0) await new Promise(setImmediate);
  const late = producer.send(record('late'), { notAfter: Date.now() - 1 });
  const next = producer.send(record('next'), { notAfter: Date.now() + 10_000 });
  release();
  await expect(late).rejects.toThrow('not sent in time');
  await Promise.all([first, next]);
  expect(requests).toEqual([['first'], ['next']]);
});

it('lets records of a cadence gather, but not the first', async () => {
  const { producer, requests } = broker();
  const cadence = new Cadence(60_000);
  await producer.sendAll([record('first')], { cadence });
  const gathered = [
    producer.sendAll([record('a')], { cadence }),
    producer.sendAll([record('b')], { cadence }),
  ];
  await new Promise(setImmediate);
  expect(requests).toEqual([['first']]);
  await Promise.all([...gathered, producer.send(record('now'))]);
  expect(requests).toEqual([['first'], ['a', 'b', 'now']]);
});

it('sends records of a cadence once their time has come', async () => {
  const { producer, requests } = broker();
  const cadence = new Cadence(30);
  await producer.sendAll([record('first')], { cadence });
  const at = performance.now();
  await producer.sendAll([record('a')], { cadence });
  expect(performance.now() - at).toBeGreaterThan(20);
  expect(requests).toEqual([['first'], ['a']]);
});

it('sends the rest before it closes', async () => {
  const { producer, requests, log } = broker();
  void producer.send(record('a'));
  await producer.close();
  expect(requests).toEqual([['a']]);
  expect(log.closed).toBe(1);
});
