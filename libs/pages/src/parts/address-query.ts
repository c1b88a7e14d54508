import { useLocation } from 'preact-iso';

type Values = Readonly<Record<string, string | undefined>>;

/** The path with a changed query; an empty value is removed. */
function addressWith(path: string, query: Values, changes: Values): string {
  const given = Object.entries({ ...query, ...changes }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
  );
  return given.length > 0 ? `${path}?${new URLSearchParams(given).toString()}` : path;
}

/**
 * The query of the page's address, and links and functions that change it. With `replace` a change adds no history
 * entry.
 */
export function useAddressQuery() {
  const { path, query, route } = useLocation();
  const to = (changes: Values) => addressWith(path, query, changes);
  return { query, to, change: (changes: Values, replace = false) => route(to(changes), replace) };
}
