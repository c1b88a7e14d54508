import { setTimeout as delay } from 'node:timers/promises';
import type { Consumer, EachBatchPayload, KafkaMessage } from 'kafkajs';
import { backoff } from '../fault.js';
import type { Logger } from '../logger.js';
import { isDoneWithin } from '../pause.js';
import type { ConsumerStatus } from './consumer-health.js';

/** The broker reassigns the partitions of a member that is silent for this long (ms). */
const SESSION_MS = 10_000;
const HEARTBEAT_MS = 500;
/** How long a rebalance waits for a member (ms); a slower handler may run beside the new owner. */
const REBALANCE_MS = 25_000;
/** How long records in hand may still begin once a rebalance or a stop is announced (ms). */
const DRAIN_MS = 5_000;
/** How long the next fetch waits for a batch in hand; then it goes on without that partition (ms). */
const PATIENCE_MS = 50;
/**
 * How long an idle fetch waits for records, and rebalances and disconnects with it (ms); longer after 10 s without
 * records.
 */
const FETCH_MS = 500;
const RESTING_FETCH_MS = 2_000;
const REST_AFTER_MS = 10_000;
/** With `gathers`, a fetch waits for this much, this long (bytes, ms). */
const GATHER = { bytes: 64_000, ms: 100 };
/** A partition that waits this long raises an alarm (ms). */
const ALARM_MS = 60_000;

/** A rebalance is under way (kafkajs isRebalancing), or the member is out of the group already. */
const REBALANCING = new Set<unknown>(['REBALANCE_IN_PROGRESS', 'NOT_COORDINATOR_FOR_GROUP']);
const OUT = new Set<unknown>(['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID']);

/** A record as read. `offset` and `timestamp` (ms since the epoch) are decimal strings. */
export type ConsumedRecord = Pick<KafkaMessage, 'key' | 'value' | 'headers' | 'offset' | 'timestamp'>;
/** A record, or one of several commands in it. */
type Part = Pick<ConsumedRecord, 'offset' | 'timestamp'>;

export type ConsumeOptions = {
  readonly topics: readonly string[];
  readonly groupId: string;
  /**
   * Called with one batch of a partition at a time, partitions in parallel. It must not throw: the client would begin
   * anew from the last commit, or crash.
   */
  readonly eachBatch: (batch: RecordBatch) => Promise<void>;
  readonly status: ConsumerStatus;
  /**
   * The offsets to begin at for partitions of the first topic, instead of the group's committed ones. Asked at every
   * join, and again while it fails; nothing is handed over before it has answered.
   */
  readonly readFrom?: (assigned: readonly number[]) => Promise<ReadonlyMap<number, number>>;
  /** Whether fetches may wait 100 ms to gather records, because nobody waits for them. */
  readonly gathers?: () => boolean;
  /** Where a group that has committed nothing begins: at the oldest record (the default) or at the next one. */
  readonly fromBeginning?: boolean;
};

type Timing = {
  readonly sessionTimeout: number;
  readonly heartbeatInterval: number;
  readonly rebalanceTimeout: number;
  readonly minBytes: number;
  readonly maxWaitTimeInMs: number;
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
  readonly held: Set<Part>;
  done: number;
  committed: number;
};
/** Everything before this offset is settled. */
const settled = ({ done, held }: Mark) => Math.min(done, ...[...held].map(({ offset }) => Number(offset)));

/** A number that kafkajs takes for fixed but reads at each use (consumerGroup.js). */
const live = (read: () => number) => ({ valueOf: read }) as unknown as number;

const keyOf = ({ topic, partition }: Place) => `${topic}/${partition}`;
type Place = { readonly topic: string; readonly partition: number };

/** One membership of the group, from a join to the next. */
class Stay {
  readonly ending = new AbortController();
  readonly marks = new Map<string, Mark>();
  /** Resolves once it is known where to read from; false: the stay ended first. */
  ready: Promise<boolean> = Promise.resolve(true);
  /** No record begins after this (ms since the epoch). */
  until = Infinity;
  lastBeat = Date.now();
  error?: Error;

  constructor(readonly assigned: readonly Place[] = []) {}

  get isOver(): boolean {
    return this.ending.signal.aborted;
  }

  endBy(time: number, error?: Error): void {
    this.until = Math.min(this.until, time);
    this.error ??= error;
    this.ending.abort();
  }

  /** Resolves to false if the stay ended first. */
  async wait(ms: number): Promise<boolean> {
    const { signal } = this.ending;
    try {
      await delay(ms, undefined, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    return !signal.aborted;
  }
}

/** What one fetch brought of one partition. */
export class RecordBatch implements Place {
  /** True once a record was left: to the partition's next owner, or to be read again. */
  cut = false;
  /** True once the partition is to be read from another offset. */
  isLeft = false;

  constructor(
    readonly topic: string,
    readonly partition: number,
    readonly records: readonly ConsumedRecord[],
    private readonly stay: Stay,
    private readonly member: Pick<Member, 'beat' | 'tend' | 'waits' | 'goesOn' | 'halt' | 'detach'>,
  ) {}

  /** The offset of the first record. */
  get begin(): number {
    return Number(this.records[0]!.offset);
  }

  /** The offset after the last record. */
  get end(): number {
    return Number(this.records.at(-1)!.offset) + 1;
  }

  /** Whether the next record may begin; false: leave it and all that follow, they are redelivered. */
  async mayBegin(): Promise<boolean> {
    // After a freeze, or starved of CPU, the partition may be another member's by now.
    if (Date.now() - this.stay.lastBeat > SESSION_MS / 2) await this.member.beat(this.stay);
    if (Date.now() <= this.stay.until && !this.isLeft) return true;
    this.cut = true;
    return false;
  }

  /**
   * Waits before a retry. Resolves to false, as {@link mayBegin}, if the partition is wanted elsewhere or the process
   * ends.
   */
  async wait(ms: number): Promise<boolean> {
    const goesOn = (await this.stay.wait(ms)) && !this.isLeft;
    if (!goesOn) this.cut = true;
    return goesOn;
  }

  /** Reports that the partition, or a part of the batch, waits for a fault to pass. */
  waitsFor({ message }: Error, part?: Part): void {
    this.member.waits(this, message, part);
  }

  goesOn(part?: Part): void {
    this.member.goesOn(this, part);
  }

  /** Leaves the batch and reads no more of the partition, until a seek or the end of the process. */
  halt(reason: string): void {
    this.cut = true;
    this.member.halt(this, reason);
  }

  /** Everything before `offset` is settled and may be committed, except what is held. */
  done(offset: number): void {
    const mark = this.mark();
    mark.done = Math.max(mark.done, offset);
  }

  /** Keeps a record, and so all that follow it, from being committed until each held part of it is released. */
  hold(part: Part): () => void {
    const { held } = this.mark();
    held.add(part);
    return () => {
      held.delete(part);
      this.member.tend();
    };
  }

  /** Whether the partition is wanted elsewhere or the process ends. */
  get isEnding(): boolean {
    return this.stay.ending.signal.aborted;
  }

  /** Lets `work` on held records go on beside the batches that follow; the process leaves the group after it. */
  detach(work: Promise<unknown>): void {
    this.member.detach(work, this.stay);
  }

  private mark(): Mark {
    const { topic, partition } = this;
    this.member.tend();
    let mark = this.stay.marks.get(keyOf(this));
    if (!mark) {
      mark = { topic, partition, held: new Set(), done: -1, committed: -1 };
      this.stay.marks.set(keyOf(this), mark);
    }
    return mark;
  }
}

/** A batch in hand. `isApart`: its partition is paused meanwhile. */
type Lane = { readonly batch: RecordBatch; readonly since: number; done: Promise<void>; isApart: boolean };

type Trouble = {
  readonly part?: Part | undefined;
  readonly reason: string;
  readonly since: number;
  readonly isTold?: boolean;
};

/** The consumer as its batches see it. */
type Member = {
  beat(stay: Stay): Promise<void>;
  tend(): void;
  waits(place: Place, reason: string, part?: Part): void;
  goesOn(place: Place, part?: Part): void;
  halt(place: Place, reason: string): void;
  detach(work: Promise<unknown>, stay: Stay): void;
};

/**
 * A member of a consumer group that hands over batches and commits what is settled: every 500 ms, before a rebalance
 * and at the end.
 *
 * kafkajs fetches again only when all batches of a fetch have returned (fetcher.js). Here a batch that takes longer
 * than 50 ms counts as returned and its partition is paused, so that partitions do not wait for each other; fetches are
 * short meanwhile, to resume the partition soon.
 *
 * A partition never has two owners at work as long as batches end in time. While batches are in hand kafkajs sends no
 * heartbeats; ours notice a rebalance, which ends the stay. kafkajs learns of it, and rejoins, once nothing is in hand.
 * The broker refuses a commit of an earlier stay by its generation.
 */
export class RecordConsumer {
  private readonly consumer: Consumer;
  private readonly lanes = new Map<string, Lane>();
  private readonly waiting = new Map<string, Trouble>();
  private readonly halted = new Map<string, Trouble>();
  private readonly lags = new Map<string, number>();
  private stay = new Stay();
  private raw?: EachBatchPayload;
  private isBeating = false;
  private isJoined = false;
  private closing?: Promise<void>;
  /** Set while something is in hand, uncommitted or waiting. */
  private tending?: NodeJS.Timeout | undefined;
  private lastRecordAt = 0;
  /** Work that batches left behind. */
  private readonly detached = new Set<Promise<unknown>>();

  constructor(private readonly wiring: Wiring) {
    wiring.status.oldestAt = () => this.oldestAt();
    this.consumer = wiring.connect({
      sessionTimeout: SESSION_MS,
      heartbeatInterval: live(() => (this.raw && this.isBusy && !this.isBeating ? Infinity : HEARTBEAT_MS)),
      rebalanceTimeout: REBALANCE_MS,
      minBytes: live(() => (this.gathers ? GATHER.bytes : 1)),
      maxWaitTimeInMs: live(() => this.fetchWait()),
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
    await this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: partitions.reduce((sum, count) => sum + count, 0),
      eachBatch: (raw) => this.handle(raw),
    });
  }

  /** The partitions of the first topic that this member reads. */
  get assigned(): readonly number[] {
    return this.stay.assigned
      .filter(({ topic }) => topic === this.wiring.topics[0])
      .map(({ partition }) => partition);
  }

  /** Whether a partition of the first topic is halted. */
  isHalted(partition: number): boolean {
    return this.halted.has(keyOf({ topic: this.wiring.topics[0]!, partition }));
  }

  /** Reads a partition of the first topic on from `offset`, even a halted one; its batch in hand is left. */
  seek(partition: number, offset: number): void {
    const place = { topic: this.wiring.topics[0]!, partition };
    if (!this.isJoined || !this.stay.assigned.some((one) => keyOf(one) === keyOf(place))) return;
    const lane = this.lanes.get(keyOf(place));
    if (lane) lane.batch.isLeft = lane.batch.cut = true;
    this.consumer.seek({ ...place, offset: String(offset) });
    this.halted.delete(keyOf(place));
    if (!lane?.isApart) this.resume(place);
    this.show();
  }

  /** Finishes the batches in hand (what is begun within 5 s), commits and leaves the group; gives up after 9 s. */
  close(): Promise<void> {
    return (this.closing ??= this.leave());
  }

  private async leave(): Promise<void> {
    const { groupId, logger, topics } = this.wiring;
    this.stay.endBy(Date.now() + DRAIN_MS);
    if (this.isJoined) this.consumer.pause(topics.map((topic) => ({ topic })));
    await this.commit(this.stay);
    const left = new AbortController();
    const late = delay(DRAIN_MS + 3_500, 'late', { signal: left.signal }).catch(() => 'left');
    const ended = this.drained()
      .then(() => this.commit(this.stay))
      .then(() => this.consumer.disconnect());
    try {
      if ((await Promise.race([ended, late])) === 'late')
        logger.error(
          { group: groupId },
          'consumer: a handler did not end within 8.5 s; closing without it, and Kafka delivers its records again',
        );
    } finally {
      left.abort();
      clearInterval(this.tending);
      this.show('closed');
    }
  }

  private async handle(raw: EachBatchPayload): Promise<void> {
    this.raw = raw;
    const { stay } = this;
    if (!stay.isOver && !this.halted.has(keyOf(raw.batch))) {
      const lane = this.begin(raw, stay);
      if (!(await isDoneWithin(PATIENCE_MS, lane.done)) && stay === this.stay && this.isJoined) {
        lane.isApart = true;
        this.pause(lane.batch);
      }
    }
    if (!stay.isOver) return;
    await this.drained();
    await this.commit(stay);
    // Thrown while closing, it would make kafkajs rejoin first.
    if (stay.error && !this.closing) throw stay.error;
  }

  /**
   * For batches. Work that throws stops the consumer, and so ends the process, since kafkajs does not see its errors.
   */
  detach(work: Promise<unknown>, stay: Stay): void {
    const { logger, groupId } = this.wiring;
    const detached = work.catch(() => undefined).finally(() => this.detached.delete(detached));
    this.detached.add(detached);
    this.tend();
    void work.catch(async (error: Error) => {
      stay.endBy(0, error);
      logger.error({ err: error, group: groupId }, 'consumer: crashed; stopping');
      this.show('crashed', error.message);
      await this.consumer.stop();
    });
  }

  private begin(raw: EachBatchPayload, stay: Stay): Lane {
    const { topic, partition, messages, highWatermark } = raw.batch;
    const batch = new RecordBatch(topic, partition, messages, stay, this);
    const key = keyOf(batch);
    this.sawLag(key, Number(highWatermark) - batch.begin);
    const before = this.lanes.get(key);
    const lane: Lane = { batch, since: Date.now(), done: Promise.resolve(), isApart: false };
    this.lanes.set(key, lane);
    this.lastRecordAt = lane.since;
    this.tend();
    lane.done = this.work(lane, stay, before).finally(() => {
      const isHere = stay === this.stay && this.isJoined;
      if (!batch.cut && isHere) {
        raw.resolveOffset(messages.at(-1)!.offset);
        this.sawLag(key, Number(highWatermark) - batch.end);
      }
      if (this.lanes.get(key) !== lane) return;
      this.lanes.delete(key);
      if (lane.isApart && isHere && !this.closing && !this.halted.has(key)) this.resume(batch);
      if (stay.isOver) void this.commit(stay);
    });
    return lane;
  }

  /** Hands the batch over, after a batch of an earlier stay that may still be in hand. */
  private async work({ batch }: Lane, stay: Stay, before?: Lane): Promise<void> {
    await before?.done;
    if (!(await stay.ready)) batch.cut = true;
    if (batch.cut) return; // The stay ended, or a seek has left the batch.
    try {
      await this.wiring.eachBatch(batch);
    } catch (error) {
      batch.cut = true;
      stay.endBy(0, error as Error);
    }
  }

  /** When the oldest record was written that is in hand or held (ms since the epoch); 0: none is. */
  private oldestAt(): number {
    const inHand = [...this.lanes.values()].map(({ batch }) => batch.records[0]!);
    const held = [...this.stay.marks.values()].flatMap((mark) => [...mark.held]);
    const times = [...inHand, ...held].map(({ timestamp }) => Number(timestamp));
    return times.length > 0 ? times.reduce((one, other) => Math.min(one, other)) : 0;
  }

  private get isBusy(): boolean {
    return this.lanes.size + this.detached.size > 0;
  }

  private async drained(): Promise<void> {
    await Promise.all([...[...this.lanes.values()].map(({ done }) => done), ...this.detached]);
  }

  private get gathers(): boolean {
    return this.wiring.gathers?.() ?? false;
  }

  /**
   * The longer a batch has taken, the longer the fetch may wait (a quarter of it) before its partition is fetched
   * again.
   */
  private fetchWait(): number {
    const busy = [...this.lanes].filter(([key, { isApart }]) => isApart && !this.waiting.has(key));
    const youngest = Math.max(...busy.map(([, { since }]) => since));
    const rests = !this.isBusy && Date.now() - this.lastRecordAt > REST_AFTER_MS;
    const most = this.gathers ? GATHER.ms : rests ? RESTING_FETCH_MS : FETCH_MS;
    return Math.min(most, Math.max(20, (Date.now() - youngest) / 4)) | 0;
  }

  /** For batches. */
  tend(): void {
    if (this.wiring.status.state === 'closed') return;
    this.tending ??= setInterval(() => {
      if (this.isBusy) void this.beat(this.stay);
      void this.commit(this.stay);
      this.alarm();
      if (this.isBusy || this.waiting.size > 0 || this.uncommitted(this.stay).length > 0) return;
      clearInterval(this.tending);
      this.tending = undefined;
    }, HEARTBEAT_MS);
  }

  /** For batches. */
  async beat(stay: Stay): Promise<void> {
    try {
      this.isBeating = true;
      const beaten = this.raw?.heartbeat();
      this.isBeating = false;
      await beaten;
    } catch (error) {
      const fault = error as Error & { type?: unknown };
      if (REBALANCING.has(fault.type)) stay.endBy(Date.now() + DRAIN_MS, fault);
      else if (OUT.has(fault.type) || Date.now() - stay.lastBeat > SESSION_MS) stay.endBy(0, fault);
      // Otherwise the broker missed one heartbeat; the session outlasts several.
    }
  }

  /** For batches. Of a partition's waiting parts one is shown. */
  waits(place: Place, reason: string, part?: Part): void {
    const shown = this.waiting.get(keyOf(place));
    if (shown && shown.part !== part) return;
    const { since = Date.now(), isTold } = shown ?? {};
    this.waiting.set(keyOf(place), { part, reason, since, isTold });
    this.tend();
    this.show();
  }

  /** For batches. */
  goesOn(place: Place, part?: Part): void {
    const shown = this.waiting.get(keyOf(place));
    if (!shown || shown.part !== part) return;
    this.waiting.delete(keyOf(place));
    this.show();
  }

  /** For batches. The member stays in its group. */
  halt(place: Place, reason: string): void {
    this.waiting.delete(keyOf(place));
    this.halted.set(keyOf(place), { reason, since: Date.now() });
    if (this.isJoined) this.pause(place);
    this.show();
  }

  private alarm(): void {
    const { logger, groupId: group } = this.wiring;
    for (const [place, trouble] of this.waiting) {
      if (trouble.isTold || Date.now() - trouble.since < ALARM_MS) continue;
      this.waiting.set(place, { ...trouble, isTold: true });
      logger.error(
        { alarm: true, group, partition: place, reason: trouble.reason },
        'consumer: a fault has held up a partition for a minute; still retrying',
      );
    }
  }

  private pause({ topic, partition }: Place): void {
    this.consumer.pause([{ topic, partitions: [partition] }]);
  }

  private resume({ topic, partition }: Place): void {
    this.consumer.resume([{ topic, partitions: [partition] }]);
  }

  private uncommitted({ marks }: Stay): readonly Mark[] {
    return [...marks.values()].filter((mark) => settled(mark) !== mark.committed);
  }

  private async commit(stay: Stay): Promise<void> {
    const due = this.uncommitted(stay);
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
      this.wiring.logger.debug(
        { err: error, group: this.wiring.groupId },
        'consumer: offsets not committed; committing again with the next batch',
      );
    }
  }

  private sawLag(key: string, lag: number): void {
    this.wiring.status.lag += lag - (this.lags.get(key) ?? 0);
    this.lags.set(key, lag);
  }

  /** Shows the member's state, unless partitions of it wait or are halted. */
  private show(state: ConsumerStatus['state'] = this.isJoined ? 'running' : 'joining', reason = ''): void {
    const { status } = this.wiring;
    const [halt] = this.halted.values();
    const waits = [...this.waiting.values()];
    status.waitingSince = waits.length > 0 ? Math.min(...waits.map(({ since }) => since)) : 0;
    if (state !== 'closed' && halt) Object.assign(status, { state: 'halted', reason: halt.reason });
    else if (state === 'running' && waits[0])
      Object.assign(status, { state: 'waiting', reason: waits[0].reason });
    else Object.assign(status, { state, reason });
  }

  private follow(): void {
    const { status, logger, groupId } = this.wiring;
    const { events } = this.consumer;
    this.consumer.on(events.HEARTBEAT, () => {
      status.lastAliveAt = this.stay.lastBeat = Date.now();
    });
    this.consumer.on(events.FETCH, () => {
      status.lastFetchAt = Date.now();
    });
    this.consumer.on(events.REBALANCING, () => {
      // Sent before the join request, on the same connection, so it still counts.
      void this.commit(this.stay);
      status.lastAliveAt = Date.now();
      this.show('joining');
    });
    this.consumer.on(events.STOP, () => {
      this.isJoined = false;
      this.raw = undefined;
    });
    this.consumer.on(events.GROUP_JOIN, ({ payload: { memberAssignment } }) => {
      this.joined(
        Object.entries(memberAssignment).flatMap(([topic, partitions]) =>
          partitions.map((partition) => ({ topic, partition })),
        ),
      );
      logger.info(
        { group: groupId, assigned: memberAssignment },
        'consumer: joined its group; reading its partitions',
      );
    });
    this.consumer.on(events.CRASH, ({ payload: { error, restart } }) => {
      this.show('crashed', error.message);
      logger.error(
        { err: error, group: groupId },
        restart ? 'consumer: crashed; joining again' : 'consumer: crashed; stopped',
      );
    });
  }

  private joined(assigned: readonly Place[]): void {
    const { status } = this.wiring;
    this.stay.endBy(0);
    const stay = (this.stay = new Stay(assigned));
    if (this.closing) stay.endBy(0);
    this.isJoined = true;
    this.lastRecordAt = Date.now();
    this.lags.clear();
    this.waiting.clear();
    Object.assign(status, { lag: 0, lastAliveAt: Date.now(), joins: status.joins + 1 });
    const ours = new Set(assigned.map(keyOf));
    for (const key of this.halted.keys()) if (!ours.has(key)) this.halted.delete(key);
    // kafkajs keeps pauses over a rebalance, and forgets them in a crash.
    for (const place of assigned) this[this.halted.has(keyOf(place)) ? 'pause' : 'resume'](place);
    this.show();
    stay.ready = this.begins(stay);
  }

  private async begins(stay: Stay): Promise<boolean> {
    const { readFrom, logger, groupId, topics } = this.wiring;
    const assigned = this.assigned;
    for (let attempt = 1; readFrom; attempt += 1) {
      try {
        const offsets = await readFrom(assigned);
        if (stay.isOver) return false;
        for (const [partition, offset] of offsets) this.seek(partition, offset);
        break;
      } catch (err) {
        logger.warn(
          { err, group: groupId, attempt },
          'consumer: start offsets could not be read; trying again',
        );
        for (const partition of assigned)
          this.waits({ topic: topics[0]!, partition }, (err as Error).message);
        if (!(await stay.wait(backoff(attempt)))) return false;
      }
    }
    for (const partition of assigned) this.goesOn({ topic: topics[0]!, partition });
    return true;
  }
}
