import autocannon from 'autocannon';
import { timings } from './timings.mjs';

const PATIENCE_S = 30;

/**
 * Sends the requests of `setupRequest` over `connections` connections, spread evenly over `urls`, for `seconds`. At the end
 * every connection waits for its last answer, so that every request is counted. Run it in its own process: the process's CPU
 * time is taken as the load's.
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
