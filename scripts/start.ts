import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { relative } from 'node:path';
import {
  APPS,
  allScopes,
  appReady,
  processesOf,
  sharing,
  SIMULATED_META_APP,
  startApp,
  STOP_WAVES,
  TOGETHER,
  type System,
} from './apps.ts';
import { began, build } from './bootstrap.mjs';
import { howToTry, makeDemo, type Demo } from './demo.ts';
import { readableLog, say, step } from './say.mjs';
import { file, home, readJson, tidyUp, writeJson } from './start-home.ts';
import type { startOptions } from './start-options.mjs';
import { choosePorts } from './start-ports.ts';
import { kafkaUp, postgresUp, provision } from './start-stack.ts';
import { createSupervisor } from './supervisor.ts';

const seconds = () => `${((Date.now() - began) / 1000).toFixed(1)} s`;

type Options = Exclude<ReturnType<typeof startOptions>, { help: string }>;
type Kept = { adminToken?: string; secretKey?: string; apiKey?: string; feedCursor?: string };

export async function start({ fresh, verbose, port }: Options): Promise<void> {
  const together = sharing();
  await tidyUp(fresh);
  // After this process has ended, demo.json would describe a system that no longer runs.
  process.once('exit', () => rmSync(file('demo.json'), { force: true }));
  const kept: Kept = readJson('state.json') ?? {};
  const state: Kept & { adminToken: string } = {
    ...kept,
    adminToken: kept.adminToken ?? randomBytes(32).toString('base64url'),
  };
  writeJson('state.json', state);

  const { KAFKA_BROKERS, DATABASE_URL, CLOUD_API_URL } = process.env;
  const apps = APPS.filter(({ name }) => name !== 'simulator' || !CLOUD_API_URL);
  const ports = await choosePorts(port, {
    ...Object.fromEntries(apps.map(({ name, ports }) => [name, ports])),
    kafka: ['broker', 'controller'],
    postgres: ['port'],
  });
  const simulatorUrl = CLOUD_API_URL
    ? await simulatorAt(CLOUD_API_URL)
    : `http://127.0.0.1:${ports['simulator']!['PORT']}`;
  const baseUrl = `http://127.0.0.1:${ports['gateway']!['PORT']}/api`;
  const system: System = {
    home,
    ports,
    databaseUrl: DATABASE_URL,
    kafkaBrokers: KAFKA_BROKERS,
    cloudApiUrl: CLOUD_API_URL ?? simulatorUrl!,
    topicPrefix: process.env.TOPIC_PREFIX ?? '',
    secretKey: state.secretKey,
    adminToken: state.adminToken,
    metaApp: simulatorUrl ? SIMULATED_META_APP : {},
    together,
  };

  let demo: Partial<Demo> | undefined;
  let pids: Record<string, number> = {};
  const leaveBehind = () =>
    demo &&
    writeJson('demo.json', {
      baseUrl,
      apiKey: demo.apiKey,
      accountId: demo.accountId,
      adminToken: state.adminToken,
      simulatorUrl,
      kafkaBrokers: system.kafkaBrokers,
      eventsTopic: `${system.topicPrefix}wbiz.events`,
      databaseUrl: system.databaseUrl,
      pids,
    });
  const supervisor = createSupervisor(({ [TOGETHER]: shared, ...alone }) => {
    pids = { ...alone, ...(shared && Object.fromEntries(together.map((name) => [name, shared]))) };
    leaveBehind();
  });
  stopOnSignal(() => supervisor.stop(STOP_WAVES));
  const show = shownLines(verbose);
  const run = async (name: string) => {
    await supervisor.keep(name, () => startApp(system, { name, onLine: show(name) }));
    await appReady(system, { name, ended: () => supervisor.ended(name) });
  };

  await Promise.all([
    kafkaUp(system, ports, supervisor),
    postgresUp(system, ports, supervisor),
    build().then(async () => {
      if (!CLOUD_API_URL)
        await step(`Simulator of Meta's Cloud API`, () =>
          run('simulator').then(() => ({ said: `up on ${simulatorUrl}` })),
        );
    }),
  ]);
  await step('Topics, roles and schemas', async () => {
    await provision(system, show('provision'));
    delete state.secretKey; // provisioning has passed the old key on to the services' own secrets
    writeJson('state.json', state);
  });
  const services = apps.map(({ name }) => name).filter((name) => name !== 'simulator');
  await servicesUp(services, together, run);

  if (simulatorUrl) {
    demo = await step('Demo account', async () =>
      makeDemo({ ...system, baseUrl, simulatorUrl, scopes: await allScopes(), known: state }),
    );
    writeJson('state.json', { ...state, apiKey: demo.apiKey, feedCursor: demo.feedCursor });
  } else demo = {};
  leaveBehind();
  sayReady(baseUrl, demo);
}

/** Prints lines of a process's log: from level info on if `verbose`, from warn on if not. */
const shownLines = (verbose: boolean) => (service: string) => (line: string) => {
  const readable = readableLog(service, line, verbose ? 30 : 40);
  if (readable) say.line(readable);
};

/** Starts the processes of these services; resolves once all are ready. */
async function servicesUp(
  services: readonly string[],
  together: readonly string[],
  run: (name: string) => Promise<void>,
): Promise<void> {
  const processes = processesOf(services, together);
  const titleOf = (name: string) => (name === TOGETHER ? `${together.join(' + ')} (one process)` : name);
  const waiting = new Set(processes.map(titleOf));
  await step('Services', (note) => {
    const tell = () => note(`waiting for ${[...waiting].join(', ')}`);
    tell();
    const ready = processes.map((name) =>
      run(name).then(() => {
        waiting.delete(titleOf(name));
        tell();
      }),
    );
    return Promise.all(ready).then(() => ({ said: `${processes.map(titleOf).join(', ')} are ready` }));
  });
}

function sayReady(baseUrl: string, { apiKey, feedCursor }: Partial<Demo>): void {
  if (apiKey) say.line(howToTry({ baseUrl, apiKey, feedCursor: feedCursor! }));
  else
    say.line(
      `\nConnect your WhatsApp Business Account: see README.md. The admin token is in ${file('demo.json')}.\n`,
    );
  const at = (path: string) => new URL(path, baseUrl).href;
  say.done(
    say.bold(
      `All is ready after ${seconds()}: the API is at ${baseUrl}, its reference with try-it at ${at('/docs')}`,
    ),
  );
  const shown = relative(process.cwd(), home);
  say.line(`  The console is at ${at('/console')}; sign in with the adminToken in ${file('demo.json')}.`);
  say.line(
    `  Ctrl-C stops all that was started here; its data stays in ${shown.startsWith('..') ? home : shown}.`,
  );
}

/** Returns CLOUD_API_URL if a simulator on this machine answers there, undefined if not. */
async function simulatorAt(url: string): Promise<string | undefined> {
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname)) return undefined;
  const answer = await fetch(new URL('/_control/messages?limit=1', url)).catch(() => undefined);
  return answer?.ok ? url.replace(/\/$/, '') : undefined;
}

/** Stops all processes in order at the first signal or when the parent process ends; a second Ctrl-C exits at once. */
function stopOnSignal(stop: () => Promise<void>): void {
  let since: number | undefined;
  const stopAll = async () => {
    if (since) return;
    since = performance.now();
    say.line('Stopping …');
    await stop();
    say.done(`All has stopped (${((performance.now() - since) / 1000).toFixed(1)} s)`);
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGHUP', 'disconnect']) process.on(signal, () => void stopAll());
  process.on('SIGINT', () => {
    // A single Ctrl-C arrives several times within a second: from the terminal, from npm, from the parent process.
    if (since && performance.now() - since > 1_000) process.exit(1);
    void stopAll();
  });
}
