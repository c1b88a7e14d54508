import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from '../logger.js';
import { openSession, type Session } from './session.js';

const COALESCE_MS = 5;
const RECONNECT_MS = 500;

/**
 * Sends hints between the processes of one service, over LISTEN/NOTIFY on its own connection. A hint says "poll now"
 * and carries no data; it may get lost, so every listener also polls.
 */
export class WakeUp {
  readonly #listeners = new Map<string, (() => void)[]>();
  readonly #due = new Set<string>();
  readonly #stopping = new AbortController();
  #session: Session | undefined;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #flushedAt = 0;

  constructor(
    private readonly options: { readonly pool: Pool; readonly logger: Logger; readonly name: string },
  ) {}

  /** Connects in the background, and again after a loss; hints to send wait for the connection. */
  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    await this.#running;
  }

  /** Calls the listeners of every process, this one included; at most one NOTIFY per channel every 5 ms. */
  wake(channel: string): void {
    this.#due.add(channel);
    this.#schedule();
  }

  /**
   * Calls `listener` on each hint, and after each connect, since hints may have been missed. To be called before
   * `start`.
   */
  onWake(channel: string, listener: () => void): void {
    this.#listeners.set(channel, [...(this.#listeners.get(channel) ?? []), listener]);
  }

  #schedule() {
    if (this.#timer || !this.#session) return;
    this.#timer = setTimeout(() => this.#flush(), Math.max(0, this.#flushedAt + COALESCE_MS - Date.now()));
  }

  #flush() {
    this.#timer = undefined;
    this.#flushedAt = Date.now();
    if (this.#due.size === 0 || !this.#session) return;
    const channels = [...this.#due];
    this.#due.clear();
    this.#session
      .query("select pg_notify(channel, '') from unnest($1::text[]) channel", [channels], 'wake')
      .catch((err: unknown) =>
        this.options.logger.warn(
          { err, channels },
          'wake-ups: not sent; listeners see the change at their next poll',
        ),
      );
  }

  async #run() {
    const { pool, logger, name } = this.options;
    while (!this.#stopping.signal.aborted) {
      let session: Session | undefined;
      try {
        session = await openSession(pool, { name, heartbeatMs: 5_000 });
        session.onNotification(({ channel }) => this.#hint(channel));
        for (const channel of this.#listeners.keys()) await session.query(`listen "${channel}"`);
        this.#session = session;
        for (const channel of this.#listeners.keys()) this.#hint(channel);
        this.#schedule();
        await aborted(session.lost, this.#stopping.signal);
        if (session.lost.aborted) throw session.lost.reason;
      } catch (err) {
        logger.warn({ err }, 'wake-ups: the connection to Postgres failed; connecting again');
        await delay(RECONNECT_MS, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      } finally {
        this.#session = undefined;
        await session?.close();
      }
    }
  }

  #hint(channel: string) {
    for (const listener of this.#listeners.get(channel) ?? []) listener();
  }
}

const aborted = (...signals: AbortSignal[]) =>
  new Promise<void>((resolve) => {
    const any = AbortSignal.any(signals);
    if (any.aborted) resolve();
    any.addEventListener('abort', () => resolve(), { once: true });
  });
