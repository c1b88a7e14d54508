import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/preact-query';
import type { Schemas } from '@wbiz/sdk/operations';
import { FileUp, Plus } from 'lucide-preact';
import { useState } from 'preact/hooks';
import { useAddressQuery } from '../../parts/address-query.js';
import { allOf } from '../../parts/all-of.js';
import { Fault } from '../../parts/fault.js';
import { Loading } from '../../parts/loading.js';
import { SearchBox } from '../../parts/search-box.js';
import { useDelay } from '../../parts/use-delay.js';
import { When } from '../../parts/when.js';
import { useAccount } from '../account.js';
import { useLiveEvents } from '../live-events.js';
import { CustomFieldsDialog } from './custom-fields.js';
import { NewContact } from './new-contact.js';
import { OptIn } from './opt-in.js';
import { TagsDialog } from './tags.js';

const PAGE = 50;
/** Shortest time between two refetches while contacts change; refetches only while few pages are loaded. */
const FOLLOWED_MS = 2_000;
const FOLLOWED_PAGES = 3;

export function ContactList({ base }: { base: string }) {
  const { account, api } = useAccount();
  const { query, change } = useAddressQuery();
  const queries = useQueryClient();
  const [dialog, open] = useState<'new' | 'tags' | 'fields'>();
  const search = query['search']?.trim() || undefined;
  const tag = query['tag'] || undefined;
  const optedIn = query['optedIn'] === 'true' ? true : query['optedIn'] === 'false' ? false : undefined;
  const tags = useQuery({
    queryKey: [account.id, 'tags'],
    queryFn: () => allOf(api.list('/v1/tags')),
    staleTime: 30_000,
  });
  const queryKey = [account.id, 'contacts', { search, tag, optedIn }];
  const contacts = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) =>
      api.request('GET', '/v1/contacts', {
        query: { limit: PAGE, cursor: pageParam, search, ...(tag && { tag: [tag] }), optedIn },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchOnWindowFocus: false,
  });
  const later = useDelay(FOLLOWED_MS);
  useLiveEvents(
    () =>
      later(() => {
        if ((contacts.data?.pages.length ?? 0) <= FOLLOWED_PAGES)
          void queries.invalidateQueries({ queryKey });
      }),
    ['contact.created', 'contact.updated', 'contact.opted_out'],
  );

  const rows = contacts.data?.pages.flatMap(({ data }) => data) ?? [];
  const isFiltered = (search ?? tag ?? optedIn) !== undefined;
  return (
    <>
      <div class="row apart">
        <h1>Contacts</h1>
        <div class="row">
          <button type="button" onClick={() => open('tags')}>
            Tags
          </button>
          <button type="button" onClick={() => open('fields')}>
            Custom fields
          </button>
          <a class="button" href={`${base}/import`}>
            <FileUp size={16} aria-hidden="true" /> Import CSV
          </a>
          <button type="button" class="primary" onClick={() => open('new')}>
            <Plus size={16} aria-hidden="true" /> New contact
          </button>
        </div>
      </div>
      <div class="contact-filters" role="search">
        <SearchBox label="Search by name, number or e-mail" placeholder="Name, number or e-mail" />
        <select
          aria-label="Tag"
          value={tag ?? ''}
          onChange={({ currentTarget }) => change({ tag: currentTarget.value }, true)}
        >
          <option value="">Any tag</option>
          {tag && !tags.data?.some(({ name }) => name === tag) && <option value={tag}>{tag}</option>}
          {tags.data?.map(({ name, contactCount }) => (
            <option key={name} value={name}>
              {name} ({contactCount})
            </option>
          ))}
        </select>
        <select
          aria-label="Opt-in"
          value={optedIn?.toString() ?? ''}
          onChange={({ currentTarget }) => change({ optedIn: currentTarget.value }, true)}
        >
          <option value="">Opted in or not</option>
          <option value="true">Opted in</option>
          <option value="false">Not opted in</option>
        </select>
      </div>
      <Fault error={contacts.error ?? tags.error} />
      {contacts.isPending && <Loading label="Loading contacts" />}
      {contacts.isSuccess && rows.length === 0 && (
        <div class="empty card">
          <p>{isFiltered ? 'No contact matches.' : 'There are no contacts yet.'}</p>
          {!isFiltered && (
            <p>Whoever writes to you is added by itself; or create a contact, or import a CSV file.</p>
          )}
        </div>
      )}
      {rows.length > 0 && (
        <>
          <ContactTable contacts={rows} base={base} />
          {contacts.hasNextPage && (
            <div class="row">
              <button
                type="button"
                disabled={contacts.isFetchingNextPage}
                onClick={() => void contacts.fetchNextPage()}
              >
                {contacts.isFetchingNextPage ? 'Loading…' : 'Show more'}
              </button>
              <span class="soft">{rows.length} shown</span>
            </div>
          )}
        </>
      )}
      {dialog === 'new' && <NewContact base={base} onClose={() => open(undefined)} />}
      {dialog === 'tags' && <TagsDialog onClose={() => open(undefined)} />}
      {dialog === 'fields' && <CustomFieldsDialog onClose={() => open(undefined)} />}
    </>
  );
}

function ContactTable({ contacts, base }: { contacts: readonly Schemas['ContactView'][]; base: string }) {
  return (
    <div class="table" tabIndex={0} role="region" aria-label="Contacts">
      <table class="contacts">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Phone</th>
            <th scope="col">Opt-in</th>
            <th scope="col" class="wide-only">
              Tags
            </th>
            <th scope="col" class="wide-only">
              Added
            </th>
          </tr>
        </thead>
        <tbody>
          {contacts.map((contact) => (
            <tr key={contact.id}>
              <td>
                <a href={`${base}/${contact.id}`}>{contact.name ?? contact.phone ?? contact.userId}</a>
              </td>
              <td class="phone">{contact.phone ?? <span class="soft">none</span>}</td>
              <td>
                <OptIn contact={contact} />
              </td>
              <td class="wide-only">
                <span class="row tag-row">
                  {contact.tags.slice(0, 4).map((name) => (
                    <span key={name} class="badge">
                      {name}
                    </span>
                  ))}
                  {contact.tags.length > 4 && <span class="soft">+{contact.tags.length - 4}</span>}
                </span>
              </td>
              <td class="wide-only soft">
                <When at={contact.createdAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
