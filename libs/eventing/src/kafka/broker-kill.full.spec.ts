import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it, jest } from '@jest/globals';
import { freePort, until } from '@wbiz/testing/stack';
import { watchConsumers } from './consumer-health.js';
import { commandRoom } from './kafka.samples.js';

jest.setTimeout(180_000);

type Broker = { brokers: string; pid: number; exited: Promise<string>; stop: () => Promise<void> };
type Start = (options: {
  dataDir: string;
  logFile: string;
  ports: { broker: number; controller: number };
}) => Promise<Broker>;

const embedded = new URL('../../../../scripts/embedded/', import.meta.url).href;
const dir = mkdtempSync(join(tmpdir(), 'broker-kill-'));
let broker: Broker;
afterEach(async () => {
  await broker.stop();
  rmSync(dir, { recursive: true, force: true });
});

it('loses nothing that was acknowledged when the broker is killed, and goes on by itself', async () => {
  const { startKafka } = (await import(`${embedded}kafka.mjs`)) as { startKafka: Start };
  const ports = { broker: await freePort(), controller: await freePort() };
  const start = () => startKafka({ dataDir: dir, logFile: join(dir, 'kafka.log'), ports });
  broker = await start();
  const room = await commandRoom({ brokers: [broker.brokers] });

  const dead: string[] = [];
  const stop = watchConsumers({
    health: room.health,
    ping: room.kafka.ping,
    onDead: ({ name }) => dead.push(name),
  });
  const handled: string[] = [];
  await room.serve({ do: ({ id }) => void handled.push(id) });
  const acknowledged: string[] = [];
  let sending = true;
  const load = (async () => {
    for (let number = 0; sending; number += 1) {
      void room.send(`key ${number % 20}`, `${number}`).then(
        () => acknowledged.push(`${number}`),
        () => undefined, // an unacknowledged record may or may not be on the log
      );
      await delay(5);
    }
  })();

  await until(() => handled.length > 200);
  process.kill(broker.pid, 'SIGKILL');
  await broker.exited;
  await delay(10_000); // the broker is down for 10 s
  const before = acknowledged.length;
  broker = await start();
  const from = Date.now();
  await until(() => acknowledged.length > before + 200, { timeoutMs: 60_000 });
  sending = false;
  await load;
  await until(() => acknowledged.every((id) => handled.includes(id)), { timeoutMs: 60_000 });
  console.info(
    `broker kill: ${acknowledged.length} acknowledged, ${handled.length - new Set(handled).size} handled twice, through again after ${Date.now() - from} ms`,
  );
  expect(dead).toEqual([]);
  expect(room.health.statuses()[0]).toMatchObject({ state: 'running' });
  stop();
  await room.close();
});
