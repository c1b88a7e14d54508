import { useEffect, useRef, useState } from 'preact/hooks';

const TYPED_MS = 250;

type TypedSearchProps = {
  readonly label: string;
  readonly placeholder: string;
  readonly search: string | undefined;
  readonly onSearch: (text?: string) => void;
};

/** A search field that asks once typing has paused; undefined where nothing is left of the text. */
export function TypedSearch({ label, placeholder, search, onSearch }: TypedSearchProps) {
  const [text, setText] = useState(search ?? '');
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <input
      type="search"
      aria-label={label}
      placeholder={placeholder}
      maxLength={200}
      value={text}
      onInput={({ currentTarget: { value } }) => {
        setText(value);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => onSearch(value.trim() || undefined), TYPED_MS);
      }}
    />
  );
}
