import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from './logging.js';

/**
 * The phases of a stop, and the limit of each (ms). Nothing is closed that an earlier phase still needs: HTTP requests
 * in flight wait for replies; batches under way are finished and committed; calls under way end; committed events are
 * published; connections close last. All phases together take less than the 10 s promised to operators.
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

/** The steps of an orderly stop. A step added twice runs twice. */
export class Shutdown {
  private readonly steps = new Map<Phase, Step[]>();
  private running: Promise<void> | undefined;

  constructor(readonly logger: Logger) {}

  /** Adds a step; the steps of one phase run side by side. An error is logged and delays nothing. */
  on(phase: Phase, name: string, run: () => unknown): void {
    // Bound to the service that adds it, whose logger gets the step's unhandled errors.
    const step = { name, run: AsyncLocalStorage.bind(run) };
    this.steps.set(phase, [...(this.steps.get(phase) ?? []), step]);
  }

  /** Runs all phases once, however often it is called. */
  run(): Promise<void> {
    return (this.running ??= runPhases([this]));
  }

  /** Runs one phase, up to its limit. */
  async through(phase: Phase): Promise<void> {
    const left = new Set<string>();
    const work = Promise.all((this.steps.get(phase) ?? []).map((step) => this.runStep(phase, step, left)));
    const late = new AbortController();
    const budgetMs = PHASES[phase];
    await Promise.race([work, delay(budgetMs, undefined, { signal: late.signal }).catch(() => undefined)]);
    late.abort();
    if (left.size)
      this.logger.warn(
        { phase, budgetMs, left: [...left] },
        'shutdown: steps not done within their phase; going on without them',
      );
  }

  private async runStep(phase: Phase, { name, run }: Step, left: Set<string>): Promise<void> {
    left.add(name);
    try {
      await run();
    } catch (err) {
      this.logger.warn({ err, phase, step: name }, 'shutdown: a step failed; going on with the others');
    }
    left.delete(name);
  }
}

/** Runs phase after phase, each for all services at once: none closes what another still needs. */
async function runPhases(all: readonly Shutdown[]): Promise<void> {
  for (const phase of Object.keys(PHASES) as Phase[])
    await Promise.all(all.map((shutdown) => shutdown.through(phase)));
}

/** Runs all phases once `started` settles, then exits: with 0, or with 1 if that takes more than 9.5 s. */
export async function endProcess(all: readonly Shutdown[], started: Promise<unknown>): Promise<never> {
  const hard = setTimeout(() => {
    for (const { logger } of all)
      logger.error({ limitMs: HARD_EXIT_MS }, 'shutdown: not over within limitMs; exiting with 1');
    process.exit(1);
  }, HARD_EXIT_MS);
  await started;
  await runPhases(all);
  clearTimeout(hard);
  for (const { logger } of all) logger.info('shutdown: over; exiting with 0');
  process.exit(0);
}
