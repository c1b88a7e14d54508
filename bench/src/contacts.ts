import type { ContactView } from '@wbiz/contracts/contact';
import type { MeView } from '@wbiz/contracts/account';
import type { RpcClient } from '@wbiz/eventing/rpc/rpc-client';
import type { Loaded } from './answers.ts';
import { apiOf } from './ask.ts';
import { fillContacts, TAGS } from './fill-contacts.ts';
import type { Installation } from './installation.ts';
import type { Found, Jobs, ReadKind } from './jobs.ts';
// @boundaries-ignore the bench tells its steps as npm start does
import { step } from '../../scripts/say.mjs';

const CONNECTIONS = { bulk: 4, get: 64, list: 1, search: 1 };
const WARMING_S = 8;
const IN_FLIGHT = 128;

type OwnerFigures = Pick<Loaded, 'perSecond' | 'statuses' | 'errors'>;
export type ContactFigures = Readonly<Record<ReadKind, Loaded>> & {
  readonly people: number;
  readonly connections: typeof CONNECTIONS;
  readonly bulk: Found['contacts-load'];
  readonly owner: OwnerFigures;
};

/** Measures imports and reads of contacts. The account that is read has `people` contacts; 99 other accounts have some too. */
export async function benchContacts({
  ours,
  apiKey,
  people,
  seconds,
}: {
  readonly ours: Installation;
  readonly apiKey: string;
  readonly people: number;
  readonly seconds: number;
}): Promise<ContactFigures> {
  const api = apiOf(ours.baseUrl, apiKey);
  const baseUrl = new URL(ours.baseUrl).origin;
  const load = (kind: Jobs['contacts-load']['kind'], more: Partial<Jobs['contacts-load']> = {}) =>
    ours.script('contacts-load', {
      ...{ kind, baseUrl, bearer: apiKey, connections: CONNECTIONS[kind], seconds, people },
      ...more,
    });
  await step('Contacts: warming up', () => load('bulk', { first: 5_000_000, seconds: WARMING_S }));
  const bulk = await step('Contacts: bulk import', () => load('bulk', { first: 6_000_000 }));

  const { account } = await api<MeView>('GET', '/v1/me');
  const { id: model } = await api<ContactView>('POST', '/v1/contacts', {
    phone: '+919000000001',
    name: 'Model',
    tags: TAGS,
    customFields: { city: 'Pune' },
    optedIn: true,
  });
  const databaseUrl = ours.secretOf('contacts', 'DATABASE_URL');
  const ids = await step(`Contacts: filling in ${people.toLocaleString('en')}`, () =>
    fillContacts({ databaseUrl, accountId: account.id, model, people }),
  );
  const read = async (kind: ReadKind) => {
    await load(kind, { ids, seconds: WARMING_S });
    return step(`Contacts: ${kind}`, () => load(kind, { ids }));
  };
  const [get, list, search] = [await read('get'), await read('list'), await read('search')];
  const owner = await step('Contacts: get, of the owner', async () =>
    askOwner(await ownerOf(ours), account.id, ids, seconds),
  );
  return { people, connections: CONNECTIONS, bulk, get, list, search, owner };
}

/** A connection to the contacts service, which bypasses the gateway. */
async function ownerOf({ portOf, secretOf }: Installation): Promise<RpcClient> {
  const { RpcClient } = await import('@wbiz/eventing/rpc/rpc-client'); // imported here, since the bench builds this package first
  const secret = Buffer.from(secretOf('contacts', 'RPC_SECRET'), 'base64');
  return new RpcClient(`127.0.0.1:${portOf('contacts', 'RPC_PORT')}`, { secret });
}

/** Measures reads of single contacts by id over RPC. */
async function askOwner(
  rpc: RpcClient,
  accountId: string,
  ids: readonly string[],
  seconds: number,
): Promise<OwnerFigures> {
  let count = 0;
  const began = performance.now();
  const until = began + seconds * 1_000;
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      while (performance.now() < until) {
        const id = ids[Math.floor(Math.random() * ids.length)];
        const found = await rpc.request<Partial<ContactView> | undefined>('contact.get', { accountId, id });
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
