import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { DeadLettersView, WholeDeadLetter } from '@wbiz/contracts/dead-letter';
import { newId } from '@wbiz/contracts/ids';
import { META_CHANGE } from '@wbiz/contracts/meta/inbound';
import { topics, type Service } from '@wbiz/contracts/topics';
import type { Aggregate } from '@wbiz/eventing/aggregate';
import type { BatchingProducer } from '@wbiz/eventing/kafka/batching-producer';
import { commandRecord } from '@wbiz/eventing/kafka/command-record';
import { KafkaCommandServer } from '@wbiz/eventing/kafka/command-server';
import { ConsumerHealth } from '@wbiz/eventing/kafka/consumer-health';
import type { Command, DomainEvent, Message } from '@wbiz/eventing/message';
import { inline } from '@wbiz/eventing/postgres/inline-projection';
import { aggregateTable, eventingTables } from '@wbiz/eventing/postgres/schema';
import type { StagedReply } from '@wbiz/eventing/rpc/reply-publisher';
import { quiet } from '@wbiz/service-testing/quiet';
import { storeUnderTest, type StoreUnderTest } from '@wbiz/service-testing/store-under-test';
import { until } from '@wbiz/testing/stack';
import { ADMIN_TOKEN, runningGateway, type RunningGateway } from '../running-gateway.harness.js';
import { runCli } from './cli.js';

jest.setTimeout(60_000);

type Put = Message<'contact.update', { note: string }>;
type Was = DomainEvent<'note.was-put', { note: string }>;
const notes: Aggregate<Put, object, Was, { 'contact.update': true }> = {
  name: 'note',
  table: 'notes',
  decider: {
    initial: {},
    decide: { 'contact.update': ({ data }) => [{ type: 'note.was-put', data }] },
    evolve: { 'note.was-put': () => ({}) },
  },
  stream: ({ data }) => data.note,
  published: [],
  reply: { 'contact.update': () => true },
};
class Tables {
  async up(runner: { query: (sql: string) => Promise<unknown> }) {
    await runner.query(eventingTables('notebook') + aggregateTable('notebook', 'notes'));
    await runner.query('create table notebook.shelf (note text)');
  }
}
const shelf = inline<Was>({
  'note.was-put': async (events, tx) => {
    for (const { data } of events) await tx.query('insert into notebook.shelf values ($1)', [data.note]);
  },
});

let gateway: RunningGateway;
let database: StoreUnderTest;
let producer: BatchingProducer;
const servers: KafkaCommandServer[] = [];
const replies: StagedReply[] = [];
/** Meta's changes, by the service that handles them. */
const taken: [service: string, change: string][] = [];
let templatesMended = false;
let name: ReturnType<typeof topics>;

beforeAll(async () => {
  gateway = await runningGateway();
  name = topics(gateway.prefix);
  producer = gateway.kafka.producer();
  await gateway.kafka.ensureTopics([{ topic: name.commands('contacts'), partitions: 1 }]);
  database = await storeUnderTest({ schema: 'notebook', migrations: [Tables], inline: [shelf] }, { max: 6 });
  await serve('contacts', [name.commands('contacts'), name.inboundChanges], {
    'contact.update': (command) => database.store.pass(notes, command),
    [META_CHANGE]: async ({ id }) => void taken.push(['contacts', id]),
  });
  await serve('templates', [name.inboundChanges], {
    [META_CHANGE]: async ({ id }) => {
      if (!templatesMended) throw new TypeError('no such field');
      taken.push(['templates', id]);
    },
  });
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await producer.close();
  await gateway.close();
  await database.close();
});

async function serve(
  service: Service,
  consumed: readonly string[],
  handlers: Record<string, (command: Command) => Promise<unknown>>,
) {
  const server = new KafkaCommandServer({
    kafka: gateway.kafka,
    producer,
    topics: consumed.map((topic) => ({ topic, unknown: 'dead-letter' })),
    groupId: groupOf(service),
    deadLetters: name.deadLetters,
    replies: { reply: (_address, reply) => void replies.push(reply) },
    health: new ConsumerHealth(),
    logger: quiet,
  });
  for (const [type, handle] of Object.entries(handlers)) server.addHandler(type, handle as never);
  servers.push(server);
  await new Promise<void>((resolve, reject) =>
    server.listen((error) => (error ? reject(error as Error) : resolve())),
  );
}

const groupOf = (service: Service) => `${gateway.prefix}wbiz.${service}`;
const wbiz = (...args: string[]) =>
  runCli(['dead-letters', ...args], {
    env: { WBIZ_URL: gateway.url, WBIZ_ADMIN_TOKEN: ADMIN_TOKEN, USER: 'ada' },
    cwd: '/',
    stdin: async () => '',
  });
const told = async <T>(...args: string[]) => {
  const { code, out, err } = await wbiz(...args);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out) as T;
};
const list = async (...filter: string[]) =>
  (await told<DeadLettersView>('list', '--json', ...filter)).deadLetters;
const show = (id: string) => told<WholeDeadLetter>('show', id);
const done = { done: 1, refused: 0, refusals: [] };
const refused = (id: string, words: string) => ({
  done: 0,
  refused: 1,
  refusals: [{ id, detail: expect.stringContaining(words) }],
});

const put = async (note: string, { id = newId('cmd'), inMs = 600_000, accountId = 'acc_1' } = {}) => {
  const deadline = Date.now() + inMs;
  const command = { id, type: 'contact.update', accountId, data: { note }, deadline, replyTo: '127.0.0.1:9' };
  await producer.send(
    commandRecord(command, { topic: name.commands('contacts'), key: note, source: 'gateway' }),
  );
  return { id, deadline };
};
const breakIt = () => database.pool.query('alter table notebook.shelf rename to gone');
const mendIt = () => database.pool.query('alter table notebook.gone rename to shelf');
const timesOf = async (note: string) =>
  (await database.pool.query('select from notebook.events where stream = $1', [note])).rowCount;
const shelved = async (note: string) =>
  (await database.pool.query('select from notebook.shelf where note = $1', [note])).rowCount;
const answersTo = (id: string) => replies.filter(({ commandId }) => commandId === id);
const letterOf = (commandId: string) =>
  until(async () => (await list()).find((letter) => letter.commandId === commandId));
/** Whether a service has handled everything on a topic. */
const isThrough = async (service: Service, topic: string) => {
  const [ends, committed] = await Promise.all([
    gateway.kafka.endOffsets(topic),
    gateway.kafka.committedOffsets(groupOf(service), topic),
  ]);
  return ends.every((end, partition) => end === 0 || committed[partition] === end);
};
const commandsSent = async () => (await gateway.kafka.endOffsets(name.commands('contacts')))[0]!;

describe('a command that its service could not handle', () => {
  let id: string;
  let letter: string;
  let deadline: number;

  it('is found, with its fault', async () => {
    await breakIt();
    ({ id, deadline } = await put('milk', { inMs: 4_000 }));
    ({ id: letter } = await letterOf(id));
    await mendIt();
    expect(letter).toBe('0-0');
    expect(answersTo(id)).toMatchObject([{ reply: { ok: false, error: { code: 'internal_error' } } }]);
    const { out } = await wbiz('list', '--account', 'acc_1');
    expect(out).toMatch(
      new RegExp(
        `^${letter}  \\S+Z  waiting  ${name.commands('contacts')}  contact.update  acc_1  42P01 error: `,
      ),
    );
    expect(await show(letter)).toMatchObject({
      state: 'waiting',
      mark: null,
      commandId: id,
      group: groupOf('contacts'),
      attempts: 3,
      key: 'milk',
      body: { note: 'milk' },
      text: null,
      headers: { ce_id: id, deadline: String(deadline), replyto: '127.0.0.1:9', dl_code: '42P01' },
    });
  });

  it('is left alone past its deadline, unless that is asked for', async () => {
    await until(() => Date.now() > deadline);
    const before = await commandsSent();
    expect(await told('retry', letter)).toEqual(refused(letter, '--past-deadline'));
    expect(await told('retry', '--all')).toEqual(refused(letter, '--past-deadline'));
    expect(await commandsSent()).toBe(before);
    expect(await show(letter)).toMatchObject({ state: 'waiting', refusal: expect.stringContaining('500') });
  });

  it('is applied once when it is retried, and answered to nobody again', async () => {
    expect(await told('retry', letter, '--past-deadline', '--reason', 'the table is back')).toEqual(done);
    await until(async () => (await timesOf('milk')) === 1);
    await until(() => isThrough('contacts', name.commands('contacts')));
    expect([await timesOf('milk'), await shelved('milk')]).toEqual([1, 1]);
    expect(answersTo(id)).toHaveLength(1);
    expect(await show(letter)).toMatchObject({
      state: 'retried',
      mark: { by: 'ada', reason: 'the table is back', at: expect.stringMatching(/Z$/) },
    });
  });

  it('is not put back a second time', async () => {
    const before = await commandsSent();
    expect(await told('retry', letter, '--past-deadline')).toEqual(refused(letter, 'retried'));
    expect(await told('retry', '--all', '--past-deadline')).toEqual({ done: 0, refused: 0, refusals: [] });
    expect(await commandsSent()).toBe(before);
    expect(await told('discard', letter, '--reason', 'x')).toEqual(refused(letter, 'retried'));
  });

  it('is applied once even where it was put back twice, as by a gateway that died before it had marked it', async () => {
    await breakIt();
    const sent = await put('tea');
    const { id: before } = await letterOf(sent.id);
    await mendIt();
    const original = commandRecord(
      { id: sent.id, type: 'contact.update', accountId: 'acc_1', data: { note: 'tea' } },
      { topic: name.commands('contacts'), key: 'tea', source: 'gateway' },
    );
    await producer.send(original);
    expect(await told('retry', before)).toEqual(done);
    await producer.send(original);
    await until(() => isThrough('contacts', name.commands('contacts')));
    expect([await timesOf('tea'), await shelved('tea')]).toEqual([1, 1]);
    expect(answersTo(sent.id)).toHaveLength(1);
  });

  it('comes back as another letter where it fails again', async () => {
    await breakIt();
    const sent = await put('sugar');
    const { id: first } = await letterOf(sent.id);
    expect(await told('retry', first)).toEqual(done);
    const again = await until(async () => (await list()).find(({ retryOf }) => retryOf === first));
    await mendIt();
    expect(again).toMatchObject({ commandId: sent.id, state: 'waiting', code: '42P01' });
    expect(await told('retry', again.id)).toEqual(done);
    await until(async () => (await timesOf('sugar')) === 1);
    expect(answersTo(sent.id)).toHaveLength(1);
  });

  it('is retried with all others of its kind', async () => {
    await breakIt();
    const sent = [
      await put('a', { accountId: 'acc_2' }),
      await put('a', { accountId: 'acc_2' }),
      await put('b'),
    ];
    await letterOf(sent[2]!.id);
    await letterOf(sent[1]!.id);
    await mendIt();
    expect(await told('retry', '--all', '--account', 'acc_2', '--type', 'other')).toMatchObject({ done: 0 });
    expect(await told('retry', '--all', '--account', 'acc_2', '--type', 'contact.update')).toMatchObject({
      done: 2,
    });
    await until(async () => (await timesOf('a')) === 2);
    expect(await timesOf('b')).toBe(0);
    expect(await list('--account', 'acc_2')).toMatchObject([
      { commandId: sent[1]!.id, state: 'retried' },
      { commandId: sent[0]!.id, state: 'retried' },
    ]);
    expect(await list('--state', 'waiting', '--limit', '1')).toMatchObject([{ commandId: sent[2]!.id }]);
  });

  it('is discarded with a reason that is kept, and may be retried all the same', async () => {
    const [b] = await list('--state', 'waiting', '--type', 'contact.update');
    expect(await told('discard', b!.id, '--reason', 'दो बार', '--by', 'Bob')).toEqual(done);
    expect(await show(b!.id)).toMatchObject({ state: 'discarded', mark: { by: 'Bob', reason: 'दो बार' } });
    expect(await told('discard', b!.id, '--reason', 'again')).toEqual(refused(b!.id, 'by Bob'));
    expect(await told('retry', '--all')).toMatchObject({ done: 0 });
    expect(await told('retry', b!.id)).toEqual(done);
    await until(async () => (await timesOf('b')) === 1);
  });
});

it('what Meta has told goes to the service alone that could not handle it', async () => {
  const id = newId('cmd');
  const change = {
    wabaId: '1',
    receivedAt: new Date().toISOString(),
    at: '',
    field: 'unheard_of',
    value: {},
  };
  await producer.send(
    commandRecord(
      { id, type: META_CHANGE, accountId: '', data: change },
      { topic: name.inboundChanges, key: '1', source: 'gateway' },
    ),
  );
  const { id: letter, accountId } = await letterOf(id);
  expect(accountId).toBeNull();
  await until(() => taken.length === 1);
  templatesMended = true;
  expect(await told('retry', letter)).toEqual(done);
  await until(() => taken.length === 2);
  await until(() => isThrough('contacts', name.inboundChanges));
  expect(taken).toEqual([
    ['contacts', id],
    ['templates', id],
  ]);
});

describe('a record of unknown shape', () => {
  const bytes = Buffer.from([0xff, 0x00, 0xfe]);
  const strange = async (record: { key?: string; headers?: object; value?: string | Buffer }) => {
    const lies = (await gateway.kafka.endOffsets(name.deadLetters))[0]!;
    await producer.send({ topic: name.deadLetters, key: null, value: null, headers: {}, ...record } as never);
    return `0-${lies}`;
  };

  it.each<[string, Parameters<typeof strange>[0], Partial<WholeDeadLetter>]>([
    ['of nothing', {}, { key: null, headers: {}, body: null, text: null, base64: null }],
    ['of bytes', { value: bytes }, { base64: bytes.toString('base64') }],
    ['of broken JSON', { value: '{"a":' }, { text: '{"a":' }],
    ['of JSON that is no object', { value: '[1]' }, { text: '[1]' }],
    [
      'of headers alone',
      { headers: { ce_type: ['a', 'b'] } },
      { type: 'a', headers: { ce_type: ['a', 'b'] } },
    ],
    ['of a topic that is not ours', { headers: { dl_topic: 'x', dl_group: 'y' } }, { topic: 'x' }],
  ])('is shown and discarded, not retried: %s', async (_what, record, seen) => {
    const id = await strange(record);
    expect(await show(id)).toMatchObject({ id, state: 'waiting', ...seen });
    expect((await wbiz('list')).out).toMatch(new RegExp(`^${id} `));
    expect(await told('retry', id, '--past-deadline')).toMatchObject({ done: 0, refused: 1 });
    expect(await told('discard', id, '--reason', 'not ours')).toEqual(done);
  });
});

it.each(['0-999999', '1-0', '0-', 'abc', '0-0.0', '../accounts'])(
  'there is no letter %s, and nothing is done with others beside it',
  async (id) => {
    const answer = { code: 1, out: '', err: expect.stringMatching(/^wbiz: 404 not_found: /) };
    expect(await wbiz('show', id)).toEqual(answer);
    expect(await wbiz('discard', id, '--reason', 'x')).toEqual(answer);
    const { id: other } = (await list())[0]!;
    const before = await show(other);
    expect(await wbiz('retry', other, id)).toEqual(answer);
    expect(await show(other)).toEqual(before);
  },
);

it('a mark is no letter', async () => {
  const ends = (await gateway.kafka.endOffsets(name.deadLetters))[0]!;
  expect(await wbiz('show', `0-${ends - 1}`)).toMatchObject({ code: 1 });
});

it('orders are checked, and are the operators’ to give', async () => {
  const order = (verb: string, body: object, token?: null) =>
    gateway.admin('POST', `/dead-letters/${verb}`, body, token);
  for (const body of [
    { by: 'ada' },
    { by: 'ada', all: false },
    { by: 'ada', all: true, ids: ['0-0'] },
    { by: 'ada', type: 'contact.update', ids: ['0-0'] },
    { ids: ['0-0'] },
    { by: 'ada', ids: [] },
  ])
    expect((await order('retry', body)).status).toBe(422);
  expect((await order('discard', { by: 'ada', ids: ['0-0'] })).status).toBe(422);
  expect((await gateway.admin('GET', '/dead-letters?limit=0')).status).toBe(422);
  expect((await gateway.admin('GET', '/dead-letters', undefined, null)).status).toBe(401);
  expect((await order('retry', { by: 'ada', all: true }, null)).status).toBe(401);
});
