import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { timings } from './timings.mjs';

const CONNECTIONS = 512;

/**
 * Open loop: POSTs `perSecond` bodies a second for `seconds`, to `urls` in turn, each at its planned time, and waits for all
 * answers. An answer's time counts from the planned time. Node's timers are up to 1 ms late.
 */
export async function pacedLoad({ urls, perSecond, seconds, headers, headersOf, bodyOf }) {
  const { pathname: path } = new URL(urls[0]);
  const pools = urls.map((url) => new Pool(new URL(url).origin, { connections: CONNECTIONS / urls.length }));
  const took = [];
  const statuses = {};
  let errors = 0;
  const post = async (plannedAt, pool) => {
    const answer = await pool.request({
      path,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers, ...headersOf() },
      body: bodyOf(),
    });
    await answer.body.dump();
    took.push(performance.now() - plannedAt);
    statuses[answer.statusCode] = (statuses[answer.statusCode] ?? 0) + 1;
  };

  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  const posts = [];
  for (let index = 0; index < perSecond * seconds; index += 1) {
    const plannedAt = began + (index / perSecond) * 1_000;
    const early = plannedAt - performance.now();
    if (early > 0) await delay(early);
    posts.push(post(plannedAt, pools[index % pools.length]).catch(() => (errors += 1)));
  }
  await Promise.all(posts);
  const lastedMs = performance.now() - began;
  const { user, system } = process.cpuUsage(cpuBefore);
  await Promise.all(pools.map((pool) => pool.close()));
  return {
    ...timings(took, lastedMs),
    statuses,
    errors,
    beganAt: performance.timeOrigin + began,
    cpuSeconds: (user + system) / 1e6,
  };
}
