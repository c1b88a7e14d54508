import { useQuery } from '@tanstack/preact-query';
import { Plus } from 'lucide-preact';
import { useState } from 'preact/hooks';
import { Fault } from '../../parts/fault.js';
import { Field } from '../../parts/field.js';
import { useSettled } from '../../parts/use-settled.js';
import { useAccount } from '../account.js';
import { Chips } from './chips.js';

const FOUND = 8;

type ContactPickerProps = {
  readonly contacts: readonly string[];
  readonly onChange: (contacts: string[]) => void;
  readonly fault: string | undefined;
};

export function ContactPicker({ contacts, onChange, fault }: ContactPickerProps) {
  const { account, api } = useAccount();
  const [typed, setTyped] = useState('');
  const search = useSettled(typed.trim());
  const [names, setNames] = useState<ReadonlyMap<string, string>>(new Map());
  const found = useQuery({
    queryKey: [account.id, 'contacts', 'found', search],
    queryFn: ({ signal }) =>
      api.request('GET', '/v1/contacts', { query: { search, limit: FOUND + 1 }, signal }),
    enabled: search !== '',
    placeholderData: (before) => before,
  });
  const left = search === '' ? [] : (found.data?.data ?? []).filter(({ id }) => !contacts.includes(id));
  return (
    <div class="stack tight">
      <Field label="Find contacts" hint="By name, number or e-mail address." fault={fault}>
        <input
          type="search"
          value={typed}
          onInput={({ currentTarget }) => setTyped(currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') event.preventDefault();
          }}
        />
      </Field>
      <Fault error={found.error} />
      <div class="row" aria-live="polite">
        {left.slice(0, FOUND).map(({ id, name, phone, userId }) => {
          const shown = [name, phone ?? userId].filter(Boolean).join(' ');
          return (
            <button
              key={id}
              type="button"
              onClick={() => {
                setNames(new Map([...names, [id, shown]]));
                onChange([...contacts, id]);
              }}
            >
              <Plus size={14} aria-hidden="true" />
              {shown}
            </button>
          );
        })}
        {left.length > FOUND && <span class="soft">and more; type on</span>}
        {search !== '' && found.isSuccess && left.length === 0 && (
          <span class="soft">Nobody else is like that.</span>
        )}
      </div>
      <Chips
        names={contacts.map((id) => [id, names.get(id) ?? id])}
        onRemove={(id) => onChange(contacts.filter((one) => one !== id))}
      />
    </div>
  );
}
