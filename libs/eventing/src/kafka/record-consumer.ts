import { setTimeout as delay } from 'node:timers/promises';
import type { Consumer, EachBatchPayload, KafkaMessage } from 'kafkajs';
import type { Logger } from '../logger.js';
import type { ConsumerStatus } from './consumer-health.js';

/** The broker gives away the partitions of a member that is silent for this long (ms). */
const SESSION_MS = 10_000;
const HEARTBEAT_MS = 500;
/** How long a rebalance waits for a member; a handler that takes longer may run beside the new owner. */
const REBALANCE_MS = 25_000;
/** How long records in hand are still begun once the partitions are wanted elsewhere or the process ends. */
const DRAIN_MS = 5_000;
const COMMIT_MS = 500;

/** The group goes on without this member's word: wait for it (kafkajs isRebalancing) or it is out already. */
const REBALANCING = new Set<unknown>(['REBALANCE_IN_PROGRESS', 'NOT_COORDINATOR_FOR_GROUP']);
const OUT = new Set<unknown>(['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID']);

/** A record as it was read. `offset` and `timestamp` (ms since the epoch) are decimal strings. */
export type ConsumedRecord = Pick<KafkaMessage, 'key' | 'value' | 'headers' | 'offset' | 'timestamp'>;

export type ConsumeOptions = {
  readonly topics: readonly string[];
  readonly groupId: string;
  /**
   * Called with one batch of a partition at a time, partitions side by side; the next fetch follows when all have
   * returned. It must not throw: what it throws makes the client begin anew from the last commit.
   */
  readonly eachBatch: (batch: RecordBatch) => Promise<void>;
  /** Called at every join, before the first fetch from the committed offsets. */
  readonly onJoin?: () => void;
  readonly status: ConsumerStatus;
  /** Where to read each partition from, instead of from what the group has committed; asked at every join. */
  readonly readFrom?: () => readonly number[];
  /** For a group that has committed nothing yet: begin with what is there (the default) or with what comes. */
  readonly fromBeginning?: boolean;
};

type Timing = {
  readonly sessionTimeout: number;
  readonly heartbeatInterval: number;
  readonly rebalanceTimeout: number;
};

type Wiring = ConsumeOptions & {
  readonly logger: Logger;
  readonly partitionsOf: (topic: string) => Promise<number>;
  readonly beforeJoining: () => Promise<void>;
  readonly connect: (timing: Timing) => Consumer;
};

type Mark = {
  readonly topic: string;
  readonly partition: number;
  readonly held: Set<number>;
  done: number;
  committed: number;
};
/** The offset up to which everything is settled. */
const settled = ({ done, held }: Mark) => Math.min(done, ...held);

/** A membership of the group from one join to the next. */
class Stay {
  readonly ending = new AbortController();
  readonly marks = new Map<string, Mark>();
  /** No record is begun after this (ms since the epoch). */
  until = Infinity;
  lastBeat = Date.now();
  error?: Error;

  endBy(time: number, error?: Error): void {
    this.until = Math.min(this.until, time);
    this.error ??= error;
    this.ending.abort();
  }
}

/** What one fetch brought of one partition. */
export class RecordBatch {
  /** True once a record had to be left for whoever has the partition next. */
  cut = false;

  constructor(
    readonly topic: string,
    readonly partition: number,
    readonly records: readonly ConsumedRecord[],
    private readonly stay: Stay,
    private readonly member: Member,
  ) {}

  /** The offset after the last record. */
  get end(): number {
    return Number(this.records.at(-1)!.offset) + 1;
  }

  /** Whether the next record may be begun; false: leave it and all that follow, they will be delivered again. */
  async mayBegin(): Promise<boolean> {
    // Frozen and thawed, or starved: somebody else may have the partition by now.
    if (Date.now() - this.stay.lastBeat > SESSION_MS / 2) await this.member.beat(this.stay);
    if (Date.now() <= this.stay.until) return true;
    this.cut = true;
    return false;
  }

  /** Waits before a repetition, but not when the partition is wanted elsewhere or the process ends: then false, as {@link mayBegin}. */
  async wait(ms: number): Promise<boolean> {
    const { signal } = this.stay.ending;
    try {
      await delay(ms, undefined, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    if (signal.aborted) this.cut = true;
    return !signal.aborted;
  }

  /** Everything before `offset` is settled for good and may be committed, but for what is held. */
  done(offset: number): void {
    const mark = this.mark();
    mark.done = Math.max(mark.done, offset);
  }

  /** Keeps the record at `offset`, and so all that follow it, from being committed until it is let go. */
  hold(offset: number): () => void {
    const { held } = this.mark();
    held.add(offset);
    return () => held.delete(offset);
  }

  /** Whether the partition is wanted elsewhere or the process ends. */
  get isEnding(): boolean {
    return this.stay.ending.signal.aborted;
  }

  /** Lets `work` on records that are held go on beside the batches that follow; a process leaves the group after it. */
  detach(work: Promise<unknown>): void {
    this.member.detach(work, this.stay);
  }

  private mark(): Mark {
    const { topic, partition } = this;
    const key = `${topic}/${partition}`;
    let mark = this.stay.marks.get(key);
    if (!mark)
      this.stay.marks.set(key, (mark = { topic, partition, held: new Set(), done: -1, committed: -1 }));
    return mark;
  }
}

/** The consumer as its batches see it. */
type Member = {
  beat(stay: Stay): Promise<void>;
  detach(work: Promise<unknown>, stay: Stay): void;
};

/**
 * A member of a consumer group that hands over batches and commits what is done: every 500 ms, before a rebalance and
 * at the end.
 *
 * At a rebalance kafkajs rejoins only after every batch in hand has returned (fetchManager.js: `stop` waits for the
 * fetchers, fetcher.js for `workerQueue.push`, that for all batches). So a partition never has two owners at work, as
 * long as batches return in time: heartbeats go on while they are in hand, and the one that reports the rebalance ends
 * the stay. Only a detached handler that outlasts the rebalance may run beside the new owner's. A commit of an earlier stay is refused by the broker, since it carries its generation.
 */
export class RecordConsumer {
  private readonly consumer: Consumer;
  private stay = new Stay();
  private raw?: EachBatchPayload;
  private inHand = 0;
  private halted = false;
  private closing?: Promise<void>;
  private beating?: NodeJS.Timeout;
  private committing?: NodeJS.Timeout;
  private readonly lags = new Map<string, number>();
  private readonly detached = new Set<Promise<unknown>>();

  constructor(private readonly wiring: Wiring) {
    this.consumer = wiring.connect({
      sessionTimeout: SESSION_MS,
      heartbeatInterval: HEARTBEAT_MS,
      rebalanceTimeout: REBALANCE_MS,
    });
    this.follow();
  }

  /** Joins the group and begins to fetch. Throws when no broker can be reached. */
  async start(): Promise<void> {
    const { topics, fromBeginning = true, partitionsOf, beforeJoining } = this.wiring;
    const partitions = await Promise.all(topics.map(partitionsOf));
    await beforeJoining();
    await this.consumer.connect();
    await this.consumer.subscribe({ topics: [...topics], fromBeginning });
    this.beating = setInterval(() => {
      if (this.inHand > 0) void this.beat(this.stay);
    }, HEARTBEAT_MS);
    this.committing = setInterval(() => void this.commit(this.stay), COMMIT_MS);
    await this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: partitions.reduce((sum, count) => sum + count, 0),
      eachBatch: (raw) => this.handle(raw),
    });
  }

  /** Stops fetching until the process ends. The member stays in its group, so that its partitions stand still as well. */
  halt(reason: string): void {
    this.halted = true;
    this.consumer.pause(this.wiring.topics.map((topic) => ({ topic })));
    Object.assign(this.wiring.status, { state: 'halted', reason });
  }

  /** Finishes the batches in hand (what is begun within 5 s), commits and leaves the group; gives up after 9 s. */
  close(): Promise<void> {
    return (this.closing ??= this.leave());
  }

  private async leave(): Promise<void> {
    const { status, groupId, logger, topics } = this.wiring;
    this.stay.endBy(Date.now() + DRAIN_MS);
    if (this.detached.size > 0 && status.state !== 'crashed')
      this.consumer.pause(topics.map((topic) => ({ topic })));
    await this.commit(this.stay);
    const left = new AbortController();
    const late = delay(DRAIN_MS + 3_500, 'late', { signal: left.signal }).catch(() => 'left');
    const ended = Promise.all(this.detached)
      .then(() => this.commit(this.stay))
      .then(() => this.consumer.disconnect());
    try {
      if ((await Promise.race([ended, late])) === 'late')
        logger.error({ group: groupId }, 'a handler did not end in time; left without it');
    } finally {
      left.abort();
      clearInterval(this.beating);
      clearInterval(this.committing);
      Object.assign(status, { state: 'closed', reason: '' });
    }
  }

  private async handle(raw: EachBatchPayload): Promise<void> {
    if (this.halted) return;
    this.raw = raw;
    const { stay } = this;
    const { topic, partition, messages, highWatermark } = raw.batch;
    const batch = new RecordBatch(topic, partition, messages, stay, this);
    this.sawLag(topic, partition, Number(highWatermark) - Number(messages[0]!.offset));
    this.inHand += 1;
    try {
      await this.wiring.eachBatch(batch);
    } finally {
      this.inHand -= 1;
    }
    if (!batch.cut && !this.halted && stay === this.stay) {
      raw.resolveOffset(messages.at(-1)!.offset);
      this.sawLag(topic, partition, Number(highWatermark) - batch.end);
    }
    if (this.closing || stay.error) await this.commit(stay);
    // Thrown while closing it would make kafkajs rejoin first.
    if (stay.error && !this.closing) throw stay.error;
  }

  /** Of the batches only. Work that throws stops the consumer, and so ends the process: kafkajs does not hear of it. */
  detach(work: Promise<unknown>, stay: Stay): void {
    const { status, logger, groupId } = this.wiring;
    const detached = work
      .catch(async (error: Error) => {
        stay.endBy(0, error);
        logger.error({ err: error, group: groupId }, 'the consumer crashed');
        Object.assign(status, { state: 'crashed', reason: error.message });
        await this.consumer.stop();
      })
      .finally(() => this.detached.delete(detached));
    this.detached.add(detached);
  }

  /** Of the batches only. */
  async beat(stay: Stay): Promise<void> {
    try {
      await this.raw?.heartbeat();
    } catch (error) {
      const fault = error as Error & { type?: unknown };
      if (REBALANCING.has(fault.type)) stay.endBy(Date.now() + DRAIN_MS, fault);
      else if (OUT.has(fault.type) || Date.now() - stay.lastBeat > SESSION_MS) stay.endBy(0, fault);
      // Else the broker could not be reached for once; the session outlasts some such heartbeats.
    }
  }

  private async commit(stay: Stay): Promise<void> {
    const due = [...stay.marks.values()].filter((mark) => settled(mark) !== mark.committed);
    if (due.length === 0 || !this.raw || stay !== this.stay) return;
    const taken = due.map((mark) => ({ mark, offset: settled(mark) }));
    try {
      await this.raw.commitOffsetsIfNecessary({
        topics: taken.map(({ mark: { topic, partition }, offset }) => ({
          topic,
          partitions: [{ partition, offset: String(offset) }],
        })),
      });
      for (const { mark, offset } of taken) mark.committed = offset;
    } catch (error) {
      // The next round tries again; what stays uncommitted is delivered again.
      this.wiring.logger.debug({ err: error, group: this.wiring.groupId }, 'offsets could not be committed');
    }
  }

  private sawLag(topic: string, partition: number, lag: number): void {
    const key = `${topic}/${partition}`;
    this.wiring.status.lag += lag - (this.lags.get(key) ?? 0);
    this.lags.set(key, lag);
  }

  private follow(): void {
    const { status, logger, groupId, onJoin, readFrom, topics } = this.wiring;
    const { events } = this.consumer;
    this.consumer.on(events.HEARTBEAT, () => {
      status.lastAliveAt = this.stay.lastBeat = Date.now();
    });
    this.consumer.on(events.FETCH, () => {
      status.lastFetchAt = Date.now();
    });
    this.consumer.on(events.REBALANCING, () => {
      // What is detached begins nothing more: others may have its partition soon.
      this.stay.endBy(0);
      // Goes out before the request to join, on the same connection, and so still counts.
      void this.commit(this.stay);
      status.lastAliveAt = Date.now();
      if (!this.halted) status.state = 'joining';
    });
    this.consumer.on(events.GROUP_JOIN, ({ payload }) => {
      this.stay.endBy(0);
      this.stay = new Stay();
      if (this.closing) this.stay.endBy(0);
      this.lags.clear();
      Object.assign(status, { lag: 0, lastAliveAt: Date.now() });
      if (this.halted) this.halt(status.reason);
      else Object.assign(status, { state: 'running', reason: '' });
      logger.info({ group: groupId, assigned: payload.memberAssignment }, 'joined the group');
      onJoin?.();
      // Takes effect at the first fetch (kafkajs, consumerGroup.js: fetch).
      readFrom?.().forEach((offset, partition) =>
        this.consumer.seek({ topic: topics[0]!, partition, offset: String(offset) }),
      );
    });
    this.consumer.on(events.CRASH, ({ payload: { error, restart } }) => {
      if (!this.halted) Object.assign(status, { state: 'crashed', reason: error.message });
      logger.error({ err: error, group: groupId, restart }, 'the consumer crashed');
    });
  }
}
