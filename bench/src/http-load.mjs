// A process of its own, so that its CPU time is known: POSTs from `connections` connections for `seconds`, each body
// with a recipient of its own, and prints one line of JSON. When the time is over every connection waits for the answer
// it is owed, so that all that was asked has been counted.
import autocannon from 'autocannon';
import { timings } from './timings.mjs';

const { url, headers, body, firstRecipient, connections, seconds } = JSON.parse(process.env.BENCH_LOAD);
const PATIENCE_S = 30;

let recipient = firstRecipient;
const request = {
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  setupRequest: (blank) => ({ ...blank, body: JSON.stringify({ ...body, to: `+${recipient++}` }) }),
};
const took = [];
const statuses = {};
const cpuBefore = process.cpuUsage();
const began = performance.now();
let ended = began;
const running = autocannon({
  url,
  connections,
  requests: [request],
  duration: seconds + PATIENCE_S,
  timeout: PATIENCE_S,
  sampleInt: 100,
});
running.on('response', (client, status, _bytes, ms) => {
  took.push(ms);
  statuses[status] = (statuses[status] ?? 0) + 1;
  ended = performance.now();
  if (ended - began > seconds * 1_000) client.responseMax = client.reqsMade;
});
const { errors } = await running;
const { user, system } = process.cpuUsage(cpuBefore);
console.log(
  JSON.stringify({
    ...timings(took, ended - began),
    statuses,
    errors,
    beganAt: performance.timeOrigin + began,
    cpuSeconds: (user + system) / 1e6,
  }),
);
