// A client's webhook endpoint: /ok/… answers 200, /fail 500, /hang not at all. GET returns how many deliveries came to /ok/…
// since the last GET, and how long after their events. Prints the URL that it listens on.
import { createServer } from 'node:http';
import { tellUrl } from './jobs.ts';
import { timings, type Timings } from './timings.ts';

/** Count and delays of deliveries. `firstAt`, `lastAt`: when the first and the last arrived, in ms since the epoch. */
export type Deliveries = Timings & {
  readonly firstAt: number;
  readonly lastAt: number;
  readonly cpu: NodeJS.CpuUsage;
};

let took: number[] = [];
let [firstAt, lastAt] = [0, 0];
const tell = () => {
  const lasted = Math.max(1, lastAt - firstAt);
  const told: Deliveries = { ...timings(took, lasted), firstAt, lastAt, cpu: process.cpuUsage() };
  took = [];
  return JSON.stringify(told);
};
const CREATED = /"createdAt":"([^"]+)"/;

const server = createServer((request, response) => {
  if (request.method === 'GET') return response.end(request.url === '/count' ? String(took.length) : tell());
  let body = '';
  request.setEncoding('utf8').on('data', (part: string) => (body += part));
  request.on('end', () => {
    if (request.url === '/hang') return;
    if (request.url === '/fail') return response.writeHead(500).end();
    lastAt = Date.now();
    if (took.length === 0) firstAt = lastAt;
    took.push(lastAt - Date.parse(CREATED.exec(body)?.[1] ?? '0'));
    response.end();
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It listens on no port.');
  tellUrl(`http://127.0.0.1:${address.port}`);
});
process.on('SIGTERM', () => process.exit(0));
