import { expect, it } from '@jest/globals';
import type { RepliesTo } from '@wbiz/contracts/command-catalogue';
import type { TagData, TagEventData } from '@wbiz/contracts/tag';
import type { Decider } from '@wbiz/eventing/decider';
import type { DomainEvent, Message } from '@wbiz/eventing/message';
import type { Aggregate } from '@wbiz/eventing/aggregate';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import { followUp, inline } from '@wbiz/eventing/postgres/inline-projection';
import { direct, type DirectCommands } from './direct-commands.js';
import { CommandHandler, InboundHandler, QueryHandler } from './handlers.js';
import type { Peers } from './peers.js';
import { batchProjection, projection } from './projection.js';

// Type tests: compilation fails if an expected error does not occur.

type TagCommand = Message<'tag.create', TagData> | Message<'tag.use', TagData>;
type TagEvent = DomainEvent<'tag.created', TagEventData>;
declare const decider: Decider<TagCommand, null, TagEvent>;
type Tags = Aggregate<TagCommand, null, TagEvent, RepliesTo<TagCommand>>;
declare const tags: Tags;
type Choosy = Message<'tag.delete', TagData & { readonly colour: string }>;
declare const choosy: Aggregate<Choosy, null, TagEvent, RepliesTo<Choosy>>;
declare const store: EventStore;
declare const peers: Peers;
const data: TagData = { accountId: 'acc_1', name: 'vip', at: '' };
const accountId = 'acc_1';

const base = { name: 'tag', table: 'tags', stream: () => 'tag', published: [] } as const;
const aggregates = (): readonly Tags[] => [
  { ...base, decider, reply: { 'tag.create': () => null } },
  // @ts-expect-error the answer to a command of the catalogue is missing
  { ...base, decider, reply: {} },
  // @ts-expect-error the catalogue has another answer
  { ...base, decider, reply: { 'tag.create': () => 'made' } },
  // @ts-expect-error the aggregate has no such event
  { ...base, decider, published: ['tag.creatd'], reply: { 'tag.create': () => null } },
];

const module = (_commands: DirectCommands) => undefined;
const directly = () => [
  module(direct(tags)),
  module(direct(choosy, 'tag.delete')),
  // @ts-expect-error its command asks for more than the catalogue has: a handler adds that
  module(direct(choosy)),
  // @ts-expect-error misspelt
  direct(tags, 'tag.creat'),
  // @ts-expect-error of another aggregate
  direct(tags, 'contact.upsert'),
];

const commands = () => [
  followUp(tags, { accountId, type: 'tag.use', data }),
  // @ts-expect-error a command that the aggregate does not know
  followUp(tags, { accountId, type: 'tag.usd', data }),
  // @ts-expect-error another payload
  followUp(tags, { accountId, type: 'tag.use', data: { accountId } }),
  // @ts-expect-error a command that the aggregate does not know
  store.apply(tags, { accountId, type: 'tag.creat', data }),
  // @ts-expect-error a command that is only followed up, not sent
  store.execute(tags, { id: 'cmd_1', accountId, type: 'tag.use', data }),
];

const projections = () => [
  inline<TagEvent>({ 'tag.created': async ([event]) => void event!.data.name }),
  // @ts-expect-error misspelt
  inline<TagEvent>({ 'tag.creatd': async () => undefined }),
  // @ts-expect-error no such field
  inline<TagEvent>({ 'tag.created': async ([event]) => void event!.data.nme }),
  // @ts-expect-error its type of events is not given
  inline({ 'tag.created': async () => undefined }),
  projection({ name: 'tags', on: { 'tag.created': async ({ data }) => void data.name } }),
  // @ts-expect-error misspelt
  projection({ name: 'tags', on: { 'tag.creatd': async () => undefined } }),
  // @ts-expect-error no such field
  projection({ name: 'tags', on: { 'tag.created': async ({ data }) => void data.nme } }),
  // @ts-expect-error misspelt
  batchProjection({ name: 'tags', types: ['tag.creatd'], all: async () => undefined }),
];

const queries = () => [
  peers.ask('tag.get', { accountId, name: 'vip' }),
  // @ts-expect-error misspelt
  peers.ask('tag.gt', { accountId, name: 'vip' }),
  // @ts-expect-error the name is missing
  peers.ask('tag.get', { accountId }),
  // @ts-expect-error every service answers this query, so `askOf` must name the service
  peers.ask('log.head', { accountId }),
];

class Handlers {
  // @ts-expect-error misspelt
  @QueryHandler('tag.gt')
  async misspelt() {
    return null;
  }

  @QueryHandler('tag.get')
  async answers({ name }: { name: string }) {
    return { name, contactCount: 1, createdAt: '' };
  }

  // @ts-expect-error another answer
  @QueryHandler('tag.get')
  async answersElse() {
    return { name: 'vip' };
  }

  // @ts-expect-error another payload
  @CommandHandler('tag.create')
  async takesElse(_command: Message<'tag.create', { colour: string }>) {
    return undefined;
  }

  // @ts-expect-error misspelt
  @InboundHandler('meta.mesage')
  async comesIn() {}
}

it('has every name and payload checked by the compiler', () => {
  expect([aggregates, directly, commands, projections, queries, Handlers]).toHaveLength(6);
});
