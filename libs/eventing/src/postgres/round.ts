import type { PoolClient } from 'pg';
import { decide, fold } from '../decider.js';
import type { Command, DomainEvent, Reply } from '../message.js';
import { Rejection } from '../rejection.js';
import type { AnyAggregate, Applied, RecordedEvent } from '../aggregate.js';
import type { FollowUp, InlineProjection, OnEnd } from './inline-projection.js';
import {
  appendEvents,
  keepReplies,
  loadStreams,
  saveStreams,
  storedReplies,
  type Appended,
  type Stream,
  type Streams,
} from './statements.js';
import { sideBySide } from './transaction.js';

/** A command of a batch. `keepReply`: true for a command from outside, false for one that the service issued itself. */
export type Item = {
  readonly aggregate: AnyAggregate;
  readonly command: Command;
  readonly keepReply: boolean;
};
/**
 * The reply to a command from outside, {@link Applied} for the service's own, or a fault. undefined: not executed,
 * since its deadline had passed.
 */
export type Result = Reply | Applied | undefined | Error;

/** The events that a transaction appended; `published`: whether any of them goes out on the shared log. */
export type Commit = { readonly events: readonly RecordedEvent[]; readonly published: boolean };

/**
 * Another transaction has begun the same new stream, or executed the same command, first; the batch must be run again.
 */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

export type RoundOptions = {
  readonly schema: string;
  readonly newEventId: () => string;
  readonly inline?: readonly InlineProjection[];
};

/**
 * The longest data of an event. Kafka refuses records of over a megabyte, and a refused event would block all later
 * ones.
 */
const MAX_EVENT_CHARS = 250_000;

/**
 * Executes a batch inside `tx`, one statement per stage. Throws {@link Overtaken} if the batch must be run again in a
 * new transaction.
 */
export async function round(
  tx: PoolClient,
  items: readonly Item[],
  options: RoundOptions,
  onEnd?: OnEnd,
): Promise<{ readonly results: readonly Result[]; readonly commit: Commit }> {
  const { schema, inline = [] } = options;
  const inTime = items.filter((item) => !isLate(item, Date.now()));
  const [stored, streams] = await Promise.all([
    storedReplies(tx, schema, kept(items)),
    loadStreams(tx, schema, inTime),
  ]);
  const fresh = inTime.filter((item) => !stored.has(item.command.id));
  const facts = await lookUpFacts(tx, fresh, streams);

  const { results, appended, replies } = decideAll(items, { stored, streams, facts }, options.newEventId);

  const events = appended.map(({ event }) => event);
  // Overtaken comes first in the list below: if another transaction was faster, the other statements fail
  // only as a consequence.
  const first = (isFirst: boolean) => {
    if (!isFirst) throw new Overtaken();
  };
  const [, , , followUps] = await sideBySide([
    saveStreams(tx, schema, streams).then(first),
    keepReplies(tx, schema, replies).then(first),
    appendEvents(tx, schema, appended),
    project(tx, inline, events, onEnd),
  ]);
  const followed = await follow(tx, followUps, options, onEnd);
  return {
    results,
    commit: {
      events: [...events, ...followed.events],
      published: followed.published || appended.some(({ published }) => published),
    },
  };
}

const isLate = ({ keepReply, command: { deadline } }: Item, now: number) =>
  keepReply && deadline !== undefined && now > deadline;
const kept = (items: readonly Item[]) =>
  items.filter(({ keepReply }) => keepReply).map(({ command }) => command.id);

/** Decides the commands in order, each on the state that earlier commands of the batch have left. */
function decideAll(
  items: readonly Item[],
  found: {
    readonly stored: ReadonlyMap<string, Reply | undefined>;
    readonly streams: Streams;
    readonly facts: ReadonlyMap<Item, unknown>;
  },
  newEventId: () => string,
) {
  const time = new Date();
  const appended: Appended[] = [];
  const known = new Map(found.stored);
  const replies: { commandId: string; reply: Reply }[] = [];
  const results = items.map((item): Result => {
    const { aggregate, command, keepReply } = item;
    if (keepReply && known.has(command.id)) return known.get(command.id);
    if (isLate(item, time.getTime())) return undefined;
    let result: Reply | Applied;
    try {
      const asked = found.facts.has(item)
        ? Object.assign({}, command, { facts: found.facts.get(item) })
        : command;
      const stream = found.streams.get(aggregate, aggregate.stream(command));
      const { events, jsons, state } = decideOne(aggregate, asked, stream);
      result = keepReply
        ? { ok: true, data: replyTo(aggregate, asked, state, events) }
        : { ok: true, state, events };
      stream.state = state;
      for (const [index, event] of events.entries())
        appended.push({
          event: {
            ...event,
            id: newEventId(),
            accountId: command.accountId,
            stream: stream.id,
            version: (stream.version += 1),
            time,
          },
          json: jsons[index]!,
          published: aggregate.published.includes(event.type),
          cause: command,
        });
    } catch (error) {
      if (!(error instanceof Rejection)) return error instanceof Error ? error : new Error(String(error));
      result = { ok: false, error: error.toData() };
    }
    if (keepReply) {
      known.set(command.id, result as Reply);
      replies.push({ commandId: command.id, reply: result as Reply });
    }
    return result;
  });
  return { results, appended, replies };
}

/** The events of a command and the state after them. Throws a {@link Rejection} if the command is refused. */
function decideOne({ decider, name }: AnyAggregate, command: Command, stream: Stream) {
  if (stream.accountId !== command.accountId)
    throw new Rejection('not_found', `There is no ${name} ${stream.id}.`);
  const events: readonly DomainEvent[] = decide(decider, command, stream.state);
  const jsons = events.map(({ data }) => JSON.stringify(data));
  if (jsons.some(({ length }) => length > MAX_EVENT_CHARS))
    throw new Rejection('too_large', `An event holds at most ${MAX_EVENT_CHARS} characters of JSON.`);
  return { events, jsons, state: fold(decider, events, stream.state) as unknown };
}

type Replies = Readonly<Record<string, ((...given: unknown[]) => unknown) | undefined>>;
const replyTo = ({ reply }: AnyAggregate, command: Command, state: unknown, events: readonly DomainEvent[]) =>
  (reply as Replies)[command.type]?.(state, events, command) ?? null;

async function lookUpFacts(tx: PoolClient, items: readonly Item[], streams: Streams) {
  const facts = new Map<Item, unknown>();
  for (const [aggregate, own] of Map.groupBy(items, (item) => item.aggregate)) {
    if (!aggregate.facts) continue;
    const asked = own.map(({ command }) => ({
      command,
      state: streams.get(aggregate, aggregate.stream(command)).state as never,
    }));
    const found = await aggregate.facts(tx, asked);
    own.forEach((item, index) => facts.set(item, found[index]));
  }
  return facts;
}

async function project(
  tx: PoolClient,
  inline: readonly InlineProjection[],
  events: readonly RecordedEvent[],
  onEnd: OnEnd,
): Promise<readonly FollowUp[]> {
  const run = async ({ handlers }: InlineProjection) => {
    const followUps: FollowUp[] = [];
    for (const { types, project } of handlers) {
      const own = events.filter(({ type }) => types.includes(type));
      if (own.length > 0) followUps.push(...((await project(own, tx, onEnd)) ?? []));
    }
    return followUps;
  };
  const found = await sideBySide(inline.filter(({ comesLast }) => !comesLast).map(run));
  for (const projection of inline) if (projection.comesLast) found.push(await run(projection));
  return found.flat();
}

async function follow(
  tx: PoolClient,
  followUps: readonly FollowUp[],
  options: RoundOptions,
  onEnd: OnEnd,
): Promise<Commit> {
  if (followUps.length === 0) return { events: [], published: false };
  const items = followUps.map(({ aggregate, command }) => ownItem(aggregate, command));
  const { results, commit } = await round(tx, items, options, onEnd);
  const applied = appliedIn(results);
  // A refused follow-up shows that the facts of the batch's decisions no longer hold.
  if (applied.some(({ ok }) => !ok)) throw new Overtaken();
  return commit;
}

/** A command of the service's own as an item of a batch. */
export const ownItem = (aggregate: AnyAggregate, command: Omit<Command, 'id'>): Item => ({
  aggregate,
  command: { id: '', ...command },
  keepReply: false,
});

/** The results of a batch of the service's own commands. Throws the first fault among them. */
export function appliedIn(results: readonly Result[]): readonly Applied[] {
  const fault = results.find((result) => result instanceof Error);
  if (fault) throw fault;
  return results as readonly Applied[];
}
