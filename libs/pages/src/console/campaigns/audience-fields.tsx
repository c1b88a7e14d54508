import { useQuery } from '@tanstack/preact-query';
import type { Schemas } from '@wbiz/sdk/operations';
import { Plus } from 'lucide-preact';
import { allOf } from '../../parts/all-of.js';
import { Fault } from '../../parts/fault.js';
import { Field } from '../../parts/field.js';
import { useAccount } from '../account.js';
import { type AudienceDraft, newFilter } from './campaign-draft.js';
import { Chips } from './chips.js';
import { ContactPicker } from './contact-picker.js';
import { type Fields, FilterRow } from './filter-row.js';
import { number } from './words.js';

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
