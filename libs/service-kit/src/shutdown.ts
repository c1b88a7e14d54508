import { AsyncLocalStorage } from 'node:async_hooks';
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

/** What a service has to do before its process may end. A step registered twice runs twice. */
export class Shutdown {
  private readonly steps = new Map<Phase, Step[]>();
  private running: Promise<void> | undefined;

  constructor(readonly logger: Logger) {}

  /** Adds a step; the steps of one phase run side by side. What it throws is logged and holds nothing up. */
  on(phase: Phase, name: string, run: () => unknown): void {
    // What it leaves unhandled is then laid to the service that added it.
    const step = { name, run: AsyncLocalStorage.bind(run) };
    this.steps.set(phase, [...(this.steps.get(phase) ?? []), step]);
  }

  /** Runs all phases once, however often it is called. */
  run(): Promise<void> {
    return (this.running ??= runPhases([this]));
  }

  /** Runs one phase, for as long as it may take. */
  async through(phase: Phase): Promise<void> {
    const left = new Set<string>();
    const work = Promise.all((this.steps.get(phase) ?? []).map((step) => this.runStep(step, left)));
    const late = new AbortController();
    const budgetMs = PHASES[phase];
    await Promise.race([work, delay(budgetMs, undefined, { signal: late.signal }).catch(() => undefined)]);
    late.abort();
    if (left.size)
      this.logger.warn({ phase, budgetMs, left: [...left] }, 'going on without waiting any longer');
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

/** Phase after phase, of all side by side: none closes what another may still need. */
async function runPhases(all: readonly Shutdown[]): Promise<void> {
  for (const phase of Object.keys(PHASES) as Phase[])
    await Promise.all(all.map((shutdown) => shutdown.through(phase)));
}

/** Runs all phases once `started` is through, then ends the process: with 0, or with 1 when 9.5 s were not enough. */
export async function endProcess(all: readonly Shutdown[], started: Promise<unknown>): Promise<never> {
  const hard = setTimeout(() => {
    for (const { logger } of all) logger.error('still not stopped after 9.5 s, ending hard');
    process.exit(1);
  }, HARD_EXIT_MS);
  await started;
  await runPhases(all);
  clearTimeout(hard);
  for (const { logger } of all) logger.info('stopped');
  process.exit(0);
}
