import { useQuery } from '@tanstack/preact-query';
import type { Schemas } from '@wbiz/sdk/operations';
import { Plus, X } from 'lucide-preact';
import { useState } from 'preact/hooks';
import { allOf } from '../../parts/all-of.js';
import { Fault } from '../../parts/fault.js';
import { Field } from '../../parts/field.js';
import { useSettled } from '../../parts/settled.js';
import { useAccount } from '../account.js';
import { newFilter, takesNoValue, type AudienceDraft, type FilterDraft } from './campaign-draft.js';
import { fieldWords, number, OPERATOR_WORDS } from './words.js';

type Fields = readonly Schemas['CustomFieldView'][];
type AudienceProps = {
  readonly audience: AudienceDraft;
  readonly change: (changes: Partial<AudienceDraft>) => void;
  readonly fields: Fields;
  readonly at: (place: string) => string | undefined;
};

const KINDS = { tags: 'By tags', segment: 'By fields', contacts: 'One by one', all: 'All contacts' } as const;

export function AudienceFields({ audience, change, fields, at }: AudienceProps) {
  const { kind, tags, match, exclude, contacts, filters } = audience;
  const { account, api } = useAccount();
  const known = useQuery({
    queryKey: [account.id, 'tags', 'all'],
    queryFn: ({ signal }) => allOf(api.list('/v1/tags', { signal })),
  });
  return (
    <>
      <fieldset class="row options">
        <legend class="unseen">Who gets it</legend>
        {Object.entries(KINDS).map(([value, name]) => (
          <label key={value} class="option">
            <input
              type="radio"
              name="audience"
              checked={kind === value}
              onChange={() =>
                change({ kind: value as AudienceDraft['kind'], match: value === 'segment' ? 'all' : 'any' })
              }
            />
            {name}
          </label>
        ))}
      </fieldset>
      <Fault error={known.error} />
      {kind === 'tags' && (
        <>
          <TagPicker
            label="Has"
            known={known.data ?? []}
            tags={tags}
            onChange={(tags) => change({ tags })}
            fault={at('audience/tags')}
          />
          {tags.length > 1 && (
            <Match match={match} change={change} any="any of these tags" all="all of these tags" />
          )}
        </>
      )}
      {kind === 'contacts' && (
        <ContactPicker
          contacts={contacts}
          onChange={(contacts) => change({ contacts })}
          fault={at('audience/contacts')}
        />
      )}
      {kind === 'segment' && (
        <>
          {filters.map((filter, index) => (
            <FilterRow
              key={filter.key}
              nth={index + 1}
              filter={filter}
              fields={fields}
              alter={(changes) => change({ filters: filters.with(index, { ...filter, ...changes }) })}
              remove={() => change({ filters: filters.toSpliced(index, 1) })}
              fault={['field', 'operator', 'value']
                .map((part) => at(`audience/filters/${index}/${part}`))
                .find(Boolean)}
            />
          ))}
          {at('audience/filters') && <p class="own-fault">{at('audience/filters')}</p>}
          <div class="row">
            <button type="button" onClick={() => change({ filters: [...filters, newFilter()] })}>
              <Plus size={16} aria-hidden="true" />
              Add a condition
            </button>
          </div>
          {filters.length > 1 && (
            <Match
              match={match}
              change={change}
              any="any of these conditions"
              all="all of these conditions"
            />
          )}
        </>
      )}
      <TagPicker
        label="Leave out who has (optional)"
        known={known.data ?? []}
        tags={exclude}
        onChange={(exclude) => change({ exclude })}
        fault={at('audience/exclude')}
      />
    </>
  );
}

type MatchProps = Pick<AudienceProps, 'change'> & {
  readonly match: 'any' | 'all';
  readonly any: string;
  readonly all: string;
};

const Match = ({ match, change, any, all }: MatchProps) => (
  <Field label="Has to have">
    <select
      value={match}
      onChange={({ currentTarget }) => change({ match: currentTarget.value as 'any' | 'all' })}
    >
      <option value="any">{any}</option>
      <option value="all">{all}</option>
    </select>
  </Field>
);

type TagPickerProps = {
  readonly label: string;
  readonly known: readonly Schemas['TagView'][];
  readonly tags: readonly string[];
  readonly onChange: (tags: string[]) => void;
  readonly fault: string | undefined;
};

function TagPicker({ label, known, tags, onChange, fault }: TagPickerProps) {
  const left = known.filter(({ name }) => !tags.includes(name));
  return (
    <div class="stack tight">
      <Field label={label} fault={fault}>
        <select
          value=""
          onChange={({ currentTarget }) => {
            if (currentTarget.value) onChange([...tags, currentTarget.value]);
            currentTarget.value = '';
          }}
        >
          <option value="">{left.length > 0 ? 'Add a tag…' : 'No other tags'}</option>
          {left.map(({ name, contactCount }) => (
            <option key={name} value={name}>
              {name} ({number.format(contactCount)})
            </option>
          ))}
        </select>
      </Field>
      <Chips
        names={tags.map((tag) => [tag, tag])}
        onRemove={(tag) => onChange(tags.filter((one) => one !== tag))}
      />
    </div>
  );
}

/** The chosen items, as pairs of id and name; each can be removed. */
function Chips({
  names,
  onRemove,
}: {
  names: readonly (readonly [string, string])[];
  onRemove: (id: string) => void;
}) {
  if (names.length === 0) return null;
  return (
    <ul class="chips">
      {names.map(([id, name]) => (
        <li key={id}>
          {name}
          <button type="button" class="quiet" aria-label={`Remove ${name}`} onClick={() => onRemove(id)}>
            <X size={14} aria-hidden="true" />
          </button>
        </li>
      ))}
    </ul>
  );
}

const FOUND = 8;

type ContactPickerProps = {
  readonly contacts: readonly string[];
  readonly onChange: (contacts: string[]) => void;
  readonly fault: string | undefined;
};

function ContactPicker({ contacts, onChange, fault }: ContactPickerProps) {
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

const FIELDS = ['name', 'phone', 'email', 'source', 'createdAt', 'updatedAt'];
const IS_TIME = /At$/;

type FilterProps = {
  readonly filter: FilterDraft;
  readonly nth: number;
  readonly fields: Fields;
  readonly alter: (changes: Partial<FilterDraft>) => void;
  readonly remove: () => void;
  readonly fault: string | undefined;
};

function FilterRow({ filter: { field, operator, value }, nth, fields, alter, remove, fault }: FilterProps) {
  const custom = fields.find(({ key }) => field === `customFields.${key}`);
  const choices = custom?.type === 'boolean' ? ['true', 'false'] : custom?.options;
  return (
    <div class="condition" role="group" aria-label={`Condition ${nth}`}>
      <Field label="Field">
        <select
          value={field}
          onChange={({ currentTarget }) => alter({ field: currentTarget.value, value: '' })}
        >
          {FIELDS.map((name) => (
            <option key={name} value={name}>
              {fieldWords(name)}
            </option>
          ))}
          {fields.map(({ key, label }) => (
            <option key={key} value={`customFields.${key}`}>
              {label}
            </option>
          ))}
        </select>
      </Field>
      <Field label="Condition">
        <select
          value={operator}
          onChange={({ currentTarget }) =>
            alter({ operator: currentTarget.value as FilterDraft['operator'] })
          }
        >
          {Object.entries(OPERATOR_WORDS).map(([name, words]) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
        </select>
      </Field>
      {!takesNoValue(operator) && (
        <Field
          label="Value"
          fault={fault}
          {...(operator === 'in' && { hint: 'Several, with commas between.' })}
          {...(IS_TIME.test(field) && { hint: 'A time such as 2026-11-01T00:00:00Z.' })}
        >
          {choices && operator !== 'in' ? (
            <select value={value} onChange={({ currentTarget }) => alter({ value: currentTarget.value })}>
              <option value="">Choose…</option>
              {choices.map((choice) => (
                <option key={choice} value={choice}>
                  {choice}
                </option>
              ))}
            </select>
          ) : (
            <input value={value} onInput={({ currentTarget }) => alter({ value: currentTarget.value })} />
          )}
        </Field>
      )}
      <button type="button" class="quiet" aria-label={`Remove condition ${nth}`} onClick={remove}>
        <X size={16} aria-hidden="true" />
      </button>
    </div>
  );
}
