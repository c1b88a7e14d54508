import { Inject, Injectable } from '@nestjs/common';
import {
  SHOWN_REFUSALS,
  type DeadLettersView,
  type DeadLetterView,
  type DiscardDeadLetters,
  type ListDeadLetters,
  type MarkedDeadLetters,
  type RetryDeadLetters,
  type WholeDeadLetter,
} from '@wbiz/contracts/dead-letter';
import { isPlainObject } from '@wbiz/contracts/schema/json-values';
import { DEFAULT_LIMIT } from '@wbiz/contracts/page';
import { topics } from '@wbiz/contracts/topics';
import type { HeaderValue, KafkaRecord } from '@wbiz/eventing/kafka/batching-producer';
import {
  letterOf,
  mark,
  markedBy,
  putBack,
  type DeadLetter,
  type Fate,
} from '@wbiz/eventing/kafka/dead-letter';
import type { KafkaClient } from '@wbiz/eventing/kafka/kafka-client';
import { readStretch } from '@wbiz/eventing/kafka/read-between';
import type { ConsumedRecord } from '@wbiz/eventing/kafka/record-consumer';
import { Rejection } from '@wbiz/eventing/rejection';
import { KAFKA } from '@wbiz/service-kit/kafka';
import { RUNTIME, type Runtime } from '@wbiz/service-kit/runtime';
import { decideRetry } from './dead-letter-retry.js';

type Kept = {
  readonly letter: DeadLetter;
  readonly record: ConsumedRecord;
  readonly fate: Fate | undefined;
};
type Filter = Pick<ListDeadLetters, 'accountId' | 'topic' | 'type'>;
type Order = Pick<RetryDeadLetters, 'ids' | 'by' | 'reason'> & Filter;

/** Dead letters and their marks (retried, discarded). Both are stored on Kafka only. */
@Injectable()
export class DeadLetters {
  private readonly prefix: string | undefined;
  private readonly topic: string;

  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    @Inject(KAFKA) private readonly kafka: KafkaClient,
  ) {
    this.prefix = runtime.config.TOPIC_PREFIX;
    this.topic = topics(this.prefix).deadLetters;
  }

  async list({ state, limit = DEFAULT_LIMIT, ...filter }: ListDeadLetters): Promise<DeadLettersView> {
    const newest: DeadLetterView[] = [];
    let [found, waiting] = [0, 0];
    await this.read(undefined, async (kept) => {
      for (const one of kept.filter(({ letter }) => isMeant(letter, filter))) {
        const view = this.view(one);
        if (state !== undefined && view.state !== state) continue;
        found += 1;
        if (view.state === 'waiting') waiting += 1;
        newest.push(view);
        if (newest.length > limit) newest.shift();
      }
    });
    return { deadLetters: newest.reverse(), found, waiting };
  }

  /** Throws `not_found`. */
  async get(id: string): Promise<WholeDeadLetter> {
    const found: WholeDeadLetter[] = [];
    await this.read([id], async (kept) => {
      for (const one of kept) {
        const { key, value, headers = {} } = one.record;
        const texts = Object.entries(headers).map(([name, text]) => [name, textsOf(text)] as const);
        found.push({
          ...this.view(one),
          key: key?.toString() ?? null,
          headers: Object.fromEntries(texts),
          ...decoded(value),
        });
      }
    });
    return found[0]!;
  }

  /** Puts letters back on their topics, oldest first. Throws `not_found` before anything is put back. */
  retry({ pastDeadline = false, ...order }: RetryDeadLetters): Promise<MarkedDeadLetters> {
    return this.markAll(order, 'retried', ({ letter, fate, record }) => {
      const retry = decideRetry(letter, { prefix: this.prefix, fate, pastDeadline, now: Date.now() });
      return 'refusal' in retry ? retry.refusal : [putBack(record, retry.letter, retry.deadline)];
    });
  }

  /** Throws `not_found` before anything is marked. */
  discard(order: DiscardDeadLetters): Promise<MarkedDeadLetters> {
    return this.markAll(order, 'discarded', ({ fate }) =>
      fate ? `It was ${fate.state} at ${fate.at} by ${fate.by}.` : [],
    );
  }

  /** Produces the records that `done` makes of each letter, then the mark. If `done` returns a text, the letter is refused. */
  private async markAll(
    { ids, by, reason, ...filter }: Order,
    state: Fate['state'],
    done: (kept: Kept) => readonly KafkaRecord[] | string,
  ): Promise<MarkedDeadLetters> {
    const told: MarkedDeadLetters = { done: 0, refused: 0, refusals: [] };
    const producer = this.kafka.producer();
    let isWhole = false;
    try {
      await this.read(ids, async (kept) => {
        const meant = ids ? kept : kept.filter(({ letter, fate }) => !fate && isMeant(letter, filter));
        const at = new Date().toISOString();
        const records: KafkaRecord[] = [];
        const marks: KafkaRecord[] = [];
        for (const one of meant) {
          const { id } = one.letter;
          const made = done(one);
          if (typeof made === 'string') {
            told.refused += 1;
            if (told.refusals.length < SHOWN_REFUSALS) told.refusals.push({ id, detail: made });
            continue;
          }
          records.push(...made);
          marks.push(mark(this.topic, id, { state, at, by, reason: reason ?? null }));
        }
        // A crash between the two leaves letters retried but unmarked; retried again, they are skipped by their handler.
        await producer.sendAll(records);
        await producer.sendAll(marks);
        told.done += marks.length;
      });
      isWhole = true;
    } finally {
      const { done: count, refused } = told;
      this.runtime.logger.info(
        { by, reason, state, done: count, refused },
        isWhole
          ? 'dead letters: order carried out; refused letters stay as they were'
          : 'dead letters: order broken off or refused; after a fault repeat it: letters beyond the done ones may lack their mark',
      );
      await producer.close();
    }
    return told;
  }

  /**
   * Calls `handle` with all letters, or those with these ids, in order, each with its mark. A mark is produced after its
   * letter, so the topic is read twice: first for the marks. Throws `not_found`.
   */
  private async read(ids: readonly string[] | undefined, handle: (kept: readonly Kept[]) => Promise<void>) {
    const strange = ids?.find((id) => !ID.test(id));
    if (strange !== undefined) throw notFound(strange);
    const fates = new Map<string, Fate>();
    const missing = new Set(ids);
    const [first, ends] = await Promise.all([
      this.kafka.offsetsAt(this.topic, 0),
      this.kafka.endOffsets(this.topic),
    ]);
    const from = ids
      ? first.map((offset, partition) => clamp(firstOf(ids, partition), offset, ends[partition]!))
      : first;
    const stretch = { topic: this.topic, from, ends, signal: this.runtime.stopping };
    await readStretch(this.kafka, stretch, async (records, partition) => {
      for (const record of records) {
        const marked = markedBy(record);
        if (marked) fates.set(marked.id, marked.fate);
        else missing.delete(letterOf(record, partition).id);
      }
    });
    const [gone] = missing;
    if (gone !== undefined) throw notFound(gone);
    const wanted = ids && new Set(ids);
    await readStretch(this.kafka, stretch, async (records, partition) => {
      const letters = records
        .filter((record) => !markedBy(record))
        .map((record) => ({ record, letter: letterOf(record, partition) }))
        .filter(({ letter: { id } }) => !wanted || wanted.has(id));
      await handle(letters.map((one) => ({ ...one, fate: fates.get(one.letter.id) })));
    });
  }

  private view({ letter, fate }: Kept): DeadLetterView {
    const { id, at, topic, group, type, commandId, accountId, code, reason, attempts, retryOf } = letter;
    const retry = decideRetry(letter, { prefix: this.prefix, fate, pastDeadline: false, now: Date.now() });
    return {
      id,
      state: fate?.state ?? 'waiting',
      at,
      topic: topic ?? null,
      group: group ?? null,
      type: type ?? null,
      commandId: commandId ?? null,
      accountId: accountId ?? null,
      code: code ?? null,
      reason: reason ?? null,
      attempts: attempts ?? null,
      retryOf: retryOf ?? null,
      mark: fate ? { at: fate.at, by: fate.by, reason: fate.reason } : null,
      refusal: 'refusal' in retry ? retry.refusal : null,
    };
  }
}

/** `<partition>-<offset>` */
const ID = /^\d{1,5}-\d{1,15}$/;
const notFound = (id: string) => new Rejection('not_found', `There is no dead letter ${id}.`);

const isMeant = (letter: DeadLetter, { accountId, topic, type }: Filter) =>
  (accountId === undefined || letter.accountId === accountId) &&
  (topic === undefined || letter.topic === topic) &&
  (type === undefined || letter.type === type);

const clamp = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value));

/** The lowest offset among the ids of a partition; Infinity without any. */
const firstOf = (ids: readonly string[], partition: number) =>
  Math.min(
    ...ids
      .map((id) => id.split('-'))
      .flatMap(([of, offset]) => (Number(of) === partition ? [Number(offset)] : [])),
  );

/** The text of a header, or the texts of a repeated one. */
const textsOf = (given: HeaderValue | null | undefined): unknown =>
  Array.isArray(given) ? given.map(textsOf) : (given?.toString() ?? null);

function decoded(value: Buffer | null): Pick<WholeDeadLetter, 'body' | 'text' | 'base64'> {
  const nothing = { body: null, text: null, base64: null };
  if (value === null) return nothing;
  const text = value.toString();
  if (!Buffer.from(text).equals(value)) return { ...nothing, base64: value.toString('base64') };
  const body = jsonIn(text);
  return isPlainObject(body) ? { ...nothing, body } : { ...nothing, text };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
