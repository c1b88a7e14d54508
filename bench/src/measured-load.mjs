import autocannon from 'autocannon';
import { timings } from './timings.mjs';

const PATIENCE_S = 30;

/**
 * Sends what `setupRequest` makes from `connections` connections, as many to each of `urls`, for `seconds`; when the time is over every connection
 * waits for the answer it is owed, so that all that was asked has been counted. For a process of its own: its CPU time
 * is that of the load.
 */
export async function measuredLoad({ urls, connections, seconds, headers, setupRequest }) {
  const took = [];
  const statuses = {};
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  let ended = began;
  const loadOf = (url) => {
    const running = autocannon({
      url,
      connections: Math.ceil(connections / urls.length),
      requests: [{ headers: { 'content-type': 'application/json', ...headers }, setupRequest }],
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
    return running;
  };
  const errors = (await Promise.all(urls.map(loadOf))).reduce((sum, each) => sum + each.errors, 0);
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    ...timings(took, ended - began),
    statuses,
    errors,
    beganAt: performance.timeOrigin + began,
    cpuSeconds: (user + system) / 1e6,
  };
}
