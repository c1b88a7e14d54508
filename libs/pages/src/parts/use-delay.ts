import { useEffect, useRef } from 'preact/hooks';

/** Returns a function that runs what it is given after `ms`; calls before then are dropped. Unmounting stops the timer. */
export function useDelay(ms: number): (run: () => void) => void {
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => () => clearTimeout(timer.current), []);
  return (run) => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      run();
    }, ms);
  };
}
