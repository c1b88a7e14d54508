/** Resolves after `ms`, or as soon as one of the signals aborts. */
export function pause(ms: number, signals: readonly AbortSignal[]): Promise<void> {
  const done = AbortSignal.any([...signals]);
  if (done.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      done.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    done.addEventListener('abort', finish);
  });
}
