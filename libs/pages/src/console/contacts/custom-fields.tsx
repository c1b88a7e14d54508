import { useQuery, useQueryClient } from '@tanstack/preact-query';
import { LIMITS } from '@wbiz/contracts/limits';
import type { Schemas } from '@wbiz/sdk/operations';
import { useState } from 'preact/hooks';
import { announce } from '../../parts/announce.js';
import { Fault } from '../../parts/fault.js';
import { Field } from '../../parts/field.js';
import { Loading } from '../../parts/loading.js';
import { Modal } from '../../parts/modal.js';
import { useAction } from '../../parts/use-action.js';
import { useAccount } from '../account.js';
import { formFaults } from '../form-faults.js';
import { ManagedItem } from './managed-item.js';
import { Removals } from './removals.js';

type Type = Schemas['CustomFieldView']['type'];
const TYPES = {
  text: 'Text',
  number: 'Number',
  date: 'Date',
  boolean: 'Yes or no',
  select: 'One of several',
} as const satisfies Record<Type, string>;
const EMPTY = { key: '', label: '', type: 'text' as Type, options: '' };

/** The custom fields of contacts. */
export function CustomFieldsDialog({ onClose }: { onClose: () => void }) {
  const { account, api } = useAccount();
  const queries = useQueryClient();
  const [doomed, doom] = useState<string>();
  const fields = useQuery({
    queryKey: [account.id, 'custom-fields', 'first'],
    queryFn: ({ signal }) => api.request('GET', '/v1/custom-fields', { query: { limit: 200 }, signal }),
    refetchInterval: ({ state }) => (state.data?.removals.length ? 2_000 : false), // no event reports the end of a removal
  });
  const changed = () => {
    void queries.invalidateQueries({ queryKey: [account.id, 'custom-fields'] });
    void queries.invalidateQueries({ queryKey: [account.id, 'contact'] });
  };
  const remove = useAction({
    mutationFn: (key: string) => api.request('DELETE', '/v1/custom-fields/{key}', { path: { key } }),
    onSuccess: (_, key) => {
      doom(undefined);
      announce(`Deleted the field ${key}`);
      changed();
    },
  });
  return (
    <Modal title="Custom fields" onClose={onClose}>
      <Fault error={fields.error ?? remove.error} />
      {fields.isPending && <Loading label="Loading custom fields" />}
      <Removals of={fields.data?.removals} />
      {fields.data?.data.length === 0 && <p class="soft">There are no custom fields yet.</p>}
      <ul class="managed">
        {fields.data?.data.map(({ key, label, type }) => (
          <ManagedItem
            key={key}
            label={label}
            about={TYPES[type]}
            question="Delete it with all its values?"
            isAsking={doomed === key}
            isPending={remove.isPending}
            onAsk={() => {
              remove.reset();
              doom(key);
            }}
            onKeep={() => doom(undefined)}
            onDelete={() => remove.mutate(key)}
          >
            {label} <code class="soft">{key}</code>
          </ManagedItem>
        ))}
      </ul>
      <NewField onCreated={changed} />
    </Modal>
  );
}

function NewField({ onCreated }: { onCreated: () => void }) {
  const { api } = useAccount();
  const [given, setGiven] = useState(EMPTY);
  const create = useAction({
    mutationFn: () =>
      api.request('POST', '/v1/custom-fields', {
        body: {
          key: given.key.trim(),
          ...(given.label.trim() && { label: given.label.trim() }),
          type: given.type,
          ...(given.type === 'select' && {
            options: given.options
              .split('\n')
              .map((option) => option.trim())
              .filter(Boolean),
          }),
        },
      }),
    onSuccess: () => {
      setGiven(EMPTY);
      onCreated();
    },
  });
  const faults = formFaults(create.error, Object.keys(EMPTY));
  return (
    <form
      class="card stack"
      aria-label="New custom field"
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate();
      }}
    >
      <h3>New field</h3>
      <div class="columns">
        <Field label="Key" hint="Letters, digits, _ and -." fault={faults.of('key')}>
          <input
            required
            maxLength={LIMITS.customFieldKey.max}
            value={given.key}
            onInput={({ currentTarget }) => setGiven({ ...given, key: currentTarget.value })}
          />
        </Field>
        <Field label="Label" hint="As people call it." fault={faults.of('label')}>
          <input
            maxLength={LIMITS.customFieldLabel.max}
            value={given.label}
            onInput={({ currentTarget }) => setGiven({ ...given, label: currentTarget.value })}
          />
        </Field>
        <Field label="Type" fault={faults.of('type')}>
          <select
            value={given.type}
            onChange={({ currentTarget }) => setGiven({ ...given, type: currentTarget.value as Type })}
          >
            {(Object.keys(TYPES) as Type[]).map((type) => (
              <option key={type} value={type}>
                {TYPES[type]}
              </option>
            ))}
          </select>
        </Field>
      </div>
      {given.type === 'select' && (
        <Field label="Options" hint="One a line." fault={faults.of('options')}>
          <textarea
            required
            rows={4}
            value={given.options}
            onInput={({ currentTarget }) => setGiven({ ...given, options: currentTarget.value })}
          />
        </Field>
      )}
      <Fault error={faults.rest} />
      <div class="row">
        <button class="primary" disabled={create.isPending}>
          Create field
        </button>
      </div>
    </form>
  );
}
