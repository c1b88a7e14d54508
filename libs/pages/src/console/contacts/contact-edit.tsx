import { useQuery, useQueryClient } from '@tanstack/preact-query';
import { LIMITS } from '@wbiz/contracts/limits';
import type { Schemas } from '@wbiz/sdk/operations';
import { Plus, X } from 'lucide-preact';
import { useState } from 'preact/hooks';
import { allOf } from '../../parts/all-of.js';
import { announce } from '../../parts/announce.js';
import { Fault } from '../../parts/fault.js';
import { Field } from '../../parts/field.js';
import { Loading } from '../../parts/loading.js';
import { useAction } from '../../parts/use-action.js';
import { When } from '../../parts/when.js';
import { useAccount } from '../account.js';
import { formFaults } from '../form-faults.js';
import { changedValues, CustomValues, placesOf, shownValues, type Values } from './contact-fields.js';

export type Contact = Schemas['ContactView'];

/** Saves a change and shows the result. */
function useContactUpdate(id: string) {
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

export function ContactTags({ contact: { id, tags } }: { contact: Contact }) {
  const { account, api } = useAccount();
  const [name, setName] = useState('');
  const update = useContactUpdate(id);
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

export function EditContact({ contact }: { contact: Contact }) {
  const { account, api } = useAccount();
  const fields = useQuery({
    queryKey: [account.id, 'custom-fields', 'all'],
    queryFn: () => allOf(api.list('/v1/custom-fields')),
  });
  if (!fields.data)
    return fields.error ? <Fault error={fields.error} /> : <Loading label="Loading custom fields" />;
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
  const update = useContactUpdate(contact.id);
  const faults = formFaults(update.error, ['name', 'email', ...placesOf(fields)]);
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
      <Field label="Name" fault={faults.of('name')}>
        <input
          maxLength={LIMITS.contactName.max}
          value={name}
          onInput={({ currentTarget }) => edit({ name: currentTarget.value })}
        />
      </Field>
      <Field label="E-mail" fault={faults.of('email')}>
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
      <CustomValues
        fields={fields}
        values={values}
        faultOf={faults.of}
        onChange={(values) => edit({ values })}
      />
      <Fault error={faults.rest} />
      <div class="row">
        <button class="primary" disabled={!isChanged || update.isPending}>
          Save
        </button>
      </div>
    </form>
  );
}
