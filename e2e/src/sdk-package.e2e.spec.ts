import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { codeBlocks } from './code-blocks.js';

const ROOT = join(import.meta.dirname, '../..');
const CONFIG = {
  compilerOptions: {
    target: 'ES2022',
    module: 'NodeNext',
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    outDir: 'compiled',
  },
};
/** Code whose lines must be type errors; they would compile if the package's types were `any`. */
const REFUSED = `
import { Wbiz } from '@wbiz/sdk/wbiz';
const wbiz = new Wbiz({ baseUrl: 'https://wbiz.example.com/api', apiKey: 'wa_' });
// @ts-expect-error there is no such route
void wbiz.request('GET', '/v1/nothing');
// @ts-expect-error a text has a body
void wbiz.request('POST', '/v1/messages/text', { body: { to: '+918899332211' } });
// @ts-expect-error a message has no such field
console.log((await wbiz.request('GET', '/v1/messages/{id}', { path: { id: 'msg_1' } })).nothing);
`;

/** Prints true three times if the package's root and its paths export the same values. */
const SAME = `
import { Wbiz, WbizError, verifyWebhook } from '@wbiz/sdk';
console.log(Wbiz === (await import('@wbiz/sdk/wbiz')).Wbiz);
console.log(WbizError === (await import('@wbiz/sdk/wbiz-error')).WbizError);
console.log(verifyWebhook === (await import('@wbiz/sdk/webhook')).verifyWebhook);
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wbiz-sdk-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = async (cwd: string, command: string, args: readonly string[], more: NodeJS.ProcessEnv = {}) => {
  const env = { PATH: process.env.PATH, HOME: folder, ...more };
  const { stdout } = await promisify(execFile)(command, args, { cwd, env }).catch(
    ({ message, stdout: printed }: Error & { stdout: string }) => {
      throw new Error(`${message}\n${printed}`);
    },
  );
  return stdout;
};

it('is a package that strict programs are compiled against and run with', async () => {
  const tarball = (
    await run(join(ROOT, 'libs/sdk'), 'npm', ['pack', '--silent', '--pack-destination', folder])
  ).trim();
  await writeFile(join(folder, 'package.json'), '{ "type": "module", "private": true }');
  await run(folder, 'npm', ['install', '--offline', '--no-audit', '--no-fund', `./${tarball}`]);
  await mkdir(join(folder, 'node_modules/@types'));
  await symlink(join(ROOT, 'node_modules/@types/node'), join(folder, 'node_modules/@types/node'));

  await writeFile(join(folder, 'refused.ts'), REFUSED);
  for (const page of ['docs/guides/sdk.md', 'libs/sdk/README.md'])
    for (const { language, code } of await codeBlocks(page))
      if (language === 'ts')
        await writeFile(join(folder, /^\/\/ (\S+):/.exec(code)?.[1] ?? 'readme.ts'), code);
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(CONFIG));
  await run(folder, join(ROOT, 'node_modules/.bin/tsc'), ['-p', '.']);

  await writeFile(join(folder, 'paths.mjs'), SAME);
  expect(await run(folder, process.execPath, ['paths.mjs'])).toBe('true\n'.repeat(3));

  const answers: Record<string, object> = {
    'POST /api/v1/messages/text': { id: 'msg_1', wamid: 'wamid.1' },
    'GET /api/v1/messages/msg_1': { id: 'msg_1', status: 'read' },
    'GET /api/v1/contacts': { data: [{ phone: '+14155550199', name: 'Asha' }], nextCursor: null },
  };
  const server = createServer(({ method, url, headers }, response) => {
    const answer = answers[`${method} ${url!.split('?')[0]}`];
    const isKnown = answer && headers.authorization === 'Bearer wa_1';
    response
      .writeHead(isKnown ? 200 : 404, { 'content-type': 'application/json' })
      .end(JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const BASE = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
  const printed = await run(folder, process.execPath, ['compiled/send.js'], { BASE, WBIZ_API_KEY: 'wa_1' });
  server.close();
  expect(printed).toBe('msg_1 wamid.1 read\n+14155550199 Asha\n');
});
