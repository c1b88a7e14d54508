// Preloaded (--import) into a measured process: counts the process's requests to Kafka and its Postgres transactions (a
// statement outside a transaction counts as one), and serves the counts as JSON on port BENCH_TALLY.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

export type Tally = { commits: number; readonly kafka: Record<string, number> };

type Method<First> = (first: First, ...more: unknown[]) => unknown;

const load = createRequire(import.meta.url);
const counts: Tally = { commits: 0, kafka: {} };

function watch<First>(prototype: Record<string, Method<First>>, name: string, seen: (first: First) => void) {
  const original = prototype[name]!;
  prototype[name] = function (first, ...more) {
    seen(first);
    return original.call(this, first, ...more);
  };
}

watch<{ status: string }>(load('pg').Client.prototype, '_handleReadyForQuery', ({ status }) => {
  if (status === 'I') counts.commits += 1;
});
watch<{ request: { apiName: string } }>(
  load('kafkajs/src/network/connection').prototype,
  'send',
  ({ request: { apiName } }) => {
    counts.kafka[apiName] = (counts.kafka[apiName] ?? 0) + 1;
  },
);
createServer((_, response) => response.writeHead(200, { connection: 'close' }).end(JSON.stringify(counts)))
  .listen(Number(process.env.BENCH_TALLY), '127.0.0.1')
  .unref();
