/** A wait that can be ended early; one at a time. */
export class Pause {
  private over?: () => void;

  /** Resolves to whether {@link end} ended it, and not the time (ms). */
  for(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), ms);
      this.over = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  /** Without a wait it does nothing. */
  end(): void {
    this.over?.();
  }
}

/** Whether `done` is through in time (ms); throws what it does. */
export async function isDoneWithin(ms: number, done: Promise<unknown>): Promise<boolean> {
  const pause = new Pause();
  try {
    return await Promise.race([done.then(() => true), pause.for(ms)]);
  } finally {
    pause.end();
  }
}
