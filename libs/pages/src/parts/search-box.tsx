import { useEffect, useState } from 'preact/hooks';
import { useAddressQuery } from './address-query.js';

const TYPED_MS = 250;

/** A search box that updates the address once typing has paused. */
export function SearchBox({ label, name = 'search' }: { label: string; name?: string }) {
  const { query, change } = useAddressQuery();
  const asked = query[name] ?? '';
  const [typed, setTyped] = useState(asked);
  useEffect(() => setTyped(asked), [asked]);
  useEffect(() => {
    if (typed === asked) return undefined;
    const timer = setTimeout(() => change({ [name]: typed }, true), TYPED_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <input
      type="search"
      aria-label={label}
      placeholder={label}
      value={typed}
      style={{ maxWidth: '320px' }}
      onInput={(event) => setTyped(event.currentTarget.value)}
    />
  );
}
