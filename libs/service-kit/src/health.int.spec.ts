import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { freePort } from '@wbiz/testing/stack';
import { Health, serveHealth } from './health.js';
import { createMetrics } from './telemetry.js';

const metrics = createMetrics('test');
let health: Health;
let base: string;
let server: { close: () => Promise<void> };

beforeEach(async () => {
  health = new Health();
  const port = await freePort();
  server = await serveHealth(health, metrics, { host: '127.0.0.1', port });
  base = `http://127.0.0.1:${port}`;
});
afterEach(() => server.close());

const ask = async (path: string) => {
  const response = await fetch(base + path);
  return { status: response.status, body: (await response.json()) as object };
};

it('is alive from the first moment, but ready only once started and while every check passes', async () => {
  const reached = health.waitingFor('Postgres at db:5432');
  expect(await ask('/health/live')).toMatchObject({ status: 200, body: { status: 'live' } });
  expect(await ask('/health/ready')).toEqual({
    status: 503,
    body: {
      status: 'not_ready',
      checks: { process: { ok: false, detail: 'starting, waiting for Postgres at db:5432' } },
    },
  });
  reached();
  health.started();
  let up = true;
  health.add('postgres', async () => {
    if (!up) throw new Error('connection refused');
    return { ok: true };
  });
  expect(await ask('/health/ready')).toMatchObject({
    status: 200,
    body: { status: 'ready', checks: { postgres: { ok: true } } },
  });
  up = false;
  expect(await ask('/health/ready')).toMatchObject({
    status: 503,
    body: {
      checks: {
        process: { ok: true, detail: 'started' },
        postgres: { ok: false, detail: 'connection refused' },
      },
    },
  });
  health.add('postgres', () => ({ ok: true }));
  health.stopping();
  const stopping = { status: 503, body: { checks: { process: { detail: 'stopping' } } } };
  expect(await ask('/health/ready')).toMatchObject(stopping);
  health.started(); // the start may end after the process was told to stop
  expect(await ask('/health/ready')).toMatchObject(stopping);
});

it('shows details, whatever they are, and is not made unready by them', async () => {
  health.started();
  health.add('postgres', () => ({ ok: true }));
  health.detail('projections', () => [{ parked: 3 }]);
  health.detail('consumers', async () => Promise.reject(new Error('no broker')));
  const shown = { projections: [{ parked: 3 }], consumers: 'no broker' };
  expect(await ask('/health/detail')).toMatchObject({ status: 200, body: { status: 'ready', ...shown } });
});

it('does not wait for a check that hangs', async () => {
  health.started();
  health.add('postgres', () => new Promise(() => undefined));
  expect(await ask('/health/ready')).toMatchObject({
    status: 503,
    body: { checks: { postgres: { detail: 'no answer within 1500 ms' } } },
  });
});

it('shows its own metrics and those of the process', async () => {
  metrics.outboxPending.set(3);
  metrics.consumerMembers.set({ group: 'messaging' }, 1);
  const text = await (await fetch(`${base}/metrics`)).text();
  expect(text).toContain('wbiz_outbox_pending_events{service="test"} 3');
  expect(text).toContain('wbiz_consumer_members{group="messaging",service="test"} 1');
  expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
});
