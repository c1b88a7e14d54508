// Preloaded (--import) into a measured process: counts its requests to Kafka and its Postgres transactions, single
// statements included, and serves the counts as JSON on port BENCH_TALLY.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const load = createRequire(import.meta.url);
const counts = { commits: 0, kafka: {} };

function watch(prototype, method, seen) {
  const original = prototype[method];
  prototype[method] = function (...args) {
    seen(...args);
    return original.apply(this, args);
  };
}

watch(load('pg').Client.prototype, '_handleReadyForQuery', ({ status }) => {
  if (status === 'I') counts.commits += 1;
});
watch(load('kafkajs/src/network/connection').prototype, 'send', ({ request: { apiName } }) => {
  counts.kafka[apiName] = (counts.kafka[apiName] ?? 0) + 1;
});
createServer((_, response) => response.writeHead(200, { connection: 'close' }).end(JSON.stringify(counts)))
  .listen(Number(process.env.BENCH_TALLY), '127.0.0.1')
  .unref();
