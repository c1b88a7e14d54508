import './filters.css';
import { useAddressQuery } from './address-query.js';

type FiltersProps = {
  readonly label: string;
  /** Its name in the address's query. */
  readonly name: string;
  /** Labels by value; the empty value means all. */
  readonly choices: Readonly<Record<string, string>>;
};

/** Links that filter a list. */
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
