import { useLocation } from 'preact-iso';

type Values = Readonly<Record<string, string | undefined>>;

/** The address with some values of its query changed; an empty one leaves it. */
export function addressWith(path: string, query: Values, changes: Values): string {
  const given = Object.entries({ ...query, ...changes }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
  );
  return given.length > 0 ? `${path}?${new URLSearchParams(given).toString()}` : path;
}

/** The query of the page's address. `change` with `replace` is no step of its own for the browser's Back. */
export function useAddressQuery() {
  const { path, query, route } = useLocation();
  const to = (changes: Values) => addressWith(path, query, changes);
  return { query, to, change: (changes: Values, replace = false) => route(to(changes), replace) };
}
