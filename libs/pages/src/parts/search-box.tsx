import type { InputHTMLAttributes } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useAddressQuery } from './address-query.js';

const TYPED_MS = 250;

type SearchBoxProps = Pick<InputHTMLAttributes, 'style' | 'spellcheck' | 'autocomplete'> & {
  readonly label: string;
  readonly placeholder?: string;
  /** Its name in the address's query. */
  readonly name?: string;
  /** Further changes of the address's query, made along with the search. */
  readonly along?: Readonly<Record<string, string>>;
};

/** A search field; its text goes into the address's query once typing has paused. */
export function SearchBox({ label, placeholder = label, name = 'search', along, ...more }: SearchBoxProps) {
  const { query, change } = useAddressQuery();
  const asked = query[name] ?? '';
  const [typed, setTyped] = useState(asked);
  useEffect(() => {
    if (typed.trim() !== asked) setTyped(asked);
  }, [asked]);
  useEffect(() => {
    const text = typed.trim();
    if (text === asked) return undefined;
    const timer = setTimeout(() => change({ [name]: text, ...along }, true), TYPED_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <input
      type="search"
      aria-label={label}
      placeholder={placeholder}
      maxLength={200}
      value={typed}
      onInput={({ currentTarget }) => setTyped(currentTarget.value)}
      {...more}
    />
  );
}
