import { setTimeout as delay } from 'node:timers/promises';
import type { Consumer, EachBatchPayload, KafkaMessage } from 'kafkajs';
import { backoff } from '../fault.js';
import type { Logger } from '../logger.js';
import { isDoneWithin } from '../pause.js';
import type { ConsumerStatus } from './consumer-health.js';

/** The broker reassigns the partitions of a member that is silent for this long (ms). */
const SESSION_MS = 10_000;
const HEARTBEAT_MS = 500;
/**
 * How long a rebalance waits for a member (ms); a handler that takes longer may run beside the partition's new owner.
 */
const REBALANCE_MS = 25_000;
/** How long fetched records may still be begun once a rebalance or a stop is announced (ms). */
const DRAIN_MS = 5_000;
/** How long the next fetch waits for an unfinished batch (ms); then it leaves out the batch's partition. */
const PATIENCE_MS = 50;
/**
 * How long a fetch waits for records (ms), longer after 10 s without records. A rebalance or disconnect waits for the
 * fetch.
 */
const FETCH_MS = 500;
const RESTING_FETCH_MS = 2_000;
const REST_AFTER_MS = 10_000;
/** While `gathers()` is true, a fetch waits for this many bytes, or this many ms. */
const GATHER = { bytes: 64_000, ms: 100 };
/** A partition that has waited this long for a fault to pass raises an alarm (ms). */
const ALARM_MS = 60_000;

/**
 * Heartbeat errors. REBALANCING: a rebalance is under way (kafkajs isRebalancing). OUT: the member is no longer in the
 * group.
 */
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
   * Called with one batch of a partition at a time, partitions in parallel. Must not throw: kafkajs would rejoin and
   * read again from the last commit, or crash.
   */
  readonly eachBatch: (batch: RecordBatch) => Promise<void>;
  readonly status: ConsumerStatus;
  /**
   * The start offsets of partitions of the first topic, in place of the group's committed ones. Called at every join
   * and retried while it fails; no batch is handed over before it resolves.
   */
  readonly readFrom?: (assigned: readonly number[]) => Promise<ReadonlyMap<number, number>>;
  /** Whether fetches may wait 100 ms to gather records, because the records are not urgent. */
  readonly gathers?: () => boolean;
  /** Where a group without committed offsets begins: at the oldest record (the default) or at the next new one. */
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
/** The offset before which all records are handled: it may be committed. */
const settled = ({ done, held }: Mark) => Math.min(done, ...[...held].map(({ offset }) => Number(offset)));

/** A number computed at each use: kafkajs expects a constant but reads it anew each time (consumerGroup.js). */
const live = (read: () => number) => ({ valueOf: read }) as unknown as number;

const keyOf = ({ topic, partition }: Place) => `${topic}/${partition}`;
type Place = { readonly topic: string; readonly partition: number };

/** One membership of the group, from a join to the next. */
class Stay {
  readonly ending = new AbortController();
  readonly marks = new Map<string, Mark>();
  /** Resolves to true once the start offsets are known, or to false if the stay ended first. */
  ready: Promise<boolean> = Promise.resolve(true);
  /** No record is begun after this time (ms since the epoch). */
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

  /** Resolves to true after `ms`, or to false as soon as the stay ends. */
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

/** The records of one partition in one fetch. */
export class RecordBatch implements Place {
  /** True once a record was left unhandled; the partition's next owner or a later fetch reads it again. */
  cut = false;
  /** True once a seek has moved the partition to another offset. */
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

  /** Whether the next record may be begun. If not, leave it and all later ones: they are redelivered. */
  async mayBegin(): Promise<boolean> {
    // After a freeze or a lack of CPU time, another member may own the partition by now.
    if (Date.now() - this.stay.lastBeat > SESSION_MS / 2) await this.member.beat(this.stay);
    if (Date.now() <= this.stay.until && !this.isLeft) return true;
    this.cut = true;
    return false;
  }

  /**
   * Waits before a retry. Resolves to false if a rebalance, a seek or the end of the process comes first: leave the
   * record and all later ones then.
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

  /** Abandons the batch and stops reading the partition, until a seek or the end of the process. */
  halt(reason: string): void {
    this.cut = true;
    this.member.halt(this, reason);
  }

  /** Reports all records before `offset` as handled: they may be committed, up to the first held record. */
  done(offset: number): void {
    const mark = this.mark();
    mark.done = Math.max(mark.done, offset);
  }

  /**
   * Keeps the record's offset, and all later ones, from being committed. Returns the function that releases the part;
   * the record is free once all its held parts are released.
   */
  hold(part: Part): () => void {
    const { held } = this.mark();
    held.add(part);
    return () => {
      held.delete(part);
      this.member.tend();
    };
  }

  /** Whether a rebalance or the end of the process has been announced. */
  get isEnding(): boolean {
    return this.stay.ending.signal.aborted;
  }

  /** Lets `work` on held records run beside later batches; the consumer leaves its group only after `work`. */
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

/** An unfinished batch. `isApart`: its partition is paused until it is done. */
type Lane = { readonly batch: RecordBatch; readonly since: number; done: Promise<void>; isApart: boolean };

type Trouble = {
  readonly part?: Part | undefined;
  readonly reason: string;
  readonly since: number;
  readonly isTold?: boolean;
};

/** The methods of the consumer that its batches call. */
type Member = {
  beat(stay: Stay): Promise<void>;
  tend(): void;
  waits(place: Place, reason: string, part?: Part): void;
  goesOn(place: Place, part?: Part): void;
  halt(place: Place, reason: string): void;
  detach(work: Promise<unknown>, stay: Stay): void;
};

/**
 * A member of a consumer group that hands over batches and commits the offsets of handled records: every 500 ms, before
 * a rebalance and at the end.
 *
 * kafkajs fetches again only when all batches of a fetch have returned (fetcher.js). Here a batch that takes longer
 * than 50 ms counts as returned and its partition is paused, so that partitions do not wait for each other; fetches are
 * short meanwhile, to resume the partition soon.
 *
 * A partition never has two owners at work as long as batches end in time. While batches are unfinished, this class
 * sends the heartbeats instead of kafkajs, and ends the stay when one reports a rebalance. kafkajs learns of the
 * rebalance, and rejoins, once all batches are done. The broker refuses a commit of an earlier stay by its generation.
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
  /** Set while a batch is unfinished, an offset uncommitted or a partition waiting. */
  private tending?: NodeJS.Timeout | undefined;
  private lastRecordAt = 0;
  /** Work that runs on beside later batches. */
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

  /**
   * Continues a partition of the first topic at `offset`, even a halted one; the rest of its current batch is
   * abandoned.
   */
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

  /** Finishes the records begun within 5 s, commits and leaves the group; gives up after 8.5 s. */
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
          'consumer: handlers did not end or the group was not left within 8.5 s; closing anyway, and Kafka delivers uncommitted records again',
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
    // While closing, an error would make kafkajs rejoin first.
    if (stay.error && !this.closing) throw stay.error;
  }

  /**
   * Called by batches. kafkajs does not see an error of `work`, so it stops the consumer here, and the watchdog ends
   * the process.
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

  /** Hands the batch over once a batch of the same partition from an earlier stay, if any, has ended. */
  private async work({ batch }: Lane, stay: Stay, before?: Lane): Promise<void> {
    await before?.done;
    if (!(await stay.ready)) batch.cut = true;
    if (batch.cut) return; // The stay ended, or a seek has abandoned the batch.
    try {
      await this.wiring.eachBatch(batch);
    } catch (error) {
      batch.cut = true;
      stay.endBy(0, error as Error);
    }
  }

  /** When the oldest record that is under way or held was written (ms since the epoch); 0: there is none. */
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
   * How long a fetch may wait for records (ms): while partitions are paused, a quarter of their youngest batch's age,
   * since a partition that resumes is not read before the next fetch.
   */
  private fetchWait(): number {
    const busy = [...this.lanes].filter(([key, { isApart }]) => isApart && !this.waiting.has(key));
    const youngest = Math.max(...busy.map(([, { since }]) => since));
    const rests = !this.isBusy && Date.now() - this.lastRecordAt > REST_AFTER_MS;
    const most = this.gathers ? GATHER.ms : rests ? RESTING_FETCH_MS : FETCH_MS;
    return Math.min(most, Math.max(20, (Date.now() - youngest) / 4)) | 0;
  }

  /** Called by batches. Starts the interval for heartbeats, commits and alarms (500 ms), unless it runs already. */
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

  /** Called by batches. Sends a heartbeat; ends the stay at a rebalance, or if the member is out of the group. */
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
      // After any other error nothing ends: only one heartbeat failed, and the session outlasts several.
    }
  }

  /** Called by batches. The status shows only one of a partition's waiting parts. */
  waits(place: Place, reason: string, part?: Part): void {
    const shown = this.waiting.get(keyOf(place));
    if (shown && shown.part !== part) return;
    const { since = Date.now(), isTold } = shown ?? {};
    this.waiting.set(keyOf(place), { part, reason, since, isTold });
    this.tend();
    this.show();
  }

  /** Called by batches. Ends what {@link waits} has shown for the same part. */
  goesOn(place: Place, part?: Part): void {
    const shown = this.waiting.get(keyOf(place));
    if (!shown || shown.part !== part) return;
    this.waiting.delete(keyOf(place));
    this.show();
  }

  /** Called by batches. The member stays in its group. */
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
      // Committed again by the next round, every 500 ms; records that stay uncommitted are delivered again.
      this.wiring.logger.debug(
        { err: error, group: this.wiring.groupId },
        'consumer: offsets not committed; trying again as long as the partitions are assigned',
      );
    }
  }

  private sawLag(key: string, lag: number): void {
    this.wiring.status.lag += lag - (this.lags.get(key) ?? 0);
    this.lags.set(key, lag);
  }

  /** Sets the status to `state`; halted and waiting partitions take precedence. */
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
      // The commit precedes the join request on the same connection, so the broker still accepts it.
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
    // Set anew, since kafkajs keeps pauses over a rebalance but loses them in a crash.
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
