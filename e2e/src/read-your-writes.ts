import type { ContactView } from '@wbiz/contracts/contact';
import type { TagView } from '@wbiz/contracts/tag';
import { randomUUID } from 'node:crypto';
import { ok, type Client } from './api-client.js';

type Listed<Item> = { data: Item[] };
type Stale = { readonly what: string; readonly seen: unknown; readonly wanted: unknown };
const AT_ONCE = 12;

/**
 * Runs random sequences of writes of contacts and tags; after each write, reads at once what was written. Resolves to the
 * reads that did not show the write before them.
 */
export async function readYourWrites(api: Client, sequences: number): Promise<Stale[]> {
  const stale: Stale[] = [];
  const want = (what: string, seen: unknown, wanted: unknown) => {
    if (JSON.stringify(seen) !== JSON.stringify(wanted)) stale.push({ what, seen, wanted });
  };
  const idsOf = async (query: string) =>
    ok(await api.get<Listed<ContactView>>(`/v1/contacts?${query}`)).data.map(({ id }) => id);
  const run = Math.floor(Math.random() * 9_000) + 1_000;

  const sequence = async (index: number) => {
    const phone = `+9188${run}${String(index).padStart(4, '0')}`;
    const [tag, name] = [`tag-${randomUUID()}`, `Person ${randomUUID()}`];
    const { id } = ok(await api.post<ContactView>('/v1/contacts', { phone, name, tags: [tag] }));
    const write = async (change: object) => ok(await api.request('PATCH', `/v1/contacts/${id}`, change));
    const get = async () => ok(await api.get<ContactView>(`/v1/contacts/${id}`));
    const count = async () =>
      ok(await api.get<Listed<TagView>>('/v1/tags?limit=200')).data.find((one) => one.name === tag)
        ?.contactCount;
    const steps = [
      async () => want('get', (await get()).name, name),
      async () => want('list', (await idsOf('limit=200')).includes(id), true),
      async () => want('search by name', await idsOf(`search=${encodeURIComponent(name.slice(3))}`), [id]),
      async () => want('search by number', await idsOf(`search=${phone.slice(3)}`), [id]),
      async () => want('by tag', await idsOf(`tag=${tag}`), [id]),
      async () => want('count', await count(), 1),
      async () => {
        await write({ tags: [] });
        want('by a tag taken away', await idsOf(`tag=${tag}`), []);
        want('count of a tag taken away', await count(), 0);
        await write({ tags: [tag] });
      },
      async () => {
        await write({ email: `${id}@example.com`, optedIn: true });
        want('search by a new address', await idsOf(`search=${id}@example&optedIn=true`), [id]);
      },
    ];
    for (let taken = 0; taken < 3; taken += 1) await steps[Math.floor(Math.random() * steps.length)]!();
    ok(await api.request('DELETE', `/v1/tags/${tag}`));
    want('a deleted tag', (await get()).tags, []);
  };

  let next = 0;
  const worker = async () => {
    while (next < sequences) await sequence((next += 1));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return stale;
}
