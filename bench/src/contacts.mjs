import { fillContacts, TAGS } from './fill-contacts.mjs';

const LOAD = 'bench/src/contacts-load.mjs';
const CONNECTIONS = { bulk: 4, get: 64, list: 1, search: 1 };
const WARMING_S = 8;

/** Measures rates and times of imports, and of reads of an account with `people` contacts among 100 accounts. */
export async function benchContacts({ ours, ask, apiKey, people, seconds, step }) {
  const { contactIdOf } = await import('@wbiz/contracts/conversation');
  const { searchTextOf } = await import('@wbiz/contracts/text/search-text');
  const { RpcClient } = await import('@wbiz/eventing/rpc/rpc-client');
  const api = (method, path, body) => ask(method, `${ours.baseUrl}${path}`, { body, bearer: apiKey });
  const load = (kind, more = {}) => {
    const job = {
      kind,
      baseUrl: new URL(ours.baseUrl).origin,
      bearer: apiKey,
      connections: CONNECTIONS[kind],
    };
    return ours.script(`contacts-${kind}`, LOAD, {
      BENCH_LOAD: JSON.stringify({ ...job, seconds, people, ...more }),
    });
  };
  await step('Contacts: warming up', () => load('bulk', { first: 5_000_000, seconds: WARMING_S }));
  const bulk = await step('Contacts: bulk import', () => load('bulk', { first: 6_000_000 }));

  const { account } = await api('GET', '/v1/me');
  const { id: model } = await api('POST', '/v1/contacts', {
    phone: '+919000000001',
    name: 'Model',
    tags: TAGS,
    customFields: { city: 'Pune' },
    optedIn: true,
  });
  const ids = await step(`Contacts: filling in ${people.toLocaleString('en')}`, () =>
    fillContacts({
      databaseUrl: ours.secretsOf('contacts').DATABASE_URL,
      accountId: account.id,
      model,
      people,
      idOf: contactIdOf,
      searchTextOf,
    }),
  );
  const reads = {};
  for (const kind of ['get', 'list', 'search']) {
    await load(kind, { ids, seconds: WARMING_S });
    reads[kind] = await step(`Contacts: ${kind}`, () => load(kind, { ids }));
  }
  const owner = await step('Contacts: get, of the owner', () =>
    askOwner(
      new RpcClient(`127.0.0.1:${ours.system.ports.contacts.RPC_PORT}`, {
        secret: Buffer.from(ours.secretsOf('contacts').RPC_SECRET, 'base64'),
      }),
      account.id,
      ids,
      seconds,
    ),
  );
  return { people, connections: CONNECTIONS, bulk, ...reads, owner };
}

const IN_FLIGHT = 128;

/** Measures the contacts service alone, over RPC, without the gateway. */
async function askOwner(rpc, accountId, ids, seconds) {
  let count = 0;
  const began = performance.now();
  const until = began + seconds * 1_000;
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      while (performance.now() < until) {
        const id = ids[Math.floor(Math.random() * ids.length)];
        const found = await rpc.request('contact.get', { accountId, id });
        if (found?.id !== id)
          throw new Error(`contact.get of ${id} was answered with ${JSON.stringify(found)}`);
        count += 1;
      }
    }),
  );
  const lastedMs = performance.now() - began;
  rpc.close();
  return { perSecond: (count / lastedMs) * 1_000, statuses: {}, errors: 0 };
}
