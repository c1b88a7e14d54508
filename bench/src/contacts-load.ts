// Queries or imports contacts over `connections` connections for `seconds`, and prints the result as one line of JSON. Runs
// as a process of its own, so that the load's CPU time is known.
import type { Request } from 'autocannon';
import { jobOf, tellFound, type Jobs } from './jobs.ts';
import { measuredLoad } from './measured-load.ts';
import { personOf } from './people.ts';

const { kind, baseUrl, bearer, connections, seconds, people, ids = [], first = 0 } = jobOf('contacts-load');
const ROWS = 500;

const anyOf = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)]!;
const anyone = () => personOf(Math.floor(Math.random() * people));

/** Typical search texts: parts of a person's data, and some that match nobody. */
const TYPED = [
  () => anyone().name,
  () => anyone().name.replace(/ .*/, '').toLowerCase(),
  () => anyone().name.slice(2, 9),
  () => anyone().phone,
  () => anyone().phone.slice(-6),
  () => anyone().email,
  () => anyone().email.slice(0, 9),
  () => 'Nobody At All',
  () => 'qz',
];
const LISTED = [
  '',
  'limit=200',
  'tag=customer',
  'tag=rare',
  'tag=customer&tag=lead',
  'tag=customer&tag=rare',
  'optedIn=true',
  'optedIn=false',
  'tag=customer&optedIn=true',
  'tag=lead&optedIn=false',
  'updatedSince=2026-01-01T05:00:00Z',
];

let next = first;
const REQUESTS: Record<Jobs['contacts-load']['kind'], () => Request & { path: string }> = {
  get: () => ({ path: `/v1/contacts/${anyOf(ids)}` }),
  list: () => ({ path: `/v1/contacts?${anyOf(LISTED)}` }),
  search: () => ({ path: `/v1/contacts?${new URLSearchParams({ search: anyOf(TYPED)() })}` }),
  bulk: () => {
    const contacts = Array.from({ length: ROWS }, () => {
      const { phone, name, email } = personOf((next += 1));
      return {
        phone: phone.replace('+91', '+92'),
        name,
        email,
        tags: ['customer'],
        customFields: { city: 'Pune' },
      };
    });
    const body = JSON.stringify({ contacts, defaultTags: ['imported'], defaultOptedIn: true });
    return { method: 'POST', path: '/v1/contacts/bulk', body };
  },
};

const headers = { 'content-type': 'application/json', authorization: `Bearer ${bearer}` };
const found = await measuredLoad({
  urls: [baseUrl],
  connections,
  seconds,
  requestOf: () => {
    const request = REQUESTS[kind]();
    return { headers, ...request, path: `/api${request.path}` };
  },
});
tellFound('contacts-load', {
  ...found,
  ...(kind === 'bulk' && { rowsPerSecond: found.perSecond * ROWS }),
});
