import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/preact-query';
import { LIMITS } from '@wbiz/contracts/limits';
import type { Schemas } from '@wbiz/sdk/operations';
import { ArrowLeft, MessagesSquare, Plus, X } from 'lucide-preact';
import { useState } from 'preact/hooks';
import { allOf } from '../../parts/all-of.js';
import { announce } from '../../parts/announce.js';
import { Fault } from '../../parts/fault.js';
import { faultOf } from '../../parts/fault-of.js';
import { Field } from '../../parts/field.js';
import { useAction } from '../../parts/use-action.js';
import { When } from '../../parts/when.js';
import { useAccount } from '../account.js';
import { useLiveEvents } from '../live-events.js';
import { changedValues, CustomValues, shownValues, type Values } from './contact-fields.js';
import { OptIn } from './opt-in.js';

type Contact = Schemas['ContactView'];
type Change = Schemas['ContactChange'];

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
        {contact.error ? (
          <Fault error={contact.error} />
        ) : (
          <span class="loading" role="progressbar" aria-label="Loading the contact" />
        )}
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
        {person} · on file since <When at={createdAt} />, by {SOURCES[source]}
      </p>
      <div class="contact-page">
        <div class="stack">
          <Tags contact={contact.data} />
          <Edit contact={contact.data} />
        </div>
        <History id={id} />
      </div>
    </>
  );
}

const SOURCES = { api: 'the API', import: 'an import', inbound: 'a message' } as const satisfies Record<
  Contact['source'],
  string
>;

/** Saves a change and shows the result. */
function useUpdate(id: string) {
  const { account, api } = useAccount();
  const queries = useQueryClient();
  return useAction({
    mutationFn: (body: Schemas['UpdateContact']) =>
      api.request('PATCH', '/v1/contacts/{id}', { path: { id }, body }),
    onSuccess: (contact, { tags }) => {
      queries.setQueryData([account.id, 'contact', id], contact);
      if (tags) void queries.invalidateQueries({ queryKey: [account.id, 'tags'] });
      void queries.invalidateQueries({ queryKey: [account.id, 'contact-history', id] });
      void queries.invalidateQueries({ queryKey: [account.id, 'contacts'] });
    },
  });
}

function Tags({ contact: { id, tags } }: { contact: Contact }) {
  const { account, api } = useAccount();
  const [name, setName] = useState('');
  const update = useUpdate(id);
  const known = useQuery({
    queryKey: [account.id, 'tags'],
    queryFn: () => allOf(api.list('/v1/tags')),
    staleTime: 30_000,
  });
  return (
    <section class="card stack" aria-labelledby="contact-tags">
      <h2 id="contact-tags">Tags</h2>
      <div class="row">
        {tags.length === 0 && <span class="soft">None yet.</span>}
        {tags.map((tag) => (
          <span key={tag} class="badge removable">
            {tag}
            <button
              type="button"
              class="quiet"
              disabled={update.isPending}
              aria-label={`Remove ${tag}`}
              onClick={() => update.mutate({ tags: tags.filter((other) => other !== tag) })}
            >
              <X size={13} aria-hidden="true" />
            </button>
          </span>
        ))}
      </div>
      <form
        class="row add-tag"
        onSubmit={(event) => {
          event.preventDefault();
          const added = name.trim();
          if (added) update.mutate({ tags: [...tags, added] }, { onSuccess: () => setName('') });
        }}
      >
        <input
          aria-label="Add a tag"
          placeholder="Tag"
          list="known-tags"
          maxLength={LIMITS.tagName.max}
          value={name}
          onInput={({ currentTarget }) => setName(currentTarget.value)}
        />
        <datalist id="known-tags">
          {known.data?.map((tag) => (
            <option key={tag.name} value={tag.name} />
          ))}
        </datalist>
        <button disabled={update.isPending || name.trim() === ''}>
          <Plus size={16} aria-hidden="true" /> Add
        </button>
      </form>
      <Fault error={update.error} />
    </section>
  );
}

function Edit({ contact }: { contact: Contact }) {
  const { account, api } = useAccount();
  const fields = useQuery({
    queryKey: [account.id, 'custom-fields', 'all'],
    queryFn: () => allOf(api.list('/v1/custom-fields')),
  });
  if (!fields.data)
    return fields.error ? (
      <Fault error={fields.error} />
    ) : (
      <span class="loading" role="progressbar" aria-label="Loading custom fields" />
    );
  return <EditForm contact={contact} fields={fields.data} />;
}

type Edits = {
  readonly name?: string;
  readonly email?: string;
  readonly optedIn?: boolean;
  readonly values?: Values;
};

function EditForm({ contact, fields }: { contact: Contact; fields: readonly Schemas['CustomFieldView'][] }) {
  const before = shownValues(fields, contact.customFields);
  // Holds edited fields only: the others follow the stored contact, which may change meanwhile.
  const [edits, setEdits] = useState<Edits>({});
  const edit = (change: Edits) => setEdits({ ...edits, ...change });
  const { name = contact.name ?? '', email = contact.email ?? '', optedIn = contact.optedIn } = edits;
  const values = { ...before, ...edits.values };
  const update = useUpdate(contact.id);
  const fault = faultOf(update.error);
  const customFields = changedValues(fields, before, values);
  const change: Schemas['UpdateContact'] = {
    ...(name !== (contact.name ?? '') && { name: name.trim() || null }),
    ...(email !== (contact.email ?? '') && { email: email.trim() || null }),
    ...(optedIn !== contact.optedIn && { optedIn }),
    ...(Object.keys(customFields).length > 0 && { customFields }),
  };
  const isChanged = Object.keys(change).length > 0;
  return (
    <form
      class="card stack"
      aria-label="Contact"
      onSubmit={(event) => {
        event.preventDefault();
        if (isChanged)
          update.mutate(change, {
            onSuccess: () => {
              setEdits({});
              announce('Saved');
            },
          });
      }}
    >
      <h2>Fields</h2>
      <Field label="Name" fault={fault('/name')}>
        <input
          maxLength={LIMITS.contactName.max}
          value={name}
          onInput={({ currentTarget }) => edit({ name: currentTarget.value })}
        />
      </Field>
      <Field label="E-mail" fault={fault('/email')}>
        <input
          maxLength={LIMITS.contactEmail.max}
          value={email}
          onInput={({ currentTarget }) => edit({ email: currentTarget.value })}
        />
      </Field>
      <label class="row">
        <input
          type="checkbox"
          checked={optedIn}
          onChange={({ currentTarget }) => edit({ optedIn: currentTarget.checked })}
        />
        Agreed to be written to
        <span class="soft">
          {contact.optedInAt && contact.optedIn ? (
            <When at={contact.optedInAt} />
          ) : (
            contact.optedOutAt && (
              <>
                refused <When at={contact.optedOutAt} />
              </>
            )
          )}
        </span>
      </label>
      <CustomValues fields={fields} values={values} faultOf={fault} onChange={(values) => edit({ values })} />
      <Fault error={update.error} />
      <div class="row">
        <button class="primary" disabled={!isChanged || update.isPending}>
          Save
        </button>
      </div>
    </form>
  );
}

const CHANGES = {
  created: 'Put on file',
  updated: 'Changed',
  changed_number: 'Has a new number',
  opted_out: 'Opted out',
  merged: 'Joined with another contact of the same person',
} as const satisfies Record<Change['type'], string>;
const WAYS: Readonly<Record<string, string>> = {
  api: 'by the API',
  import: 'by an import',
  stop_word: 'by a stop word',
  start_word: 'by a start word',
  user_preferences: "in WhatsApp's settings",
  refused_by_meta: 'as Meta told by refusing a message',
};
/** The names of the fields that a change touched; opt-in times are part of `optedIn`. */
const fieldsIn = (changed: readonly string[]) =>
  changed
    .filter((field) => field !== 'optedInAt' && field !== 'optedOutAt')
    .map((field) => (field === 'optedIn' ? 'opt-in' : field.replace('customFields.', '')));

function History({ id }: { id: string }) {
  const { account, api } = useAccount();
  const history = useInfiniteQuery({
    queryKey: [account.id, 'contact-history', id],
    queryFn: ({ pageParam, signal }) =>
      api.request('GET', '/v1/contacts/{id}/history', {
        path: { id },
        query: { limit: 20, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
  const changes = history.data?.pages.flatMap(({ data }) => data) ?? [];
  return (
    <section class="card stack" aria-labelledby="contact-history">
      <h2 id="contact-history">History</h2>
      <Fault error={history.error} />
      {history.isPending && <span class="loading" role="progressbar" aria-label="Loading the history" />}
      <ol class="history">
        {changes.map(({ type, at, by, changed, how, contact, formerPhone }, index) => (
          <li key={`${at}-${index}`}>
            <p>
              <strong>{CHANGES[type]}</strong>
              {changed.length > 0 && <span>: {fieldsIn(changed).join(', ')}</span>}
              {formerPhone && <span> (was {formerPhone})</span>}
            </p>
            {how && (
              <p>
                {contact?.optedIn ? 'Opted in' : 'Opted out'} {WAYS[how]}
              </p>
            )}
            <p class="soft">
              <When at={at} />
              {by && (
                <>
                  {' '}
                  by <code>{by}</code>
                </>
              )}
            </p>
          </li>
        ))}
      </ol>
      {history.hasNextPage && (
        <div class="row">
          <button
            type="button"
            disabled={history.isFetchingNextPage}
            onClick={() => void history.fetchNextPage()}
          >
            Show more
          </button>
        </div>
      )}
    </section>
  );
}
