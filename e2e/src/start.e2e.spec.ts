import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
// @boundaries-ignore the tests run the processes as npm start does
import { freePort, isRunning } from '../../scripts/embedded/launch.ts';
import { codeBlocks } from './code-blocks.js';

const ROOT = join(import.meta.dirname, '../..');
const JPEG = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(1_000)]);
type Demo = { baseUrl: string; apiKey: string; pids: Record<string, number> };
type Feed = { data: { type: string; data: { status?: string } }[] };

let home: string;
let port: number;
let started: ChildProcess;
let printed = '';
const demo = async () => JSON.parse(await readFile(join(home, 'demo.json'), 'utf8')) as Demo;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'wbiz-start-'));
  await chmod(home, 0o755); // the mode that earlier versions gave the folder
  port = await freePort();
  const { KAFKA_BROKERS: _kafka, DATABASE_URL: _database, CLOUD_API_URL: _meta, ...env } = process.env;
  started = spawn(process.execPath, ['scripts/start.mjs'], {
    cwd: ROOT,
    env: { ...env, NODE_OPTIONS: '', WBIZ_HOME: home, PORT: String(port) },
  });
  for (const stream of [started.stdout!, started.stderr!])
    stream.on('data', (text: Buffer) => (printed += text.toString()));
  await until(
    () => {
      if (started.exitCode !== null) throw new Error(printed);
      return printed.includes('All is ready');
    },
    { timeoutMs: 150_000 },
  );
}, 160_000);
afterAll(async () => {
  if (started.exitCode === null) started.kill('SIGKILL');
  await rm(home, { recursive: true, force: true });
});

it('starts everything, says how to send, and what it says works as pasted', async () => {
  const { baseUrl, apiKey, pids } = await demo();
  expect([pids.contacts, pids.templates, pids.campaigns]).toEqual(Array(3).fill(pids.webhooks));
  expect([pids.gateway, pids.messaging]).not.toContain(pids.webhooks);
  expect((await stat(join(home, 'demo.json'))).mode & 0o777).toBe(0o600);
  expect(baseUrl).toBe(`http://127.0.0.1:${port}/api`);
  const [send, look] = [...printed.matchAll(/^ {2}(curl (?:.*\\\n)*.*)$/gm)].map(([, command]) => command!);
  const bash = async (command: string) =>
    JSON.parse(
      (await promisify(execFile)('bash', ['-c', command.replace('curl', 'curl -s')])).stdout,
    ) as unknown;
  expect(await bash(send!)).toMatchObject({ status: 'accepted', wamid: expect.stringMatching(/^wamid\./) });
  await until(async () => {
    const { data } = (await bash(look!)) as Feed;
    return data.some(({ type, data: { status } }) => type === 'message.status' && status === 'read');
  });
  expect(look).toContain(apiKey);
});

it.each(['README.md', 'docs/guides/first-message.md'])(
  'takes the commands of %s as printed',
  async (guide) => {
    const folder = await mkdtemp(join(home, 'pasted-'));
    await symlink(home, join(folder, '.wbiz'));
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    await copyFile(join(ROOT, 'package.json'), join(folder, 'package.json'));
    await writeFile(join(folder, 'catalogue.jpg'), JPEG);
    const blocks = await codeBlocks(guide);
    const commands = blocks
      .filter(({ language, mark }) => language === 'sh' && !mark)
      .map(({ code }) => code);
    const pasted = ['curl() { command curl -s --fail-with-body "$@"; }', ...commands].join('\n');
    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', pasted], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: home },
    });
    expect(stdout).toContain('"status":"accepted"');
    if (guide !== 'README.md') return;
    expect(await readFile(join(folder, 'copy.jpg'))).toEqual(JPEG);
    expect(await readFile(join(folder, 'recipients.csv'), 'utf8')).toMatch(/^contactId,to,status,/);
  },
  60_000,
);

it('refuses a text outside of the window as first-message.md says', async () => {
  const { baseUrl, apiKey } = await demo();
  const block = (await codeBlocks('docs/guides/first-message.md')).find(({ code }) =>
    code.includes('# 422 service_window_closed'),
  );
  const env = { PATH: process.env.PATH, BASE: baseUrl, WBIZ_API_KEY: apiKey };
  // An earlier block let the person write two days ago; messaging may not have processed that message yet.
  await until(async () => {
    const { stdout } = await promisify(execFile)('bash', ['-c', block!.code], { env });
    return stdout.includes('"code":"service_window_closed"');
  });
});

it('makes its files readable for its owner only', async () => {
  const asRoot = process.getuid!() === 0;
  // Started by root, Postgres runs as another user, whose group must pass through `home` to reach the data folder.
  expect((await stat(home)).mode & 0o777).toBe(asRoot ? 0o710 : 0o700);
  if (!asRoot) return;
  const nobody = { uid: 65_534, gid: 65_534 };
  for (const name of ['.', 'ports.json', 'logs', 'postgres.password'])
    await expect(promisify(execFile)('ls', [join(home, name)], nobody)).rejects.toThrow('Permission denied');
});

it('ends everything it started within 10 s of SIGTERM', async () => {
  const { pids } = await demo();
  const since = Date.now();
  started.kill('SIGTERM');
  await once(started, 'exit');
  expect(Date.now() - since).toBeLessThan(10_000);
  expect(Object.entries(pids).filter(([, pid]) => isRunning(pid))).toEqual([]);
  await expect(demo()).rejects.toThrow('ENOENT');
});
