import { useQuery, useQueryClient } from '@tanstack/preact-query';
import { ArrowLeft, MessagesSquare } from 'lucide-preact';
import { Fault } from '../../parts/fault.js';
import { Loading } from '../../parts/loading.js';
import { When } from '../../parts/when.js';
import { useAccount } from '../account.js';
import { useLiveEvents } from '../live-events.js';
import { type Contact, EditContact, ContactTags } from './contact-edit.js';
import { ContactHistory } from './contact-history.js';
import { OptIn } from './opt-in.js';

export function ContactPage({ id, list }: { id: string; list: string }) {
  const { account, api } = useAccount();
  const queries = useQueryClient();
  const contact = useQuery({
    queryKey: [account.id, 'contact', id],
    queryFn: ({ signal }) => api.request('GET', '/v1/contacts/{id}', { path: { id }, signal }),
  });
  useLiveEvents(
    ({ data }) => {
      if (!('contactId' in data) || data.contactId !== id) return;
      void queries.invalidateQueries({ queryKey: [account.id, 'contact', id] });
      void queries.invalidateQueries({ queryKey: [account.id, 'contact-history', id] });
    },
    ['contact.updated', 'contact.opted_out'],
  );
  const back = (
    <a class="button quiet" href={list} aria-label="All contacts">
      <ArrowLeft size={18} aria-hidden="true" />
    </a>
  );
  if (!contact.data)
    return (
      <>
        <div class="row">
          {back}
          <h1>Contact</h1>
        </div>
        {contact.error ? <Fault error={contact.error} /> : <Loading label="Loading the contact" />}
      </>
    );
  const { name, phone, userId, source, createdAt } = contact.data;
  const person = phone ?? userId ?? '';
  return (
    <>
      <div class="row apart">
        <div class="row">
          {back}
          <h1>{name ?? person}</h1>
          <OptIn contact={contact.data} />
        </div>
        <a class="button" href={`/console/accounts/${account.id}/inbox?search=${encodeURIComponent(person)}`}>
          <MessagesSquare size={16} aria-hidden="true" /> Conversations
        </a>
      </div>
      <p class="soft">
        {person} · added <When at={createdAt} />, by {SOURCES[source]}
      </p>
      <div class="contact-page">
        <div class="stack">
          <ContactTags contact={contact.data} />
          <EditContact contact={contact.data} />
        </div>
        <ContactHistory id={id} />
      </div>
    </>
  );
}

const SOURCES = { api: 'the API', import: 'an import', inbound: 'a message' } as const satisfies Record<
  Contact['source'],
  string
>;
