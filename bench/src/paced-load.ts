import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { countAnswers, type Loaded } from './answers.ts';
import type { Headers } from './jobs.ts';

const CONNECTIONS = 512;

/**
 * POSTs `perSecond` bodies a second for `seconds`, to `urls` in turn, without waiting for earlier answers; then waits for all
 * answers. An answer's time counts from the time at which the POST was due; Node's timers are up to 1 ms late.
 */
export async function pacedLoad({
  urls,
  perSecond,
  seconds,
  headersOf,
  bodyOf,
}: {
  readonly urls: readonly string[];
  readonly perSecond: number;
  readonly seconds: number;
  readonly headersOf: () => Headers;
  readonly bodyOf: () => string;
}): Promise<Loaded> {
  const targets = urls.map((url) => {
    const { origin, pathname: path } = new URL(url);
    return { path, pool: new Pool(origin, { connections: CONNECTIONS / urls.length }) };
  });
  let errors = 0;
  const answers = countAnswers();
  const post = async (plannedAt: number, { path, pool }: (typeof targets)[number]) => {
    const answer = await pool.request({ path, method: 'POST', headers: headersOf(), body: bodyOf() });
    await answer.body.dump();
    answers.add(answer.statusCode, performance.now() - plannedAt);
  };

  const posts: Promise<unknown>[] = [];
  for (let index = 0; index < perSecond * seconds; index += 1) {
    const plannedAt = answers.began + (index / perSecond) * 1_000;
    const early = plannedAt - performance.now();
    if (early > 0) await delay(early);
    posts.push(post(plannedAt, targets[index % targets.length]!).catch(() => (errors += 1)));
  }
  await Promise.all(posts);
  const loaded = answers.loaded(performance.now() - answers.began, errors);
  await Promise.all(targets.map(({ pool }) => pool.close()));
  return loaded;
}
