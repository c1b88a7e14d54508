import type { Logger } from './logger.js';

export type PeriodicOptions = {
  /** For the log: "<component>: <what a run does>". */
  readonly name: string;
  readonly everyMs: number;
  /** `stopping` is for a run that takes long. */
  readonly run: (stopping: AbortSignal) => Promise<unknown>;
  readonly logger: Logger;
};

/** Runs every so often and when woken, one run at a time. A failed run is logged; the next one comes all the same. */
export class Periodic {
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private again = false;

  constructor(private readonly options: PeriodicOptions) {}

  /** The first run comes after `everyMs`. */
  start(): void {
    this.timer ??= setInterval(() => {
      if (!this.running) this.wake();
    }, this.options.everyMs);
  }

  /** Runs now; while a run is under way, once more after it. */
  wake(): void {
    if (this.stopping.signal.aborted) return;
    this.again = true;
    this.running ??= this.run().finally(() => {
      this.running = undefined;
      if (this.again) this.wake();
    });
  }

  /** Begins no run any more and awaits the one under way. */
  async stop(): Promise<void> {
    this.stopping.abort();
    clearInterval(this.timer);
    await this.running;
  }

  private async run(): Promise<void> {
    const { name, everyMs, run, logger } = this.options;
    this.again = false;
    try {
      await run(this.stopping.signal);
    } catch (err) {
      logger.warn({ err }, `${name} failed; trying again in ${everyMs / 1000} s`);
    }
  }
}
