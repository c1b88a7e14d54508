import { setTimeout as delay } from 'node:timers/promises';
import type { Pool, QueryResult } from 'pg';
import { partitionOf } from '../partition.js';
import type { Logger } from '../logger.js';
import { Cadence } from '../cadence.js';
import { Pause } from '../pause.js';
import { retryDelay } from '../retry-delay.js';
import type { SourceLog } from '../kafka/source-log.js';
import { eventRecord, type EventRecord, type NumberedEvent } from './event-record.js';
import { NotCaughtUp } from './not-caught-up.js';
import { leaderSettings, Sequencer, tryLead } from './sequencer.js';
import { openSession, type Session } from './session.js';
import type { WakeUp } from './wake-up.js';

const BATCH = 500;
/**
 * Poll interval (ms), doubled while polls find nothing. The longest is shorter than HEARTBEAT_MS, so polls spare an
 * idle leader its heartbeats.
 */
const POLL_MS = { first: 200, longest: 900 };
/** The time between batches (ms), unless a call of `head` waits for numbers. */
const BATCH_GAP_MS = 25;
const STANDBY_MS = 500;
const HEARTBEAT_MS = 1_000;
const RETRY_MS = { first: 100, longest: 5_000 };
const STOP_MS = 5_000;
/** How often the log's end offsets are stored (ms); a new leader reads the log only from there. */
const MARK_MS = 10_000;
const LOOK_MS = 2_000;

export type RelayOptions = {
  /** The service's pool; the leader's session connects with the pool's options. */
  readonly pool: Pool;
  readonly schema: string;
  /** `ce_source`, the service's name. */
  readonly source: string;
  readonly topic: string;
  /** The topic's number of partitions; fixed once the schema's first relay has started. */
  readonly partitions: number;
  /**
   * Produces up to 500 records, in order, and resolves when all are acknowledged. If it fails, the log holds no record
   * after the first that failed.
   */
  readonly produce: (records: readonly EventRecord[]) => Promise<void>;
  /** Reads what the log holds of the source. */
  readonly log: Pick<SourceLog, 'held' | 'look'>;
  readonly logger: Logger;
  readonly onCompared?: OnCompared;
  /** Carries wake-ups from the other replicas to the leader. */
  readonly wakeUp?: WakeUp;
  /** How often the log's end offsets are stored (ms; default 10,000). */
  readonly markMs?: number;
  /** Called after each acknowledged batch, with the age of the batch's oldest event at that time. */
  readonly onPublished?: (batch: { events: number; oldestMs: number }) => void;
};

/**
 * Called on the leader's session after the database is compared with the log, before anything is numbered. Both may be
 * called again after a failure.
 */
export type OnCompared = {
  /** The database lacks commits that the log shows, as after a restore. */
  readonly lost: (session: Pick<Session, 'query'>) => Promise<unknown>;
  /** The database holds everything that the log shows, or `lost` has dealt with the loss. */
  readonly done: (session: Pick<Session, 'query'>) => Promise<unknown>;
};

export type RelayStatus = {
  readonly leader: boolean;
  /** The age (ms) of the oldest event that is not known to be on the log; 0 if there is none. */
  readonly oldestPendingMs: number;
  /** How many events are not known to be on the log; published ones may count for 0.5 s more. */
  readonly pending: number;
  readonly published: number;
};

type HeadRow = { newest: string | null; waiting: boolean; sequence: string | null };

/**
 * Publishes the events of one schema on the log, in one order. One replica at a time leads: it numbers committed events
 * and publishes them in that order; a batch is numbered only after the batch before is acknowledged. After a crash or a
 * freeze, events may be published twice with the same numbers; readers drop the repeats.
 */
export class OutboxRelay {
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #session: Session | undefined;
  #leader = false;
  #woken = false;
  /** The leader's wait for a wake-up or the next poll. */
  readonly #nap = new Pause();
  /** The leader's wait for a batch to gather. */
  readonly #gathering = new Pause();
  readonly #channel: string;

  constructor(private readonly options: RelayOptions) {
    this.#channel = `${options.schema}.relay`;
    options.wakeUp?.onWake(this.#channel, () => this.#wakeLeader());
  }

  /**
   * Checks the number of partitions and competes for the lead. Throws if the schema was numbered for another number.
   */
  async start(): Promise<void> {
    const { pool, schema, partitions, topic } = this.options;
    await pool.query(`insert into ${schema}.sequencer (partitions) values ($1) on conflict do nothing`, [
      partitions,
    ]);
    const { rows } = await pool.query<{ partitions: number }>(`select partitions from ${schema}.sequencer`);
    if (rows[0]!.partitions !== partitions)
      throw new Error(
        `Topic ${topic} has ${partitions} partitions, but schema ${schema} was numbered for ${rows[0]!.partitions}; the number is fixed for the life of both.`,
      );
    this.#running = this.#run();
  }

  /** Finishes the batch under way (at most 5 s) and gives up the lead. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#nap.end();
    this.#gathering.end();
    const late = setTimeout(() => void this.#session?.close(), STOP_MS);
    await this.#running;
    clearTimeout(late);
  }

  get leader(): boolean {
    return this.#leader;
  }

  /** To be called after a commit that appended events; if a call is lost, a poll finds them within 0.9 s. */
  wake(): void {
    if (this.#leader) this.#wakeLeader();
    else this.options.wakeUp?.wake(this.#channel);
  }

  /**
   * The account's partition and the last sequence in it, once every event committed before the call is numbered; works
   * on any replica. Throws {@link NotCaughtUp} after `timeoutMs`.
   */
  async head(accountId: string, timeoutMs = 2_000): Promise<{ partition: number; sequence: number }> {
    const { pool, schema, partitions } = this.options;
    const partition = partitionOf(accountId, partitions);
    const giveUp = Date.now() + timeoutMs;
    let newest: string | null = null;
    for (let wait = 2; ; wait = Math.min(wait * 2, 50)) {
      const { rows }: QueryResult<HeadRow> = await pool.query<HeadRow>({
        name: `head-${schema}`,
        text: `select (select max(position) from ${schema}.pending) as newest,
                      exists (select from ${schema}.pending where position <= $2) as waiting,
                      (select sequence from ${schema}.sequencer_heads where partition = $1) as sequence`,
        values: [partition, newest],
      });
      const seen: HeadRow = rows[0]!;
      if (newest === null ? seen.newest === null : !seen.waiting)
        return { partition, sequence: Number(seen.sequence ?? 0) };
      if (Date.now() > giveUp)
        throw new NotCaughtUp(`Events of ${schema} were not numbered within ${timeoutMs} ms.`);
      newest ??= seen.newest;
      this.wake();
      this.#gathering.end();
      await delay(wait);
    }
  }

  /** Read from the database; only `leader` differs between replicas. */
  async status(): Promise<RelayStatus> {
    const { pool, schema } = this.options;
    const { rows } = await pool.query<{ pending: string; published: string; oldest: number | null }>(
      `select (select count(*) from ${schema}.pending) + q.last_sequence - q.published as pending, q.published,
              extract(epoch from clock_timestamp() - least(
                (select created_at from ${schema}.events where position = (select min(position) from ${schema}.pending)),
                (select e.created_at from ${schema}.sequenced s join ${schema}.events e using (position)
                 where s.sequence = q.published + 1)))::float8 * 1000 as oldest
       from ${schema}.sequencer q`,
    );
    const { pending, published, oldest } = rows[0]!;
    return {
      leader: this.#leader,
      oldestPendingMs: Math.max(0, Math.round(oldest ?? 0)),
      pending: Number(pending),
      published: Number(published),
    };
  }

  async #run() {
    const { pool, schema, logger } = this.options;
    const stopping = this.#stopping.signal;
    while (!stopping.aborted) {
      try {
        this.#session = await openSession(pool, {
          name: `wbiz-relay-${schema}`,
          settings: leaderSettings,
          heartbeatMs: HEARTBEAT_MS,
        });
        await this.#lead(this.#session);
      } catch (err) {
        if (!stopping.aborted)
          logger.warn({ err, schema }, 'relay: lost the lead, or could not take it; trying again');
        await delay(STANDBY_MS, undefined, { signal: stopping }).catch(() => undefined);
      } finally {
        this.#leader = false;
        await this.#session?.close();
        this.#session = undefined;
      }
    }
  }

  async #lead(session: Session) {
    const { schema, partitions, logger, markMs = MARK_MS } = this.options;
    const stopping = this.#stopping.signal;
    while (!(await tryLead(session, schema))) {
      await delay(STANDBY_MS, undefined, { signal: stopping });
      session.lost.throwIfAborted();
    }
    const sequencer = await Sequencer.load(session, schema, partitions);
    await this.#compare(session, sequencer);
    this.#leader = true;
    logger.info(
      { schema, epoch: sequencer.epoch },
      'relay: this replica leads; it publishes the events of its service',
    );

    await this.#publishNumbered(session, sequencer);
    const cadence = new Cadence(BATCH_GAP_MS);
    for (let markAt = 0, polls = 0; !stopping.aborted;) {
      if (cadence.wait > 0) await this.#gathering.for(cadence.wait);
      if (Date.now() >= markAt) {
        await this.#mark(session, sequencer);
        markAt = Date.now() + markMs;
      }
      this.#woken = false;
      const events = await sequencer.number(BATCH);
      if (events.length > 0) {
        cadence.begin();
        await this.#publish(session, sequencer, events);
      }
      // Numbers again at once after a wake-up, or after a full batch, which may have left some events.
      polls = events.length > 0 ? 1 : polls + 1;
      if (events.length === BATCH || (await this.#isWoken(polls))) polls = 0;
      else await sequencer.savePublished();
    }
    await sequencer.savePublished();
  }

  async #publishNumbered(session: Session, sequencer: Sequencer) {
    const stopping = this.#stopping.signal;
    for (let events; !stopping.aborted && (events = await sequencer.unpublished(BATCH)).length > 0;)
      await this.#publish(session, sequencer, events);
  }

  /**
   * Compares the database with the log, between two batches: after a failover the database may lack its last commits,
   * or the log its last records.
   */
  async #compare(session: Session, sequencer: Sequencer) {
    const { schema, source, log, logger, onCompared } = this.options;
    const gone = AbortSignal.any([this.#stopping.signal, session.lost]);
    const held = await this.#persist(session, 'relay: the log could not be read; trying again', () =>
      log.held(sequencer.mark, sequencer.epochs, gone),
    );
    const { last } = sequencer;
    const { ahead, missing } = await sequencer.compare(held, async () => onCompared?.lost(session));
    if (ahead !== undefined)
      logger.error(
        { schema, source, database: last, log: ahead, epoch: sequencer.epoch, alarm: true },
        'relay: the database lacks events that are on the log; continuing after them in a new epoch',
      );
    if (missing !== undefined)
      logger.error(
        { schema, source, first: missing, alarm: true },
        'relay: the log lacks events that were published; publishing them again before any other',
      );
    await onCompared?.done(session);
  }

  /** Stores the log's end offsets, between two batches, so that every numbered event is before them. */
  async #mark(session: Session, sequencer: Sequencer) {
    const { log, logger, schema } = this.options;
    const { mark } = sequencer;
    const at = Date.now();
    try {
      const giveUp = AbortSignal.any([session.lost, AbortSignal.timeout(LOOK_MS)]);
      const { ends, isWhole } = await unlessLost(log.look(mark), giveUp);
      if (!mark || isWhole.every(Boolean)) return await sequencer.saveMark(at, ends);
    } catch (err) {
      session.lost.throwIfAborted();
      logger.warn(
        { err, schema },
        "relay: the log's end offsets could not be read or stored; trying again at the next interval",
      );
      return;
    }
    await this.#compare(session, sequencer);
    await this.#publishNumbered(session, sequencer);
  }

  async #publish(session: Session, sequencer: Sequencer, events: readonly NumberedEvent[]) {
    const { topic, source, produce, onPublished } = this.options;
    const records = events
      .filter((event) => !sequencer.isHeld(event))
      .map((event) => eventRecord(event, { topic, source }));
    if (records.length > 0)
      await this.#persist(session, 'relay: events could not be published; trying again', () =>
        produce(records),
      );
    sequencer.published(events.at(-1)!.sequence);
    onPublished?.({
      events: events.length,
      oldestMs: Date.now() - Math.min(...events.map((e) => e.createdAt.getTime())),
    });
  }

  /** Retries `attempt` until it succeeds; rejects once the lead is lost or the relay stops. */
  async #persist<T>(session: Session, failed: string, attempt: () => Promise<T>): Promise<T> {
    const { source, logger } = this.options;
    for (let wait = RETRY_MS.first; ; wait = Math.min(wait * 2, RETRY_MS.longest)) {
      try {
        return await unlessLost(attempt(), session.lost);
      } catch (err) {
        session.lost.throwIfAborted();
        if (!this.#stopping.signal.aborted) logger.warn({ err, source }, failed);
        await delay(wait, undefined, { signal: AbortSignal.any([this.#stopping.signal, session.lost]) });
      }
    }
  }

  /** Resolves to true at a wake-up or stop, or to false at the nth poll in a row. */
  async #isWoken(nth: number): Promise<boolean> {
    if (this.#woken || this.#stopping.signal.aborted) return true;
    return this.#nap.for(retryDelay(nth, POLL_MS.first, POLL_MS.longest));
  }

  #wakeLeader() {
    this.#woken = true;
    this.#nap.end();
  }
}

/** Settles as `work`, or rejects as soon as the session is lost. */
function unlessLost<T>(work: Promise<T>, lost: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(lost.reason as Error);
    if (lost.aborted) giveUp();
    lost.addEventListener('abort', giveUp);
    work.then(resolve, reject).finally(() => lost.removeEventListener('abort', giveUp));
  });
}
