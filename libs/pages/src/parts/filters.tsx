import './filters.css';
import { useAddressQuery } from './address-query.js';

type FiltersProps = {
  readonly label: string;
  /** In the query of the address. */
  readonly name: string;
  /** By value; the empty one is for all. */
  readonly choices: Readonly<Record<string, string>>;
};

/** Links that show a part of a list. */
export function Filters({ label, name, choices }: FiltersProps) {
  const { query, to } = useAddressQuery();
  const chosen = query[name] ?? '';
  return (
    <nav class="filters" aria-label={label}>
      {Object.entries(choices).map(([value, text]) => (
        <a key={value} href={to({ [name]: value })} aria-current={value === chosen ? 'true' : undefined}>
          {text}
        </a>
      ))}
    </nav>
  );
}
