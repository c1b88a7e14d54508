import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from './logging.js';

/**
 * The order in which a process ends, and how long each part may take (ms): nothing is closed that a part before it
 * still needs. HTTP requests in flight wait for replies; batches in hand commit; calls under way end; what was
 * committed goes out; connections close last. All of it within the 10 s that an operator is promised.
 */
const PHASES = {
  http: 2_500,
  consumers: 4_000,
  work: 1_000,
  relay: 800,
  producers: 400,
  pools: 400,
} as const;
const HARD_EXIT_MS = 9_500;

export type Phase = keyof typeof PHASES;
type Step = { readonly name: string; readonly run: () => unknown };

/** What has to be done before the process may end. A step registered twice runs twice. */
export class Shutdown {
  private readonly steps = new Map<Phase, Step[]>();
  private running: Promise<void> | undefined;

  constructor(private readonly logger: Logger) {}

  /** Adds a step; the steps of one phase run side by side. What it throws is logged and holds nothing up. */
  on(phase: Phase, name: string, run: () => unknown): void {
    this.steps.set(phase, [...(this.steps.get(phase) ?? []), { name, run }]);
  }

  /** Runs all phases once, however often it is called. */
  run(): Promise<void> {
    return (this.running ??= this.runAll());
  }

  /** As {@link run} once `started` is through, then ends the process: with 0, or with 1 when 9.5 s were not enough. */
  async exit(started: Promise<unknown>): Promise<never> {
    const hard = setTimeout(() => {
      this.logger.error('still not stopped after 9.5 s, ending hard');
      process.exit(1);
    }, HARD_EXIT_MS);
    await started;
    await this.run();
    clearTimeout(hard);
    this.logger.info('stopped');
    process.exit(0);
  }

  private async runAll(): Promise<void> {
    for (const [phase, budget] of Object.entries(PHASES) as [Phase, number][]) {
      const left = new Set<string>();
      const work = Promise.all((this.steps.get(phase) ?? []).map((step) => this.runStep(step, left)));
      const late = new AbortController();
      await Promise.race([work, delay(budget, undefined, { signal: late.signal }).catch(() => undefined)]);
      late.abort();
      if (left.size)
        this.logger.warn({ phase, budgetMs: budget, left: [...left] }, 'going on without waiting any longer');
    }
  }

  private async runStep({ name, run }: Step, left: Set<string>): Promise<void> {
    left.add(name);
    try {
      await run();
    } catch (err) {
      this.logger.warn({ err, step: name }, 'could not be stopped in order');
    }
    left.delete(name);
  }
}
