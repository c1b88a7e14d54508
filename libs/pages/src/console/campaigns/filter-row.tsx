import type { Schemas } from '@wbiz/sdk/operations';
import { X } from 'lucide-preact';
import { Field } from '../../parts/field.js';
import { type FilterDraft, takesNoValue } from './campaign-draft.js';
import { fieldWords, OPERATOR_WORDS } from './words.js';

export type Fields = readonly Schemas['CustomFieldView'][];

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

export function FilterRow({
  filter: { field, operator, value },
  nth,
  fields,
  alter,
  remove,
  fault,
}: FilterProps) {
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
