const TICK_MS = 10;

export type Scheduler = ReturnType<typeof openScheduler>;

/** Runs actions after a delay, rounded to ticks of 10 ms: a timer per action would cost more CPU than the actions. */
export function openScheduler() {
  const due = new Map<number, (() => void)[]>();
  let done = Math.floor(performance.now() / TICK_MS);
  let timer: NodeJS.Timeout | undefined;

  const run = () => {
    const now = Math.floor(performance.now() / TICK_MS);
    while (done < now) {
      const tick = done++;
      const actions = due.get(tick);
      if (actions === undefined) continue;
      due.delete(tick);
      actions.forEach((action) => action());
    }
    if (due.size === 0) stop();
  };

  const stop = () => {
    clearInterval(timer);
    timer = undefined;
  };

  return {
    in(delayMs: number, action: () => void) {
      const now = performance.now();
      if (timer === undefined) {
        done = Math.floor(now / TICK_MS);
        timer = setInterval(run, TICK_MS);
      }
      const tick = Math.max(done, Math.floor((now + delayMs) / TICK_MS));
      const actions = due.get(tick);
      if (actions === undefined) due.set(tick, [action]);
      else actions.push(action);
    },
    clear() {
      due.clear();
      stop();
    },
  };
}
