/** A wait that can be ended early; at most one wait at a time. */
export class Pause {
  private over?: () => void;

  /** Resolves to true if {@link end} ended it, false after `ms`. */
  for(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), ms);
      this.over = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  /** Ends the wait under way, if any. */
  end(): void {
    this.over?.();
  }
}

/** Whether `done` resolves within `ms`; rejects if `done` rejects within `ms`. */
export async function isDoneWithin(ms: number, done: Promise<unknown>): Promise<boolean> {
  const pause = new Pause();
  try {
    return await Promise.race([done.then(() => true), pause.for(ms)]);
  } finally {
    pause.end();
  }
}
