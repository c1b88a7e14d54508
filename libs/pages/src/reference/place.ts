import type { Api, Area, Operation } from './open-api.js';

const PAGES = { '': 'overview', events: 'events', kafka: 'kafka', errors: 'errors' } as const;

/** What a path below /docs shows. */
export type Place =
  | { readonly page: (typeof PAGES)[keyof typeof PAGES] | 'missing' }
  | { readonly page: 'area'; readonly area: Area }
  | { readonly page: 'operation'; readonly area: Area; readonly operation: Operation };

export function placeOf(path: string, { areas }: Api): Place {
  const [first = '', second, ...more] = path.replace(/^\/docs\/?/, '').split('/');
  if (more.length > 0) return { page: 'missing' };
  if (second === undefined && Object.hasOwn(PAGES, first))
    return { page: PAGES[first as keyof typeof PAGES] };
  const area = areas.find(({ slug }) => slug === first);
  if (!area) return { page: 'missing' };
  if (second === undefined) return { page: 'area', area };
  const operation = area.operations.find(({ id }) => id === second);
  return operation ? { page: 'operation', area, operation } : { page: 'missing' };
}

export const pathOf = ({ area, id }: Pick<Operation, 'area' | 'id'>) => `/docs/${area}/${id}`;

const TITLES: Readonly<Record<Exclude<Place['page'], 'area' | 'operation'>, string>> = {
  overview: 'Overview',
  events: 'Events',
  kafka: 'Events on Kafka',
  errors: 'Errors',
  missing: 'Not found',
};
/** The heading of a page, with which the document's title begins. */
export function titleOf(place: Place): string {
  if (place.page === 'area') return place.area.name;
  return place.page === 'operation' ? place.operation.summary : TITLES[place.page];
}
