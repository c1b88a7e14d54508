// To compare deliveries with: posts bodies signed per Standard Webhooks, `inFlight` at a time, and stores nothing.
import { createHmac, randomBytes } from 'node:crypto';
import { Pool } from 'undici';
import { jobOf, tellFound } from './jobs.ts';
import { timings } from './timings.ts';

const { url, body, inFlight, count } = jobOf('bare-post');
const { origin, pathname: path } = new URL(url);
const pool = new Pool(origin, { connections: inFlight });
const key = randomBytes(32);
const bytes = Buffer.from(body);

async function post(index: number): Promise<number> {
  const id = `evt_${index}`;
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(bytes).digest('base64');
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
  const began = performance.now();
  const answer = await pool.request({ path, method: 'POST', headers, body: bytes });
  await answer.body.dump();
  return performance.now() - began;
}

async function run(posts: number): Promise<readonly number[]> {
  const took: number[] = [];
  let next = 0;
  const worker = async () => {
    while (next < posts) took.push(await post((next += 1)));
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return took;
}

await run(Math.ceil(count / 4)); // warm-up: V8 compiles the code
const before = process.cpuUsage();
const began = performance.now();
const took = await run(count);
const lastedMs = performance.now() - began;
const { user, system } = process.cpuUsage(before);
await pool.close();
tellFound('bare-post', { ...timings(took, lastedMs), cpuMs: (user + system) / 1_000 / count });
