// A customer's endpoint: /ok/… answers 200, /fail 500, /hang never. GET returns what came to /ok/… since the last GET, and
// how long after the event; `firstAt` and `lastAt` in ms since the epoch. Prints its address.
import { createServer } from 'node:http';
import { timings } from './timings.mjs';

let took = [];
let [firstAt, lastAt] = [0, 0];
const tell = () => {
  const told = { ...timings(took, Math.max(1, lastAt - firstAt)), firstAt, lastAt, cpu: process.cpuUsage() };
  took = [];
  return JSON.stringify(told);
};
const CREATED = /"createdAt":"([^"]+)"/;

const server = createServer((request, response) => {
  if (request.method === 'GET') return response.end(request.url === '/count' ? String(took.length) : tell());
  let body = '';
  request.setEncoding('utf8').on('data', (part) => (body += part));
  request.on('end', () => {
    if (request.url === '/hang') return;
    if (request.url === '/fail') return response.writeHead(500).end();
    lastAt = Date.now();
    if (took.length === 0) firstAt = lastAt;
    took.push(lastAt - Date.parse(CREATED.exec(body)?.[1] ?? 0));
    response.end();
  });
});
server.listen(0, '127.0.0.1', () =>
  console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` })),
);
process.on('SIGTERM', () => process.exit(0));
