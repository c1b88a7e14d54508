import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ok, PERSON, startSystem, type Client, type System } from './system.js';

const RECEIVERS = [
  ['Node', process.execPath, 'receiver.mjs'],
  ['Python', 'python3', 'receiver.py'],
] as const;

let system: System;
let api: Client & { accountId: string };
const running = new Set<ChildProcess>();
beforeAll(async () => {
  system = await startSystem();
  api = await system.connect();
}, 120_000);
afterEach(async () => {
  for (const child of running) await end(child);
});
afterAll(() => system?.stop());

async function end(child: ChildProcess) {
  running.delete(child);
  if (child.exitCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Starts a receiver of the guide; `events` are those it has verified and not seen before. */
async function start(command: string, file: string, secrets: readonly string[], port = 0) {
  const path = fileURLToPath(new URL(`../../docs/guides/receivers/${file}`, import.meta.url));
  const child = spawn(command, [path], {
    env: { PATH: process.env.PATH, PORT: String(port), WEBHOOK_SECRETS: secrets.join() },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(child);
  const events: { id: string; type: string; data: { wamid?: string } }[] = [];
  const listening = Promise.withResolvers<number>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [, opened] = /^listening on (\d+)$/.exec(line) ?? [];
    if (opened) listening.resolve(Number(opened));
    else events.push(JSON.parse(line) as never);
  });
  child.once('exit', (code) => listening.reject(new Error(`${file} ended with ${code}`)));
  return { events, port: await listening.promise, stop: () => end(child) };
}

describe.each(RECEIVERS)('the guide, with the receiver in %s', (_language, command, file) => {
  it('receives, replays and rotates as it says', async () => {
    // The port is known before the secret is: a receiver that trusts nobody yet keeps it.
    const unknown = `whsec_${Buffer.alloc(32).toString('base64')}`;
    const first = await start(command, file, [unknown]);
    const { port } = first;
    const { id, secret } = ok(
      await api.post<{ id: string; secret: string }>('/v1/webhooks', {
        url: `http://127.0.0.1:${port}`,
        events: ['message.received'],
      }),
    );
    const test = async () =>
      ok(await api.post<{ delivered: boolean; statusCode: number }>(`/v1/webhooks/${id}/test`, undefined));
    expect(await test()).toMatchObject({ delivered: false, statusCode: 401 });
    await first.stop();

    const second = await start(command, file, [secret], port);
    expect(await test()).toMatchObject({ delivered: true, statusCode: 204 });
    const since = new Date().toISOString();
    const wamid = await system.writeIn(api, PERSON, 'Hello');
    const has = ({ events }: typeof second, ...wanted: string[]) =>
      until(() => wanted.every((one) => events.some(({ data }) => data.wamid === one)), {
        describe: `${wanted.join()} at the receiver`,
      });
    await has(second, wamid);
    await second.stop();

    const rotated = ok(await api.post<{ secret: string }>(`/v1/webhooks/${id}/rotate-secret`, undefined));
    expect(rotated.secret).not.toBe(secret);
    const both = await start(command, file, [rotated.secret, secret], port);
    const next = await system.writeIn(api, PERSON, 'Still there?');
    await has(both, next);
    await both.stop();

    const third = await start(command, file, [rotated.secret], port);
    ok(await api.post(`/v1/webhooks/${id}/replay`, { since }));
    await has(third, wamid, next);
    expect(third.events.map(({ data }) => data.wamid)).toEqual([wamid, next]);
    ok(await api.post(`/v1/webhooks/${id}/replay`, { since }));
    const stats = () => api.get<{ lastDay: { attempts: number } }>(`/v1/webhooks/${id}/stats`);
    await until(async () => ok(await stats()).lastDay.attempts >= 6, { timeoutMs: 15_000 });
    expect(third.events).toHaveLength(2);
    expect((await api.request('DELETE', `/v1/webhooks/${id}`)).status).toBe(204);
  });
});
