import { useEffect, useState } from 'preact/hooks';

/** A value that is typed, once typing has paused for `ms`. */
export function useSettled<Value>(value: Value, ms = 250): Value {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(() => value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
