import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Controller, Module, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { certificatesIn } from '@wbiz/testing/certificates';
import { freePort, until } from '@wbiz/testing/stack';
import { keptLog } from '../kafka/kafka.samples.js';
import { Rejection } from '../rejection.js';
import { introduce, type RpcTrust } from './handshake.js';
import { QueryHandler, RepliesHandler, rpcServerOptions } from './query-handler.js';
import { ReplyPublisher, type StagedReply } from './reply-publisher.js';
import { Replicas, type Lookup } from './replicas.js';
import { PeerFault, PeerUnavailable, RpcClient, type QueryOutcome } from './rpc-client.js';
import type { Bounds } from './rpc-server.js';

jest.setTimeout(20_000);

const HOST = '127.0.0.1';
const TRUST: RpcTrust = { secret: randomBytes(32) };
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A service that answers queries; `calls` lists the queries, `lines` the log lines. */
async function serve(port: number, name = 'one', more: Bounds & { trust?: RpcTrust; host?: string } = {}) {
  const calls: string[] = [];
  const lines: unknown[] = [];
  const line = (...said: unknown[]) => void lines.push(said);
  const messages: (readonly StagedReply[])[] = [];

  @Controller()
  class Queries {
    @QueryHandler('who')
    who(data: unknown) {
      calls.push('who');
      return { name, data };
    }
    @QueryHandler('nothing')
    nothing() {}
    @QueryHandler('none')
    async none() {
      return null;
    }
    @QueryHandler('slow')
    async slow(ms: number) {
      calls.push('slow');
      await delay(ms);
      return name;
    }
    @QueryHandler('refused')
    refused() {
      throw new Rejection('not_found', 'There is no contact cnt_1.', { id: 'cnt_1' });
    }
    @QueryHandler('broken')
    broken() {
      throw new TypeError('the password is hunter2');
    }
    @RepliesHandler()
    replies(replies: readonly StagedReply[]) {
      messages.push(replies);
    }
  }
  @Module({ controllers: [Queries] })
  class Service {}

  const app: INestMicroservice = await NestFactory.createMicroservice(Service, {
    ...rpcServerOptions({ host: HOST, port, address: `${HOST}:${port}`, trust: TRUST, ...more }),
    logger: { log: () => undefined, error: line, warn: line },
  });
  await app.listen();
  lines.length = 0;
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= app.close());
  ends.push(close);
  const server = app.unwrap<Server>();
  const connections = () => promisify(server.getConnections.bind(server))();
  return { port, calls, lines, messages, close, connections, replies: () => messages.flat() };
}

function client(...ports: number[]) {
  const rpc = new RpcClient(ports.map((port) => `${HOST}:${port}`).join(','), TRUST);
  ends.push(() => rpc.close());
  return rpc;
}

function publisher({ idleMs, trust = TRUST }: { idleMs?: number; trust?: RpcTrust } = {}, log = keptLog()) {
  const replies = new ReplyPublisher(trust, log, { idleMs });
  ends.push(() => replies.close());
  return replies;
}

const stagedReply = (commandId: string): StagedReply => ({
  commandId,
  stage: 'accepted',
  reply: { ok: true, data: commandId },
});

it('asks and is answered', async () => {
  const { port } = await serve(await freePort());
  const rpc = client(port);
  expect(await rpc.request('who', { text: 'Zoë 😀 #5#' })).toEqual({
    name: 'one',
    data: { text: 'Zoë 😀 #5#' },
  });
  expect(await rpc.request('who')).toEqual({ name: 'one' });
  expect(await rpc.request('nothing')).toBeUndefined();
  expect(await rpc.request('none')).toBeNull();
  const large = 'ä'.repeat(3_000_000);
  expect(await rpc.request('who', large)).toEqual({ name: 'one', data: large });
});

it('brings each of many answers to whoever asked', async () => {
  const { port } = await serve(await freePort());
  const rpc = client(port);
  const asked = Array.from({ length: 500 }, (_, number) => rpc.request('who', number));
  expect(await Promise.all(asked)).toEqual(Array.from({ length: 500 }, (_, data) => ({ name: 'one', data })));
});

it('lets a refusal through as it is, and of a fault nothing but that it happened', async () => {
  const { port } = await serve(await freePort());
  const rpc = client(port);
  const refusal = await rpc.request('refused').catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(Rejection);
  expect(refusal).toMatchObject({
    code: 'not_found',
    message: 'There is no contact cnt_1.',
    details: { id: 'cnt_1' },
  });
  const fault = (await rpc.request('broken').catch((error: unknown) => error)) as Error;
  expect(fault).toBeInstanceOf(PeerFault);
  expect(fault.message).not.toContain('hunter2');
  await expect(rpc.request('no.such.query')).rejects.toThrow(PeerFault);
});

it('does not wait longer than it is told, and goes on', async () => {
  const { port } = await serve(await freePort());
  const rpc = client(port);
  const from = Date.now();
  await expect(rpc.request('slow', 2_000, { timeoutMs: 100 })).rejects.toThrow(PeerUnavailable);
  expect(Date.now() - from).toBeLessThan(1_000);
  expect(await rpc.request('who', 1)).toEqual({ name: 'one', data: 1 });
});

it('finds the peer again after it was restarted', async () => {
  const port = await freePort();
  const first = await serve(port, 'before');
  const rpc = client(port);
  expect(await rpc.request('who')).toEqual({ name: 'before' });
  await first.close();
  const from = Date.now();
  await expect(rpc.request('who')).rejects.toThrow(PeerUnavailable);
  expect(Date.now() - from).toBeLessThan(1_000);
  await serve(port, 'after');
  expect(await rpc.request('who')).toEqual({ name: 'after' });
});

it('lets replicas take turns, and passes over one that is gone', async () => {
  const [one, two] = [await serve(await freePort(), 'one'), await serve(await freePort(), 'two')];
  const rpc = client(one.port, two.port);
  for (let turn = 0; turn < 10; turn += 1) await rpc.request('who');
  expect([one.calls.length, two.calls.length]).toEqual([5, 5]);

  await one.close();
  const answers: { name: string }[] = [];
  for (let turn = 0; turn < 10; turn += 1) answers.push(await rpc.request('who'));
  expect(answers).toEqual(Array.from({ length: 10 }, () => ({ name: 'two' })));

  const again = await serve(one.port, 'one again');
  await until(async () => {
    await rpc.request('who');
    return again.calls.length > 0;
  });
});

it('asks each of the replicas, also one that was restarted, and guesses nothing of one that is gone', async () => {
  const [one, two] = [await serve(await freePort(), 'one'), await serve(await freePort(), 'two')];
  const rpc = client(one.port, two.port);
  const each = (...names: string[]) =>
    [one, two].map(({ port }, at) => ({ address: `${HOST}:${port}`, answer: { name: names[at] } }));
  expect(await rpc.requestEach('who')).toEqual(each('one', 'two'));
  await one.close();
  await expect(rpc.requestEach('who')).rejects.toMatchObject({
    name: 'PeerUnavailable',
    message: `No replica at ${HOST}:${one.port} could be asked who.`,
  });
  await serve(one.port, 'one again');
  expect(await until(() => rpc.requestEach('who').catch(() => undefined))).toEqual(each('one again', 'two'));
});

it('asks another replica when the one asked is lost before it answers', async () => {
  const [one, two] = [await serve(await freePort(), 'one'), await serve(await freePort(), 'two')];
  const rpc = client(two.port, one.port);
  const asked = rpc.request('slow', 300);
  await until(() => one.calls.length === 1);
  await one.close();
  expect(await asked).toBe('two');
});

describe('a name', () => {
  const OTHER_HOST = '127.0.0.2';
  const v4 = (...addresses: string[]) => addresses.map((address) => ({ address, family: 4 }));

  function named(port: number, lookup: Lookup) {
    const replicas = new Replicas(`messaging.test:${port}`, TRUST, () => undefined, lookup);
    ends.push(() => replicas.close());
    const who = async () => {
      const asked = (await replicas.known()).map(({ connection }) =>
        connection.request('who', undefined, 1_000),
      );
      return (await Promise.all(asked)).map((answer) => (answer as { name: string }).name);
    };
    const size = async (size: number) =>
      until(async () => (await replicas.known()).length === size, { timeoutMs: 2_000 });
    return { who, size };
  }
  /** Sets Date.now() forward, so that looked-up names expire; no timer runs earlier. */
  function passes(ms: number) {
    const now = () => Math.floor(performance.timeOrigin + performance.now());
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() + ms);
    ends.push(() => clock.mockRestore());
  }

  it('leads to all of its replicas, those that come and not those that go', async () => {
    const port = await freePort();
    const [one] = [await serve(port, 'one'), await serve(port, 'two', { host: OTHER_HOST })];
    let found = v4(HOST);
    const { who, size } = named(port, async () => [...found, { address: '::1', family: 6 }]);
    expect(await who()).toEqual(['one']);
    found = v4(HOST, OTHER_HOST);
    expect(await who()).toEqual(['one']);
    passes(6_000);
    await size(2);
    expect((await who()).sort()).toEqual(['one', 'two']);
    expect(await one.connections()).toBe(1);
    found = v4(OTHER_HOST);
    passes(12_000);
    await size(1);
    expect(await who()).toEqual(['two']);
    await until(async () => (await one.connections()) === 0);
  });

  it('leads where it did while it cannot be looked up', async () => {
    const port = await freePort();
    await serve(port);
    let lookups = 0;
    const { who } = named(port, async () => {
      lookups += 1;
      if (lookups > 1) throw new Error('EAI_AGAIN');
      return v4(HOST);
    });
    expect(await who()).toEqual(['one']);
    passes(6_000);
    expect(await who()).toEqual(['one']);
    await until(() => lookups === 2);
    expect(await who()).toEqual(['one']);
  });

  it('of the machine itself is looked up as any other', async () => {
    const { port } = await serve(await freePort());
    const rpc = new RpcClient(`localhost:${port}`, TRUST);
    ends.push(() => rpc.close());
    expect(await rpc.request('who')).toEqual({ name: 'one' });
  });
});

/** A proxy in front of a service; while frozen, it accepts bytes and passes none on. */
async function freezer(port: number) {
  const sockets = new Set<Socket>();
  let isFrozen = false;
  const server: Server = createServer((near) => {
    const far = connect(port, HOST).on('error', () => near.destroy());
    near.on('error', () => undefined).on('close', () => far.destroy());
    near.pipe(far).pipe(near);
    sockets.add(near);
    if (isFrozen) near.pause();
  }).listen(0, HOST);
  await once(server, 'listening');
  ends.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    freeze: () => {
      isFrozen = true;
      for (const near of sockets) near.pause();
    },
    thaw: () => {
      isFrozen = false;
      for (const near of sockets) near.resume();
    },
  };
}

describe('a replica that takes questions and answers none', () => {
  const msOf = async (asked: Promise<unknown>) => {
    const from = performance.now();
    const outcome = await asked.catch((error: unknown) => error);
    return { ms: performance.now() - from, outcome };
  };

  it('costs the first ones their time and the others none, and is asked again once it answers', async () => {
    const { port, calls } = await serve(await freePort());
    const peer = await freezer(port);
    const silences: boolean[] = [];
    const ended: QueryOutcome[] = [];
    const rpc = new RpcClient(
      `${HOST}:${peer.port}`,
      TRUST,
      (_, isSilent) => silences.push(isSilent),
      (outcome) => ended.push(outcome),
    );
    ends.push(() => rpc.close());
    await rpc.request('who');
    expect(ended.splice(0)).toEqual(['answered']);

    peer.freeze();
    const first = await msOf(rpc.request('who', 1, { timeoutMs: 1_000 }));
    expect(first.outcome).toBeInstanceOf(PeerUnavailable);
    expect(ended).toEqual(['unavailable']);
    await until(() => silences.length === 1, { timeoutMs: 2_000 });
    // Longer than the 3 s for which a connection is kept while no ping is answered.
    for (const end = Date.now() + 4_500; Date.now() < end; await delay(50)) {
      const { ms, outcome } = await msOf(rpc.request('who'));
      expect(outcome).toBeInstanceOf(PeerUnavailable);
      expect(ms).toBeLessThan(100);
    }

    peer.thaw();
    const from = Date.now();
    await until(() => rpc.request('who'), { everyMs: 20 });
    expect(Date.now() - from).toBeLessThan(1_000);
    expect(silences).toEqual([true, false]);
    expect(calls.length).toBeLessThan(5);
  });

  it('is passed over for one that answers', async () => {
    const [one, two] = [await serve(await freePort(), 'one'), await serve(await freePort(), 'two')];
    const peer = await freezer(one.port);
    const rpc = client(peer.port, two.port);
    for (let turn = 0; turn < 4; turn += 1) await rpc.request('who');
    peer.freeze();
    const asked = [1, 2].map((data) => msOf(rpc.request('who', data, { timeoutMs: 600 })));
    expect(
      (await Promise.all(asked)).filter(({ outcome }) => outcome instanceof PeerUnavailable),
    ).toHaveLength(1);
    await until(async () => (await msOf(Promise.all([1, 2].map(() => rpc.request('who'))))).ms < 100);
  });

  it('is not taken for silent because one question takes long', async () => {
    const { port } = await serve(await freePort());
    const silences: boolean[] = [];
    const rpc = new RpcClient(`${HOST}:${port}`, TRUST, (_, isSilent) => silences.push(isSilent));
    ends.push(() => rpc.close());
    for (let turn = 0; turn < 3; turn += 1)
      await expect(rpc.request('slow', 3_000, { timeoutMs: 600 })).rejects.toThrow(PeerUnavailable);
    expect(await rpc.request('who')).toEqual({ name: 'one' });
    expect(silences).toEqual([]);
  });
});

it.each([
  '',
  'localhost',
  ':4000',
  'ho st:4000',
  `${'h'.repeat(300)}:4000`,
  'host:0',
  'host:65536',
  '::1:4000',
  'host:4000:1',
])('refuses the address "%s"', (address) => {
  expect(() => new RpcClient(address, TRUST)).toThrow('is not an address of the form host:port');
});

/** A TCP connection without the handshake; `cut` resolves once the other side has closed it. */
function stranger(port: number) {
  const socket = connect(port, HOST).on('error', () => undefined);
  ends.push(() => socket.destroy());
  let heard = '';
  socket.on('data', (bytes) => (heard += bytes.toString()));
  return { socket, heard: () => heard, cut: new Promise((resolve) => socket.once('close', resolve)) };
}
/** A TCP server without the handshake. */
async function strangeServer(onSocket: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    onSocket(socket);
  }).listen(0, HOST);
  await once(server, 'listening');
  ends.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, sockets };
}
/** A peer that completes the handshake and then sends any bytes. */
async function turncoat(port: number) {
  const one = stranger(port);
  await introduce(one.socket, TRUST, '');
  return one;
}
const ask = (data: unknown) => JSON.stringify({ pattern: '"who"', id: 1, data });
const frame = (text: string) => `${text.length}#${text}`;

describe('a peer that has proved what it is', () => {
  it.each([
    ['240 kB of empty frames', '2#{}'.repeat(60_000)],
    ['frames of another shape', frame('{"id":1}').repeat(10_000)],
    ['frames of numbers', frame('7').repeat(10_000)],
    ['frames of nothing', '0#'.repeat(10_000)],
    ['frames of no JSON', frame('{"pattern"').repeat(10_000)],
    ['a length that is none', 'GET / HTTP/1.1 #'.repeat(1_000)],
    ['a length without end', '1'.repeat(3_000_000)],
    ['a frame that is too large', `9000000#${'x'.repeat(3_000_000)}`],
  ])('is cut off for %s; the others do not notice', async (_what, bytes) => {
    const { port, lines, calls } = await serve(await freePort(), 'one', { frameLength: 1_000_000 });
    const rpc = client(port);
    const { socket, cut } = await turncoat(port);
    socket.write(bytes);
    const asked = Array.from({ length: 50 }, (_, number) => rpc.request('who', number));
    await cut;
    expect(await Promise.all(asked)).toHaveLength(50);
    expect(calls).toHaveLength(50);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length).toBeLessThan(5);
    expect(JSON.stringify(lines).length).toBeLessThan(2_000);
  });

  it('is heard up to its first wrong frame, and no further', async () => {
    const { port, calls } = await serve(await freePort());
    const { socket, cut } = await turncoat(port);
    socket.write(frame(ask(1)) + '2#{}' + frame(ask(2)));
    await cut;
    expect(calls).toEqual(['who']);
  });
});

describe('a peer that does not know the secret', () => {
  it.each([
    ['a query', frame(ask(1))],
    ['a query behind a line', `${'a'.repeat(43)} ${'b'.repeat(43)} \n${frame(ask(1))}`],
    ['a proof of its own making', `${'a'.repeat(43)} ${'b'.repeat(43)} \n`],
    ['nothing where a proof belongs', '\n'],
    ['240 kB of empty frames', '2#{}'.repeat(60_000)],
    ['a line without end', 'x'.repeat(600)],
  ])('learns nothing by %s: it is cut off, with one line in the log', async (_what, bytes) => {
    const { port, lines, calls } = await serve(await freePort());
    const { socket, heard, cut } = stranger(port);
    await once(socket, 'data');
    socket.write(bytes);
    await cut;
    expect(heard()).toMatch(/^[\w-]{43}\n$/);
    expect(calls).toEqual([]);
    expect(lines).toEqual([
      [
        'rpc server: a peer did not prove that it is a process of this installation; closing its connection',
        expect.objectContaining({ address: HOST }),
        expect.anything(),
      ],
    ]);
  });

  it('has two seconds', async () => {
    const { port, lines } = await serve(await freePort());
    const { cut } = stranger(port);
    const from = Date.now();
    await cut;
    expect(Date.now() - from).toBeGreaterThan(1_500);
    expect(lines).toHaveLength(1);
  });

  it('is not asked either', async () => {
    const { port, calls } = await serve(await freePort(), 'one', { trust: { secret: randomBytes(32) } });
    await expect(client(port).request('who')).rejects.toThrow(PeerUnavailable);
    expect(calls).toEqual([]);
  });

  it('cannot take the connections of the others', async () => {
    const { port } = await serve(await freePort(), 'one', { connections: 10, unproven: 3 });
    const rpc = client(port);
    await rpc.request('who');
    const strangers = Array.from({ length: 8 }, () => stranger(port));
    await until(() => strangers.filter(({ socket }) => socket.destroyed).length === 5);
    expect(await client(port).request('who')).toEqual({ name: 'one' });
    expect(await rpc.request('who')).toEqual({ name: 'one' });
  });
});

it('takes so many connections and no more', async () => {
  const { port } = await serve(await freePort(), 'one', { connections: 2 });
  await client(port).request('who');
  const second = client(port);
  await second.request('who');
  await expect(client(port).request('who')).rejects.toThrow(PeerUnavailable);
  second.close();
  await until(() => client(port).request('who'));
});

describe('a replyto', () => {
  const secrets = [stagedReply('the text of a message')];
  const tell = async (address: string, given?: { trust: RpcTrust }) => {
    const log = keptLog();
    const out = publisher(given, log);
    for (const reply of secrets) out.reply(address, reply);
    await until(() => out.counts.dropped === secrets.length);
    expect(out.counts.replies).toBe(0);
    return log.entries.map(({ message }) => message);
  };
  const WARNING =
    'reply publisher: the reply address of a command is not proved to be a process of this installation; its replies are dropped';

  it.each([
    ['says nothing', (_socket: Socket) => undefined],
    ['says what it likes', (socket: Socket) => void socket.write(`${'a'.repeat(43)}\n${'b'.repeat(43)}\n`)],
    ['makes up its proof', (socket: Socket) => void socket.write(`${'a'.repeat(43)}\n`)],
  ])('at which somebody else listens and %s gets no reply', async (_what, greet) => {
    let heard = '';
    const { port } = await strangeServer((socket) => {
      socket.on('data', (bytes) => {
        heard += bytes.toString();
        if (heard.endsWith('\n')) socket.write(`${'b'.repeat(43)}\n`);
      });
      greet(socket);
    });
    expect(await tell(`${HOST}:${port}`)).toEqual([WARNING]);
    expect(heard).not.toContain('the text of a message');
  });

  it('at which somebody passes on the proof of another of ours gets no reply', async () => {
    const real = await serve(await freePort());
    let heard = '';
    const { port } = await strangeServer((socket) => {
      const behind = connect(real.port, HOST).on('error', () => undefined);
      behind.on('data', (bytes) => socket.write(bytes)).on('close', () => socket.destroy());
      socket.on('data', (bytes) => {
        heard += bytes.toString();
        behind.write(bytes);
      });
    });
    await tell(`${HOST}:${port}`);
    expect(real.lines).toHaveLength(1);
    expect(real.replies()).toEqual([]);
    expect(heard).not.toContain('the text of a message');
  });

  it.each(['', 'nowhere', 'a b:1', `${'h'.repeat(300)}:1`, '127.0.0.1:99999'])(
    'that is no address ("%s") gets no reply',
    async (address) => {
      expect(await tell(address)).toEqual([WARNING]);
    },
  );

  it('cannot keep the replies of others back, however many are made up', async () => {
    const here = await serve(await freePort());
    const out = publisher();
    for (let number = 0; number < 900; number += 1)
      out.reply(`127.0.0.9:${10_000 + number}`, stagedReply('x'));
    await until(() => out.counts.dropped === 900);
    for (let number = 0; number < 900; number += 1)
      out.reply(`127.0.0.9:${11_000 + number}`, stagedReply('x'));
    out.reply(`${HOST}:${here.port}`, stagedReply('mine'));
    await until(() => here.replies().length === 1);
  });
});

describe('with certificates', () => {
  let made: Awaited<ReturnType<typeof certificatesIn>>;
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'wbiz-rpc-'));
    made = await certificatesIn(dir, ['ours', 'also-ours']);
  });
  afterAll(() => rm(dir, { recursive: true }));
  const withTls = (name: string, ca = made.ca): RpcTrust => ({ ...TRUST, tls: { ...made.of(name), ca } });
  const asking = (port: number, trust: RpcTrust) => {
    const rpc = new RpcClient(`${HOST}:${port}`, trust);
    ends.push(() => rpc.close());
    return rpc.request('who', 1);
  };

  it('asks, is answered, and replies', async () => {
    const server = await serve(await freePort(), 'one', { trust: withTls('ours') });
    expect(await asking(server.port, withTls('also-ours'))).toEqual({ name: 'one', data: 1 });
    publisher({ trust: withTls('also-ours') }).reply(`${HOST}:${server.port}`, stagedReply('1'));
    await until(() => server.replies().length === 1);
  });

  it('turns away who has none, or one of another authority, secret or not', async () => {
    const server = await serve(await freePort(), 'one', { trust: withTls('ours') });
    const others = await certificatesIn(await mkdtemp(join(dir, 'others-')), ['theirs']);
    const theirs = { ...TRUST, tls: { ...others.of('theirs'), ca: made.ca } };
    for (const trust of [TRUST, theirs])
      await expect(asking(server.port, trust)).rejects.toThrow(PeerUnavailable);
    expect(server.calls).toEqual([]);
    await until(() => server.lines.length >= 2);
  });

  it('asks nobody whose certificate is of another authority', async () => {
    const others = await certificatesIn(await mkdtemp(join(dir, 'others-')), ['theirs']);
    const server = await serve(await freePort(), 'one', {
      trust: { ...TRUST, tls: { ...others.of('theirs'), ca: made.ca } },
    });
    await expect(asking(server.port, withTls('ours'))).rejects.toThrow(PeerUnavailable);
    expect(server.calls).toEqual([]);
  });
});

it('sends the replies of one turn in one message', async () => {
  const { port, messages, replies } = await serve(await freePort());
  const out = publisher();
  out.reply(`${HOST}:${port}`, stagedReply('first'));
  await until(() => replies().length === 1);
  for (let number = 0; number < 200; number += 1) out.reply(`${HOST}:${port}`, stagedReply(`${number}`));
  await until(() => replies().length === 201);
  expect(messages.map(({ length }) => length)).toEqual([1, 200]);
  expect(replies()[200]).toEqual(stagedReply('199'));
  expect(out.counts).toEqual({ replies: 201, messages: 2, dropped: 0 });
});

it('drops replies for somebody who is gone, delays nobody else, and finds him when he is back', async () => {
  const gone = await freePort();
  const here = await serve(await freePort());
  const out = publisher();
  for (let number = 0; number < 50; number += 1) {
    out.reply(`${HOST}:${gone}`, stagedReply(`${number}`));
    out.reply(`${HOST}:${here.port}`, stagedReply(`${number}`));
    await new Promise(setImmediate);
  }
  await until(() => here.replies().length === 50);
  await until(() => out.counts.dropped === 50);
  const back = await serve(gone);
  await until(() => {
    out.reply(`${HOST}:${gone}`, stagedReply('again'));
    return back.replies().length > 0;
  });
});

it('closes a connection that nobody uses', async () => {
  const { port, connections } = await serve(await freePort());
  publisher({ idleMs: 200 }).reply(`${HOST}:${port}`, stagedReply('1'));
  await until(async () => (await connections()) === 1);
  await until(async () => (await connections()) === 0);
});
