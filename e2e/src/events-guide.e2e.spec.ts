import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
// @boundaries-ignore the tests run the processes as npm start does
import { freePort } from '../../scripts/embedded/launch.ts';
import { codeBlocks } from './code-blocks.js';
import { ok, PERSON, startSystem, type Client, type System } from './system.js';

const GUIDE = 'docs/guides/events.md';
const hasKafkaPython = spawnSync('python3', ['-c', 'import kafka']).status === 0;
if (!hasKafkaPython)
  console.warn(`${GUIDE}: kafka_events.py is skipped, since kafka-python is not installed here.`);

let system: System;
let api: Client & { accountId: string };
let folder: string;
let running: ChildProcess | undefined;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wbiz-guide-'));
  await symlink(join(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules'));
  system = await startSystem();
  api = await system.connect();
}, 120_000);
afterEach(async () => {
  if (running && running.exitCode === null) {
    running.kill('SIGKILL');
    await once(running, 'exit');
  }
  running = undefined;
});
afterAll(async () => {
  await system?.stop();
  await rm(folder, { recursive: true, force: true });
});

type Told = { id: string; type: string; account?: string; data: { wamid?: string } };

/** Runs a program of the guide as it is printed there; `events` are the lines that it prints. */
async function start(name: string, env: Record<string, string>, cwd = folder) {
  const [language, command] = name.endsWith('.ts') ? ['ts', process.execPath] : ['py', 'python3'];
  const code = (await codeBlocks(GUIDE, language)).find(
    (block) => /^(?:\/\/|#) (\S+):/.exec(block)?.[1] === name,
  );
  await writeFile(join(cwd, name), code!);
  const child = spawn(command, [name], {
    cwd,
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running = child;
  const events: Told[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => events.push(JSON.parse(line) as Told));
  return {
    events,
    has: (wamid: string) =>
      until(
        () => {
          if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
          return events.find(({ type, data }) => type === 'message.received' && data.wamid === wamid);
        },
        { timeoutMs: 30_000, describe: `message.received of ${wamid} from ${name}` },
      ),
  };
}

describe.each(['webhook.ts', 'webhook.py'])('the guide, with %s', (name) => {
  it('prints what is sent to it, and takes nothing that somebody else signed', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const { id, secret } = ok(
      await api.post<{ id: string; secret: string }>('/v1/webhooks', { url, events: ['message.received'] }),
    );
    const { has, events } = await start(name, { SECRET: secret, PORT: String(port) });
    await until(() =>
      fetch(url, { method: 'POST' }).then(
        ({ status }) => status === 401,
        () => false,
      ),
    );
    const forged = {
      'webhook-id': 'evt_1',
      'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
      'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')}`,
    };
    expect((await fetch(url, { method: 'POST', headers: forged, body: '{}' })).status).toBe(401);
    await has(await system.writeIn(api, PERSON, 'Hello'));
    expect(events).toHaveLength(1);
    expect((await api.request('DELETE', `/v1/webhooks/${id}`)).status).toBe(204);
  });
});

describe.each(['feed.ts', 'feed.py'])('the guide, with %s', (name) => {
  it('prints what happens, and goes on from where it stopped', async () => {
    const cwd = join(folder, `of-${name}`);
    await mkdir(cwd);
    const env = { BASE: system.baseUrl, KEY: api.apiKey };
    const first = await start(name, env, cwd);
    await first.has(await system.writeIn(api, PERSON, 'Hello'));
    const next = await system.writeIn(api, PERSON, 'Anybody there?');
    await first.has(next);
    // What comes after it shows that the cursor behind it was written down.
    await first.has(await system.writeIn(api, PERSON, 'Hello?'));
    running!.kill('SIGKILL');
    await once(running!, 'exit');
    const second = await start(name, env, cwd);
    await second.has(await system.writeIn(api, PERSON, 'I am back'));
    expect(second.events.map(({ data }) => data.wamid)).not.toContain(next);
  });
});

describe.each([
  ['kafka.ts', true],
  ['kafka_events.py', hasKafkaPython],
])('the guide, with %s', (name, runnable) => {
  (runnable ? it : it.skip)('prints the events of all accounts', async () => {
    const wamid = await system.writeIn(api, PERSON, 'Hello');
    const env = {
      KAFKA_BROKERS: system.brokers.join(),
      EVENTS_TOPIC: system.topics.events,
      GROUP: `guide-${name}`,
    };
    const { has } = await start(name, env);
    expect(await has(wamid)).toMatchObject({ account: api.accountId, id: expect.stringMatching(/^evt_/) });
  });
});
