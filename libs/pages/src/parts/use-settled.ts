import { useEffect, useState } from 'preact/hooks';

/** The value, once it has not changed for `ms`. */
export function useSettled<Value>(value: Value, ms = 250): Value {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(() => value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
