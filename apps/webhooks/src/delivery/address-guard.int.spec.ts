import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { newWebhookSecret } from '@wbiz/contracts/webhook';
import { AddressGuard, type Resolve } from '@wbiz/service-kit/address-guard';
import { endpoint, type Endpoint } from './endpoint.harness.js';
import { Sender } from './sender.js';
import { keyOf } from './signature.js';

/** Listens on every address of this machine, IPv6 included, and counts connections. */
let listener: Server;
let port: number;
let connections = 0;
let hook: Endpoint;
beforeAll(async () => {
  listener = createServer((socket) => {
    connections += 1;
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
  });
  listener.listen(0, '::');
  await once(listener, 'listening');
  ({ port } = listener.address() as AddressInfo);
  hook = await endpoint();
});
afterAll(() => {
  listener.close();
  hook.close();
});

const KEYS = [keyOf(newWebhookSecret())];
const strict = (resolve?: Resolve) => new AddressGuard({ insecure: false, networks: [] }, resolve);
const post = async (guard: AddressGuard, url: string) => {
  const sender = new Sender({ guard, now: Date.now, timeoutMs: 3_000 });
  try {
    const target = { url: new URL(url), keys: KEYS, headers: {} };
    return await sender.send(target, { id: 'evt_1', body: Buffer.from('{}') });
  } finally {
    await sender.close();
  }
};

/** Addresses that lead to this machine, a private network or cloud metadata. */
const LITERALS = [
  ...[
    '127.0.0.1',
    '127.1',
    '127.0.1',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0x7f.0x0.0x0.0x1',
    '017700000001',
  ],
  ...[
    '0177.0.0.1',
    '0177.1',
    '0',
    '0.0.0.0',
    '00.00.00.00',
    '127.255.255.254',
    '１２７.０.０.１',
    '127。0。0。1',
  ],
  ...['10.0.0.1', '172.16.0.1', '192.168.0.1', '100.64.0.1', '169.254.169.254', '2852039166', '0xa9fea9fe'],
  ...['192.0.0.170', '192.0.2.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '224.0.0.1', '240.0.0.1'],
  ...['255.255.255.255', '192.88.99.1', '[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]'],
  ...[
    '[0:0:0:0:0:ffff:7f00:1]',
    '[::127.0.0.1]',
    '[64:ff9b::a9fe:a9fe]',
    '[64:ff9b::7f00:1]',
    '[64:ff9b:1::1]',
  ],
  ...[
    '[2002:7f00:1::]',
    '[2001:0:1::1]',
    '[fe80::1]',
    '[fc00::1]',
    '[fd00:ec2::254]',
    '[fec0::1]',
    '[ff02::1]',
  ],
  ...['[2001:db8::1]', '[100::1]', '[5f00::1]'],
];
/** Addresses that a host name may resolve to. */
const RESOLVED = [
  '127.0.0.1',
  '::1',
  '::ffff:127.0.0.1',
  '10.1.2.3',
  '169.254.169.254',
  '64:ff9b::7f00:1',
  '0.0.0.0',
];

describe('hostile addresses', () => {
  it('are more than 40, so that all kinds are tried', () => expect(LITERALS.length).toBeGreaterThan(40));

  it.each(LITERALS)('%s: refused when given, and no connection', async (host) => {
    for (const scheme of ['http', 'https']) {
      expect(await strict().faultOf(`${scheme}://${host}:${port}/`)).toMatch(/^must /);
      expect(await strict().faultOf(`${scheme}://${host}/`)).toMatch(/^must /);
      const { delivered, error } = await post(strict(), `${scheme}://${host}:${port}/`);
      expect([delivered, error]).toEqual([false, expect.stringContaining('is not a public address')]);
    }
    expect(connections).toBe(0);
  });

  it.each(RESOLVED)(
    'a name that leads to %s, alone or beside a public one: no connection',
    async (address) => {
      const family = address.includes(':') ? 6 : 4;
      for (const answer of [
        [{ address, family }],
        [
          { address: '93.184.216.34', family: 4 },
          { address, family },
        ],
      ]) {
        const guard = strict(() => Promise.resolve(answer));
        expect(await guard.faultOf('https://rebind.example/')).toContain('is not a public address');
        for (const scheme of ['http', 'https']) {
          const { error } = await post(guard, `${scheme}://rebind.example:${port}/`);
          expect(error).toContain('is not a public address');
        }
      }
      expect(connections).toBe(0);
    },
  );

  it('a name that resolves to a private address only after the check gets no connection', async () => {
    let looks = 0;
    const guard = strict(() => {
      looks += 1;
      return Promise.resolve([{ address: looks === 1 ? '93.184.216.34' : '127.0.0.1', family: 4 }]);
    });
    expect(await guard.faultOf('https://rebind.example/')).toBeNull();
    expect(await post(guard, `https://rebind.example:${port}/`)).toMatchObject({ delivered: false });
    expect([looks, connections]).toEqual([2, 0]);
  });

  it('the name localhost gets no connection', async () => {
    expect(await strict().faultOf('https://localhost/')).toContain('is not a public address');
    expect((await post(strict(), `http://localhost:${port}/`)).error).toContain('is not a public address');
    expect(connections).toBe(0);
  });

  it('a redirect to them is not followed', async () => {
    const guard = new AddressGuard({ insecure: true, networks: [] });
    for (const status of [301, 302, 303, 307, 308]) {
      hook.status(status, { location: `http://127.0.0.1:${port}/` });
      expect(await post(guard, hook.url)).toMatchObject({ delivered: false, statusCode: status });
    }
    expect(connections).toBe(0);
  });

  it('a proxy in the environment is not used', async () => {
    const before = { ...process.env };
    Object.assign(process.env, {
      HTTP_PROXY: `http://127.0.0.1:${port}`,
      HTTPS_PROXY: `http://127.0.0.1:${port}`,
      NODE_USE_ENV_PROXY: '1',
    });
    try {
      hook.status(204);
      const guard = new AddressGuard({ insecure: true, networks: [] });
      expect(await post(guard, hook.url)).toMatchObject({ delivered: true, statusCode: 204 });
    } finally {
      process.env = before;
    }
    expect(connections).toBe(0);
  });

  it('are reached where an operator opens their network; metadata never', async () => {
    const opened = new AddressGuard({
      insecure: false,
      networks: ['127.0.0.0/8', '169.254.0.0/16', 'fd00::/8'],
    });
    expect(await opened.faultOf('https://127.0.0.1/')).toBeNull();
    expect((await post(opened, `http://127.0.0.1:${port}/`)).statusCode).toBe(200);
    expect(connections).toBe(1);
    for (const host of ['169.254.169.254', '[fd00:ec2::254]'])
      expect(await opened.faultOf(`https://${host}/`)).toMatch(/^must /);
    expect((await post(opened, `http://169.254.169.254:${port}/`)).error).toContain(
      'is not a public address',
    );
    connections = 0;
  });
});

it('the proxy of the setting gets every delivery, but none to a forbidden address', async () => {
  const asked: string[] = [];
  const proxy = createHttpServer().on('connect', (request, socket: Socket) => {
    asked.push(request.url!);
    const onward = connect(hook.port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { port: proxyPort } = proxy.address() as AddressInfo;
  const sender = new Sender({ guard: strict(), proxy: `http://127.0.0.1:${proxyPort}`, now: Date.now });
  const to = (url: string) =>
    sender.send({ url: new URL(url), keys: KEYS, headers: {} }, { id: 'evt_1', body: Buffer.from('{}') });
  try {
    hook.status(204);
    expect(await to('http://your-app.example/hooks')).toMatchObject({ delivered: true, statusCode: 204 });
    expect((await to('http://169.254.169.254/')).error).toContain('is not a public address');
    expect(asked).toEqual(['your-app.example:80']);
  } finally {
    await sender.close();
    proxy.close();
    proxy.closeAllConnections();
  }
});

describe('a URL', () => {
  const publicly: Resolve = () => Promise.resolve([{ address: '93.184.216.34', family: 4 }]);
  it.each([
    ['https://your-app.com/webhooks/wbiz?x=1', null],
    ['https://your-app.com:8443/', null],
    ['http://your-app.com/', 'https'],
    ['ftp://your-app.com/', 'https'],
    ['https://', 'https'],
    ['https://user@your-app.com/', 'user name'],
    ['https://user:secret@your-app.com/', 'user name'],
    ['https://your-app.com:22/', 'port'],
    ['https://your-app.com:80/', 'port'],
    ['https://93.184.216.34/', 'address'],
    ['https://[2606:4700::1111]/', 'address'],
  ])('%s: %s', async (url, fault) => {
    const found = await strict(publicly).faultOf(url);
    if (fault === null) expect(found).toBeNull();
    else expect(found).toContain(fault);
  });

  it('is accepted although its name does not resolve yet', async () => {
    const unknown: Resolve = () => Promise.reject(new Error('ENOTFOUND'));
    expect(await strict(unknown).faultOf('https://soon.example/')).toBeNull();
    expect(await post(strict(unknown), 'https://soon.example/')).toMatchObject({
      delivered: false,
      statusCode: null,
    });
  });
});
