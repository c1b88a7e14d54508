import http, { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AddressGuard, resolveByMachine } from '@wbiz/service-kit/address-guard';
import { linkReader, MOST_LINK_BYTES } from './read-link.js';

let port: number;
let calls = 0;
const ANSWERS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/file': (response) => response.end('bytes'),
  '/elsewhere': (response) => response.writeHead(302, { location: '/file' }).end(),
  '/missing': (response) => response.writeHead(404).end(),
  '/broken': (response) => {
    response.writeHead(200, { 'content-length': '10' }).write('half');
    setImmediate(() => response.destroy());
  },
  '/endless': (response) => {
    const more = () => void (response.destroyed || response.write(Buffer.alloc(1_000_000), more));
    more();
  },
};
const server = createServer(({ url }, response) => {
  calls += 1;
  ANSWERS[url!]!(response);
});
beforeAll(
  () =>
    new Promise<void>((resolve) =>
      server.listen(0, '127.0.0.1', () => {
        ({ port } = server.address() as AddressInfo);
        resolve();
      }),
    ),
);
afterAll(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

describe('a link', () => {
  const named: string[] = [];
  const read = linkReader({
    get: http.get,
    guard: new AddressGuard({ insecure: true, networks: [] }, (name) => {
      named.push(name);
      return resolveByMachine(name);
    }),
  });

  it('gives its bytes, after the address check looked up its name', async () => {
    expect((await read(`http://localhost:${port}/file`)).toString()).toBe('bytes');
    expect((await read(`http://127.0.0.1:${port}/file`)).toString()).toBe('bytes');
    expect(named).toEqual(['localhost']);
  });

  it.each([
    ['/elsewhere', 'it answers 302'],
    ['/missing', 'it answers 404'],
    ['/broken', 'aborted'],
    ['/endless', `more than ${MOST_LINK_BYTES} bytes`],
  ])('%s is refused: %s', async (path, why) => {
    await expect(read(`http://127.0.0.1:${port}${path}`)).rejects.toThrow(why);
  });

  it('that nobody answers is refused', async () => {
    await expect(read('http://127.0.0.1:1/x')).rejects.toMatchObject({ name: 'UnreadableLink' });
    await expect(read('http://name.invalid/x')).rejects.toMatchObject({ name: 'UnreadableLink' });
  });
});

describe('a link inwards', () => {
  it.each([
    'https://127.0.0.1:$/file',
    'https://2130706433:$/file',
    'https://0x7f.1:$/file',
    'https://localhost:$/file',
    'https://[::1]:$/file',
    'https://[::ffff:127.0.0.1]:$/file',
    'https://[64:ff9b::7f00:1]:$/file',
    'https://169.254.169.254/latest/meta-data/',
  ])('%s reaches nobody', async (link) => {
    const before = calls;
    await expect(linkReader()(link.replace('$', String(port)))).rejects.toThrow(
      'not lead to a public address',
    );
    expect(calls).toBe(before);
  });

  it('without TLS is none', async () => {
    await expect(linkReader()('http://name.invalid/file')).rejects.toThrow('Expected "https:"');
  });

  it('is refused where any address of its name is no public one', async () => {
    const addresses = ['8.8.8.8', '127.0.0.1'].map((address) => ({ address, family: 4 }));
    const guard = new AddressGuard({ insecure: false, networks: [] }, () => Promise.resolve(addresses));
    const read = linkReader({ get: http.get, guard });
    await expect(read(`http://localhost:${port}/file`)).rejects.toThrow('not lead to a public address');
  });
});
