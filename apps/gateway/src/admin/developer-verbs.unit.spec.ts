import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runCli } from './cli.js';

const NOWHERE = 'http://127.0.0.1:1';
const wbiz = (line: string, env: Record<string, string>) =>
  runCli(line.split(' '), { env, cwd: '/', stdin: () => Promise.resolve('') });

it.each([
  [
    'events tail',
    { WBIZ_URL: NOWHERE, WBIZ_ADMIN_TOKEN: 'token' },
    'WBIZ_URL is set, but WBIZ_API_KEY is not',
  ],
  ['events tail', {}, 'neither WBIZ_URL and WBIZ_API_KEY nor a .wbiz/demo.json'],
  ['events tail now', { WBIZ_URL: NOWHERE, WBIZ_API_KEY: 'key' }, 'expected options only'],
  ['listen', { WBIZ_URL: NOWHERE, WBIZ_API_KEY: 'key' }, '--forward-to must be an http or https URL'],
  ['listen --forward-to here', { WBIZ_URL: NOWHERE, WBIZ_API_KEY: 'key' }, '--forward-to must be'],
  ['trigger message.received', { WBIZ_URL: NOWHERE, WBIZ_API_KEY: 'key' }, 'neither WBIZ_SIMULATOR_URL nor'],
  ['trigger message.status wamid.1', { WBIZ_SIMULATOR_URL: NOWHERE }, 'expected <message> <status>'],
  ['trigger earthquake', { WBIZ_SIMULATOR_URL: NOWHERE }, 'there is no command "trigger earthquake"'],
])('"%s" says what is missing', async (line, env, says) => {
  expect(await wbiz(line, env)).toMatchObject({ code: 2, err: expect.stringContaining(says) });
});

describe('what the simulator refuses', () => {
  let server: Server;
  let answer: { status: number; body: string };
  beforeAll(async () => {
    server = createServer((_, response) => response.writeHead(answer.status).end(answer.body));
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterAll(() => void server.close());

  it.each([
    ['trigger message.status wamid.1 bogus', 400, { error: { message: 'statuses must be a list of sent.' } }],
    ['trigger template.status 1 maybe', 404, { error: { message: 'There is no template 1.' } }],
    ['trigger message.received', 403, { error: { message: 'Callers on this machine only.' } }],
  ])('is told in its words: "%s"', async (line, status, body) => {
    answer = { status, body: JSON.stringify(body) };
    const WBIZ_SIMULATOR_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await wbiz(line, { WBIZ_SIMULATOR_URL })).toEqual({
      code: 1,
      out: '',
      err: `wbiz: ${body.error.message}\n`,
    });
  });

  it('is told as it came where it is no JSON', async () => {
    answer = { status: 502, body: '<h1>Bad gateway</h1>' };
    const WBIZ_SIMULATOR_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await wbiz('trigger message.received', { WBIZ_SIMULATOR_URL })).toMatchObject({
      err: 'wbiz: 502 <h1>Bad gateway</h1>\n',
    });
  });
});

it('says that the simulator cannot be reached', async () => {
  expect(await wbiz('trigger message.received', { WBIZ_SIMULATOR_URL: NOWHERE })).toMatchObject({
    code: 1,
    err: expect.stringContaining(`${NOWHERE} cannot be reached`),
  });
});
