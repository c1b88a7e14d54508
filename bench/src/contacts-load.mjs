// Runs as its own process, so that its CPU time is known. Queries or imports contacts over `connections` connections
// for `seconds`, and prints one line of JSON. `people` is how many contacts the filled account has.
import { measuredLoad } from './measured-load.mjs';
import { personOf } from './people.mjs';

const {
  kind,
  baseUrl,
  bearer,
  connections,
  seconds,
  people,
  ids,
  first = 0,
} = JSON.parse(process.env.BENCH_LOAD);
const ROWS = 500;

const anyOf = (list) => list[Math.floor(Math.random() * list.length)];
const anyone = () => personOf(Math.floor(Math.random() * people));

/** Typical search texts: parts of a person's data, and some that match nobody. */
const TYPED = [
  () => anyone().name,
  () => anyone().name.split(' ')[0].toLowerCase(),
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
const REQUESTS = {
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

const found = await measuredLoad({
  urls: [baseUrl],
  connections,
  seconds,
  headers: { authorization: `Bearer ${bearer}` },
  setupRequest: (blank) => {
    const request = REQUESTS[kind]();
    return { ...blank, ...request, path: `/api${request.path}` };
  },
});
console.log(
  JSON.stringify({ ...found, ...(kind === 'bulk' ? { rowsPerSecond: found.perSecond * ROWS } : {}) }),
);
