import type { Logger } from './logger.js';
import { retryDelay } from './retry-delay.js';

export type PeriodicOptions = {
  /** For log lines: "<component>: <what a run does>". */
  readonly name: string;
  readonly everyMs: number;
  /** For polls: the interval doubles while runs find nothing (resolve to false), up to this (ms). */
  readonly restMs?: number;
  /** `stopping` aborts at `stop`, so that long runs can end early. */
  readonly run: (stopping: AbortSignal) => Promise<unknown>;
  readonly logger: Logger;
};

/** Runs every `everyMs` and when woken, one run at a time. A failed run is logged and does not stop later runs. */
export class Periodic {
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private again = false;
  /** Consecutive runs that found nothing. */
  private idle = 0;

  constructor(private readonly options: PeriodicOptions) {}

  /** The first run comes after `everyMs`. */
  start(): void {
    if (!this.timer) this.arm();
  }

  /** Runs now, or once more after the run under way. */
  wake(): void {
    this.note(true);
    this.begin();
  }

  /** Starts no more runs and awaits the one under way. */
  async stop(): Promise<void> {
    this.stopping.abort();
    clearTimeout(this.timer);
    await this.running;
  }

  private arm(): void {
    const { everyMs, restMs = everyMs } = this.options;
    clearTimeout(this.timer);
    if (this.stopping.signal.aborted) return;
    this.timer = setTimeout(
      () => {
        this.arm();
        if (!this.running) this.begin();
      },
      retryDelay(Math.max(1, this.idle), everyMs, restMs),
    );
  }

  private begin(): void {
    if (this.stopping.signal.aborted) return;
    this.again = true;
    this.running ??= this.run().finally(() => {
      this.running = undefined;
      if (this.again) this.begin();
    });
  }

  private async run(): Promise<void> {
    const { name, everyMs, run, logger } = this.options;
    this.again = false;
    try {
      this.note((await run(this.stopping.signal)) !== false);
    } catch (err) {
      this.note(true);
      const next = this.stopping.signal.aborted
        ? 'this process stops'
        : `trying again within ${everyMs / 1000} s`;
      logger.warn({ err }, `${name} failed; ${next}`);
    }
  }

  private note(isBusy: boolean): void {
    const rested = this.idle > 1;
    this.idle = isBusy ? 0 : this.idle + 1;
    if (isBusy && rested && this.timer) this.arm();
  }
}
