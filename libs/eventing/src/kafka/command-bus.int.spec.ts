import { afterEach, expect, it, jest } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Controller, Module, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { freePort, until } from '@wbiz/testing/stack';
import type { Command, Reply } from '../message.js';
import { QueryHandler, RepliesHandler, rpcServerOptions } from '../rpc/query-handler.js';
import { ReplyPublisher, type StagedReply } from '../rpc/reply-publisher.js';
import { RpcClient } from '../rpc/rpc-client.js';
import { CommandBus, CommandTimeout } from './command-bus.js';
import { commandRoom, keptLog, recordsOf } from './kafka.samples.js';

jest.setTimeout(30_000);

const HOST = '127.0.0.1';
const trust = { secret: randomBytes(32) };
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A gateway's command bus and a service, connected by a real broker and real sockets. */
async function system({ repliesArrive = true } = {}) {
  const room = await commandRoom();
  ends.push(room.close);
  const [gatewayPort, servicePort, nowhere] = [await freePort(), await freePort(), await freePort()];
  const stored = new Map<string, Reply>();

  @Controller()
  class Gateway {
    @RepliesHandler()
    replies(replies: readonly StagedReply[]) {
      bus.onReplies(replies);
    }
  }
  @Module({ controllers: [Gateway] })
  class GatewayModule {}
  @Controller()
  class Service {
    @QueryHandler('reply.of')
    replyOf(commandId: string) {
      return stored.get(commandId) ?? null;
    }
  }
  @Module({ controllers: [Service] })
  class ServiceModule {}

  const listen = async (module: new () => unknown, port: number) => {
    const app: INestMicroservice = await NestFactory.createMicroservice(module, {
      ...rpcServerOptions({ host: HOST, port, address: `${HOST}:${port}`, trust }),
      logger: false,
    });
    await app.listen();
    ends.push(() => app.close());
  };
  await listen(GatewayModule, gatewayPort);
  await listen(ServiceModule, servicePort);

  const service = new RpcClient(`${HOST}:${servicePort}`, trust);
  ends.push(() => service.close());
  const replies = new ReplyPublisher(trust, keptLog());
  ends.push(() => replies.close());
  const bus = new CommandBus({
    producer: room.producer,
    topicOf: () => room.topic,
    partitionsOf: (topic) => room.kafka.partitionsOf(topic),
    source: 'gateway',
    replyTo: `${HOST}:${repliesArrive ? gatewayPort : nowhere}`,
    ask: (_, commandId) => service.request<Reply | null>('reply.of', commandId),
    logger: keptLog(),
  });
  await room.serve(
    {
      'contact.upsert': ({ id, data, deadline }: Command) => {
        if (deadline! < Date.now()) return undefined;
        const reply: Reply = { ok: true, data };
        stored.set(id, reply);
        replies.reply(`${HOST}:${gatewayPort}`, {
          commandId: id,
          stage: 'settled',
          reply: { ok: true, data: 'settled' },
        });
        return reply;
      },
      'contact.ignore': () => undefined,
    },
    { replies },
  );
  return { bus, room, replies, stored };
}

const command = (id: string, more: Partial<Command> = {}): Command => ({
  id,
  type: 'contact.upsert',
  accountId: 'acc_1',
  data: { id },
  ...more,
});

it('brings 1,000 commands their replies, both ways in batches', async () => {
  const { bus, room, replies } = await system();
  const all = await Promise.all(
    Array.from({ length: 1_000 }, (_, number) =>
      bus.send('contacts', command(`cmd_${number}`), { key: `key ${number % 100}` }),
    ),
  );
  expect(all).toEqual(
    Array.from({ length: 1_000 }, (_, number) => ({ ok: true, data: { id: `cmd_${number}` } })),
  );
  await until(() => bus.inFlight('contacts') === 0);
  expect(room.producer.sent.requests).toBeLessThan(50);
  expect(replies.counts.messages).toBeLessThan(200);
  expect(await bus.settled('cmd_7', 5_000)).toEqual({ ok: true, data: 'settled' });
});

it('sends many at once in a record a partition, where each is in order with what is sent of its key alone', async () => {
  const { bus, room } = await system();
  const idsOf = (first: number) => Array.from({ length: 250 }, (_, number) => `cmd_${first + number}`);
  const keyOf = (id: string) => `key ${Number(id.slice(4)) % 7}`;
  const all = (ids: readonly string[]) =>
    bus.sendAll(
      'contacts',
      ids.map((id) => ({ command: command(id), key: keyOf(id) })),
    );
  const replies = await Promise.all([
    ...all(idsOf(0)),
    ...idsOf(250).map((id) => bus.send('contacts', command(id), { key: keyOf(id) })),
    ...all(idsOf(500)),
  ]);
  expect(replies).toEqual(Array.from({ length: 750 }, (_, n) => ({ ok: true, data: { id: `cmd_${n}` } })));
  const records = await recordsOf(room.kafka, room.topic);
  expect(records.length).toBeLessThanOrEqual(250 + 2 * (await room.kafka.partitionsOf(room.topic)));
});

it('fetches a reply that was lost', async () => {
  const { bus, replies } = await system({ repliesArrive: false });
  const deadline = Date.now() + 1_500;
  expect(await bus.send('contacts', command('cmd_1', { deadline }), { key: 'k' })).toEqual({
    ok: true,
    data: { id: 'cmd_1' },
  });
  expect(Date.now()).toBeGreaterThanOrEqual(deadline);
  expect(replies.counts.dropped).toBeGreaterThan(0);
});

it('times out when the service has no reply', async () => {
  const { bus } = await system();
  const ignored = command('cmd_1', { type: 'contact.ignore', deadline: Date.now() + 500 });
  await expect(bus.send('contacts', ignored, { key: 'k' })).rejects.toThrow(CommandTimeout);
});
