import { expect, it } from '@jest/globals';
import { Health } from './health.js';
import { createLogger } from './logging.js';
import { Stopped, untilReachable } from './until-reachable.js';

const refused = () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

function surroundings() {
  const logs: string[] = [];
  const destination = { write: (line: string) => void logs.push((JSON.parse(line) as { msg: string }).msg) };
  const stop = new AbortController();
  const logger = createLogger({ service: 't', replica: 't', level: 'info', destination });
  return { logs, stop, runtime: { logger, health: new Health(), stopping: stop.signal } };
}

it('attempts until the other side is there, and says what it waits for', async () => {
  const { logs, runtime } = surroundings();
  const details: unknown[] = [];
  let attempts = 0;
  const found = await untilReachable('Postgres at db:5432', runtime, async () => {
    details.push((await runtime.health.ready()).checks['process']!.detail);
    if ((attempts += 1) < 3) throw refused();
    return 'there';
  });
  expect(found).toBe('there');
  expect(new Set(details)).toEqual(new Set(['starting, waiting for Postgres at db:5432']));
  expect(logs).toEqual([
    'start: waiting for Postgres at db:5432; trying until it succeeds',
    'start: no longer waiting for Postgres at db:5432; going on',
  ]);
  expect((await runtime.health.ready()).checks['process']).toEqual({ ok: false, detail: 'starting' });
});

it('gives up at once on an error that waiting does not mend', async () => {
  const { logs, runtime } = surroundings();
  const wrong = Object.assign(new Error('password authentication failed'), { code: '28P01' });
  await expect(untilReachable('Postgres', runtime, () => Promise.reject(wrong))).rejects.toBe(wrong);
  expect(logs).toEqual([]);
});

it('stops when told to, also during an attempt that hangs', async () => {
  const { stop, runtime } = surroundings();
  const waiting = untilReachable('Kafka', runtime, () => new Promise(() => undefined));
  stop.abort();
  await expect(waiting).rejects.toBeInstanceOf(Stopped);
  await expect(untilReachable('Kafka', runtime, () => Promise.reject(refused()))).rejects.toBeInstanceOf(
    Stopped,
  );
});
