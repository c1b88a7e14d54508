import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
// @boundaries-ignore the tests run the processes as npm start does
import { freePort } from '../../scripts/embedded/launch.ts';
// @boundaries-ignore scripts/test.ts installs this Python
import { guidePython } from '../../scripts/guide-tools.ts';
// @boundaries-ignore the tests run the processes as npm start does
import { sharing } from '../../scripts/apps.ts';
import { codeBlocks, type CodeBlock } from './code-blocks.js';
import { ok, type Client } from './api-client.js';
import { PERSON, startSystem, type System } from './system.js';
import { terminal } from './terminal.js';

const ROOT = join(import.meta.dirname, '../..');
const EVENTS = 'docs/guides/events.md';
const WEBHOOKS = 'docs/guides/webhooks.md';
const SDK = 'docs/guides/sdk.md';
const CAMPAIGNS = 'docs/guides/campaigns.md';
const CONNECTING = 'docs/guides/connect-a-number.md';
const PRODUCTION = 'docs/production.md';
const GUIDES = [EVENTS, WEBHOOKS, SDK, CAMPAIGNS, CONNECTING, PRODUCTION];

const python = guidePython();
const hasPython = spawnSync('python3', ['--version']).status === 0;
const SKIPPED = [...(python ? [] : ['kafka_events.py']), ...(hasPython ? [] : ['webhook.py', 'feed.py'])];
if (SKIPPED.length > 0)
  console.warn(`guides: python3 or kafka-python is missing; the tests of ${SKIPPED.join(', ')} are skipped`);
const runnable = (name: string) => (SKIPPED.includes(name) ? it.skip : it);

let system: System;
let api: Client & { accountId: string };
let home: string;
let port: number;
const blocks: CodeBlock[] = [];
const ran = new Set<CodeBlock>();
const opened: (() => Promise<void>)[] = [];
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'wbiz-guides-'));
  port = await freePort();
  for (const guide of GUIDES) blocks.push(...(await codeBlocks(guide)));
  system = await startSystem({ together: sharing('') });
  api = await system.connect();
}, 120_000);
afterEach(async () => {
  for (const end of opened.splice(0)) await end();
});
afterAll(async () => {
  await system?.stop();
  await rm(home, { recursive: true, force: true });
});

/** Makes a folder with what the guides' commands need of a clone in which `npm start` runs. */
async function clone(name: string) {
  const folder = join(home, name);
  await mkdir(join(folder, '.wbiz'), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  await copyFile(join(ROOT, 'package.json'), join(folder, 'package.json'));
  const demo = {
    baseUrl: system.baseUrl,
    apiKey: api.apiKey,
    accountId: api.accountId,
    adminToken: system.adminToken,
    simulatorUrl: system.simulatorUrl,
    kafkaBrokers: system.brokers.join(),
    eventsTopic: system.topics.events,
  };
  await writeFile(join(folder, '.wbiz', 'demo.json'), JSON.stringify(demo));
  return folder;
}

const env = (more: NodeJS.ProcessEnv = {}) => ({
  PATH: [...(python ? [dirname(python)] : []), process.env.PATH].join(delimiter),
  HOME: home,
  PORT: String(port),
  ...more,
});

/** Returns the only code block of the guide that matches, and records that the tests run it. */
function printed(guide: string, mark: CodeBlock['mark'], language: RegExp, looks: RegExp): string {
  const found = blocks.filter(
    (block) =>
      block.file === guide && block.mark === mark && language.test(block.language) && looks.test(block.code),
  );
  if (found.length !== 1) throw new Error(`${guide} has ${found.length} blocks with ${looks}`);
  ran.add(found[0]!);
  return found[0]!.code.replaceAll('8787', String(port)); // port 8787 may be in use on this machine
}
const command = (guide: string, looks: RegExp) => printed(guide, undefined, /^sh$/, looks);
const staying = (guide: string, looks: RegExp) => printed(guide, 'stays', /^sh$/, looks);

async function save(guide: string, name: string, folder: string) {
  const code = printed(guide, undefined, /^(ts|py)$/, new RegExp(`^(//|#) ${name.replace('.', '\\.')}:`));
  await writeFile(join(folder, name), code);
}

async function open(folder: string, more?: NodeJS.ProcessEnv) {
  const shell = await terminal(folder, env(more));
  opened.push(shell.end);
  return shell;
}

type Listed = { data: { optedIn?: boolean; status?: string }[] };
type Told = { id: string; type: string; account?: string; data: { wamid?: string } };

/** Runs a command that stays (runs until Ctrl-C) in a process of its own. */
function start(folder: string, code: string, more?: NodeJS.ProcessEnv) {
  const child = spawn('bash', ['-euc', code], {
    cwd: folder,
    env: env(more),
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true, // a process group of its own, so that the command's children end with it
  });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  let ended = false;
  child.once('close', () => (ended = true));
  const stop = async () => {
    if (ended) return;
    process.kill(-child.pid!, 'SIGKILL');
    await once(child, 'close');
  };
  opened.push(stop);
  const events = () => lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Told);
  return {
    lines,
    events,
    stop,
    has: (...wamids: string[]) =>
      until(
        () =>
          wamids.every((wamid) =>
            events().some(({ type, data }) => type === 'message.received' && data.wamid === wamid),
          ),
        { timeoutMs: 30_000, describe: `message.received of ${wamids.join()} from ${code}` },
      ),
  };
}

describe.each(['webhook.ts', 'webhook.py'])('the guide to webhooks, with %s', (name) => {
  runnable(name)('receives, sends again, replays and rotates as it says', async () => {
    const folder = await clone(name);
    const { paste } = await open(folder);
    const receive = async (secrets: string) => {
      const looks = new RegExp(`^WEBHOOK_SECRET="${secrets}" \\w+ ${name.replace('.', '\\.')}$`);
      const receiver = start(folder, staying(WEBHOOKS, looks));
      await until(() => receiver.lines.includes('listening'), { describe: name });
      return receiver;
    };
    const [OLD, NEW] = ['\\$\\(jq -r \\.secret webhook\\.json\\)', '\\$\\(jq -r \\.secret rotated\\.json\\)'];
    await paste(command(WEBHOOKS, /^BASE=/));
    await paste(command(WEBHOOKS, /> webhook\.json/));
    await save(EVENTS, name, folder);
    const first = await receive(OLD);
    const tested = await paste(command(WEBHOOKS, /\/test"/));
    expect(tested).toContain('"delivered":true,"statusCode":204');
    const { wamid } = /"(?<wamid>wamid\.[^"]+)"/.exec(tested)!.groups as { wamid: string };
    await first.has(wamid);
    expect(first.events().map(({ type }) => type)).toEqual(['webhook.test', 'message.received']);
    const forged = {
      'webhook-id': 'evt_1',
      'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
      'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')}`,
    };
    const url = `http://127.0.0.1:${port}`;
    expect((await fetch(url, { method: 'POST', headers: forged, body: '{}' })).status).toBe(401);
    await paste(command(WEBHOOKS, /"resumeFrom"/));
    const { id } = JSON.parse(await readFile(join(folder, 'webhook.json'), 'utf8')) as { id: string };
    const attempts = async () =>
      ok(await api.get<{ lastDay: { attempts: number } }>(`/v1/webhooks/${id}/stats`)).lastDay.attempts;
    await until(async () => (await attempts()) >= 1);
    expect(await paste(command(WEBHOOKS, /\/retry"/))).toContain('"attemptLog":[{');
    await until(async () => (await attempts()) >= 2);
    await first.stop();

    await paste(command(WEBHOOKS, /> rotated\.json/));
    const both = await receive(`${NEW},${OLD}`);
    const next = await system.writeIn(api, PERSON, 'Still there?');
    await both.has(next);
    await both.stop();

    const last = await receive(NEW);
    const replay = command(WEBHOOKS, /\/replay"/);
    await paste(replay);
    await last.has(wamid, next);
    const received = last.events().filter(({ data }) => [wamid, next].includes(data.wamid ?? ''));
    expect(received.map(({ data }) => data.wamid)).toEqual([wamid, next]);
    const before = await attempts();
    await paste(replay);
    await until(async () => (await attempts()) >= before + 2, { timeoutMs: 15_000 });
    const ids = last.events().map(({ id: event }) => event);
    expect(ids).toEqual([...new Set(ids)]);
    expect((await api.request('DELETE', `/v1/webhooks/${id}`)).status).toBe(204);
  });
});

describe.each(['feed.ts', 'feed.py'])('the guide to events, with %s', (name) => {
  runnable(name)('prints what happens, and goes on from where it stopped', async () => {
    const folder = await clone(name);
    await save(EVENTS, name, folder);
    const run = [command(EVENTS, /BASE=/), staying(EVENTS, new RegExp(` ${name}$`))].join('\n');
    const first = start(folder, run);
    await first.has(await system.writeIn(api, PERSON, 'Hello'));
    const next = await system.writeIn(api, PERSON, 'Anybody there?');
    await first.has(next);
    // Once this later event is printed, the cursor after `next` is stored.
    await first.has(await system.writeIn(api, PERSON, 'Hello?'));
    await first.stop();
    const second = start(folder, run);
    await second.has(await system.writeIn(api, PERSON, 'I am back'));
    expect(second.events().map(({ data }) => data.wamid)).not.toContain(next);
  });
});

describe.each(['kafka.ts', 'kafka_events.py'])('the guide to events, with %s', (name) => {
  runnable(name)('prints the events of all accounts', async () => {
    const folder = await clone(name);
    await save(EVENTS, name, folder);
    const variables = command(EVENTS, /EVENTS_TOPIC=/);
    const wamid = await system.writeIn(api, PERSON, 'Hello');
    const { has, events } = start(folder, `${variables}\n${staying(EVENTS, new RegExp(` ${name}$`))}`);
    await has(wamid);
    const told = events().find(({ data }) => data.wamid === wamid);
    expect(told).toMatchObject({ account: api.accountId, id: expect.stringMatching(/^evt_/) });
  });
});

describe('the guide to the SDK', () => {
  it('sends, lists and follows as it says', async () => {
    const folder = await clone('sdk');
    const { paste } = await open(folder);
    for (const name of ['send.ts', 'follow.ts']) await save(SDK, name, folder);
    ok(await api.post('/v1/contacts', { phone: '+14155550199', name: 'Asha', tags: ['lead'] }));
    await system.writeIn(api, PERSON, 'Hello');
    const variables = command(SDK, /BASE=/);
    await paste(variables);
    const [sent, ...listed] = (await paste(command(SDK, /^node send\.ts/))).trim().split('\n');
    expect(sent).toMatch(/^msg_\S+ wamid\.\S+ (accepted|sent|delivered|read)$/);
    expect(listed).toContain('+14155550199 Asha');

    const run = `${variables}\n${staying(SDK, /^node follow\.ts/)}`;
    const first = start(folder, run);
    await until(() => first.lines.includes(`${PERSON} Hello`), { describe: 'what was written' });
    await system.writeIn(api, PERSON, 'Are you open?');
    await until(() => first.lines.includes(`${PERSON} Are you open?`), { describe: 'what is written' });
    await first.stop();
    const second = start(folder, run);
    await system.writeIn(api, PERSON, 'And now?');
    await until(() => second.lines.includes(`${PERSON} And now?`), { describe: 'what was written since' });
    expect(second.lines).not.toContain(`${PERSON} Hello`);
  });

  it('listens, tails and triggers as it says', async () => {
    const folder = await clone('cli');
    const { paste } = await open(folder);
    const tailed = start(folder, staying(SDK, /events tail/));
    const listened = start(folder, staying(SDK, /wbiz listen/));
    await save(SDK, 'receive.ts', folder);
    const [told] = await until(() => listened.lines.length > 0 && listened.lines, { describe: 'listen' });
    const [secret] = /whsec_\S+/.exec(told!)!;
    const received = start(folder, 'node receive.ts', { WEBHOOK_SECRET: secret });
    await until(() => fetch(`http://127.0.0.1:${port}`, { method: 'POST' }).then(() => true), {
      describe: 'receive.ts',
    });
    // Both scripts start at the end of the feed: people write in until each script has seen an event.
    const seen = () => tailed.events().length > 0 && received.lines.length > 0;
    await until(async () => (await system.writeIn(api)) && seen(), { timeoutMs: 30_000, everyMs: 500 });
    await paste(command(SDK, /BASE=/));
    await paste(command(SDK, /wbiz trigger message\.received/));
    await until(() => received.lines.some((line) => line.startsWith('contact.opted_out evt_')), {
      describe: 'the event that was triggered last, at receive.ts',
    });
    await paste(command(SDK, /"value": "resume"/));
    await until(() => received.lines.filter((line) => line.startsWith('template.status ')).length >= 2, {
      describe: 'the template rejected and approved, at receive.ts',
    });
    const undone = async () => {
      const contacts = ok(await api.get<Listed>(`/v1/contacts?search=${PERSON.slice(1)}`));
      const templates = ok(await api.get<Listed>('/v1/templates?search=order_confirmation'));
      return contacts.data[0]?.optedIn === true && templates.data[0]?.status === 'approved';
    };
    await until(undone, { describe: 'the person opted in and the template approved again' });
  });
});

it('the guide to campaigns runs as printed, from the import to the retry', async () => {
  const folder = await clone('campaigns');
  const { paste } = await open(folder);
  await paste(command(CAMPAIGNS, /^BASE=/));
  await paste(command(CAMPAIGNS, /contacts\/bulk/));
  const planned = await paste(
    command(CAMPAIGNS, /"template": \{"name": "diwali_offer", "language": "en_US"\}\}'\n$/),
  );
  expect(JSON.parse(planned)).toMatchObject({ total: 4, optedIn: 3, plan: { eligible: 3 } });
  const previews = await paste(command(CAMPAIGNS, /"kind": "segment"/));
  expect([...previews.matchAll(/"total":(\d+)/g)].map(([, total]) => total).slice(1)).toEqual([
    '1',
    '1',
    '1',
  ]);
  await paste(command(CAMPAIGNS, /^TOMORROW=/));
  const look = command(CAMPAIGNS, /^ask "\/campaigns\/\$CAMPAIGN"\n/);
  await until(async () => /"status":"completed".*"failed":1/.test(await paste(look)), { timeoutMs: 30_000 });
  await paste(command(CAMPAIGNS, /retry-failed/));
  const csv = await readFile(join(folder, 'recipients.csv'), 'utf8');
  expect(csv).toMatch(/^contactId,to,status,/);
  expect(csv.trim().split('\n')).toHaveLength(5);
});

it('the guide to a real number runs as printed, with the simulator in the place of Meta', async () => {
  const folder = await clone('connecting');
  const [WABA, token] = ['1000000000000007', 'token-of-the-system-user'];
  const { phoneNumbers } = await system.control<{ phoneNumbers: { id: string }[] }>('POST', '/wabas', {
    id: WABA,
    token,
  });
  const phoneNumberId = phoneNumbers[0]!.id;
  const graph = `${system.simulatorUrl}/v25.0`;
  const headers = { authorization: `Bearer ${token}` };
  await fetch(`${graph}/${phoneNumberId}/deregister`, { method: 'POST', headers });
  await writeFile(join(folder, 'token.txt'), `${token}\n`);
  const { paste } = await open(folder, {
    WBIZ_URL: system.baseUrl.replace(/\/api$/, ''),
    WBIZ_ADMIN_TOKEN: system.adminToken,
    META_VERIFY_TOKEN: 'simulator-verify-token',
    GRAPH: graph,
    WABA,
  });
  expect(await paste(command(CONNECTING, /hub\.challenge/))).toBe('42');
  expect(await paste(command(CONNECTING, /^printf/))).toContain('"quality_rating":"GREEN"');
  expect(await paste(command(CONNECTING, /\/register/))).toContain('"success":true');
  await paste(command(CONNECTING, /accounts connect/));
  const checked = await paste(command(CONNECTING, /accounts get/));
  expect(checked).toContain('"whatsapp_business_api_data"');
  expect(checked).toMatch(/"status": ?"active"/);
  const writing = { from: PERSON, phoneNumberId, message: { type: 'text', text: { body: 'Is it you?' } } };
  await system.control('POST', '/inbound', writing);
  await paste(command(CONNECTING, /types=message\.received/));
  expect(await paste(command(CONNECTING, /It works/))).toMatch(/"wamid":"wamid\./);
});

it('the guide to production tells by its commands that nothing stands still', async () => {
  const { paste } = await open(await clone('production'));
  for (const looks of [/dead-letters list/, /webhooks derive/, /duplicates/]) {
    const told = await paste(command(PRODUCTION, looks));
    expect(told).toMatch(/: (is up to date|reads), lag \d+$/m);
    expect(told).not.toContain('stands still');
    if (looks.source === 'duplicates') expect(told).toContain('"data":[]');
  }
});

it('runs all that the guides print, but for what they mark', () => {
  const left = blocks.filter(
    (block) =>
      block.mark !== 'elsewhere' && !ran.has(block) && !SKIPPED.some((name) => block.code.includes(name)),
  );
  expect(left).toEqual([]);
});
