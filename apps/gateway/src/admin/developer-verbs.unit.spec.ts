import { expect, it } from '@jest/globals';
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

it('says that the simulator cannot be reached', async () => {
  expect(await wbiz('trigger message.received', { WBIZ_SIMULATOR_URL: NOWHERE })).toMatchObject({
    code: 1,
    err: expect.stringContaining(`${NOWHERE} cannot be reached`),
  });
});
