import { LIMITS } from '@wbiz/contracts/limits';
import type { Schemas } from '@wbiz/sdk/operations';
import { Field } from '../../parts/field.js';

type Definition = Schemas['CustomFieldView'];
export type Values = Readonly<Record<string, string | boolean>>;

/** The values of custom fields as the form holds them; `''`: none. */
export const shownValues = (
  fields: readonly Definition[],
  given: Readonly<Record<string, unknown>>,
): Values =>
  Object.fromEntries(fields.map(({ key }) => [key, given[key] === undefined ? '' : String(given[key])]));

/** The change as the API takes it: null for emptied fields, nothing for unchanged ones. */
export function changedValues(
  fields: readonly Definition[],
  before: Values,
  now: Values,
): Record<string, string | number | boolean | null> {
  const changed = fields.filter(({ key }) => now[key] !== before[key]);
  return Object.fromEntries(
    changed.map(({ key, type }) => {
      const value = now[key]!;
      if (value === '') return [key, null];
      if (type === 'number') return [key, Number(value)];
      return [key, type === 'boolean' ? value === 'true' : value];
    }),
  );
}

const placeOf = (key: string) => `customFields/${key}`;
/** The places of custom fields in a contact. */
export const placesOf = (fields: readonly Definition[]) => fields.map(({ key }) => placeOf(key));

type CustomValuesProps = {
  readonly fields: readonly Definition[];
  readonly values: Values;
  readonly faultOf: (field: string) => string | undefined;
  readonly onChange: (values: Values) => void;
};
/** An input for each custom field, by its type. */
export function CustomValues({ fields, values, faultOf, onChange }: CustomValuesProps) {
  return (
    <>
      {fields.map(({ key, label, type, options }) => {
        const props = {
          value: String(values[key] ?? ''),
          onChange: ({ currentTarget }: { currentTarget: HTMLInputElement | HTMLSelectElement }) =>
            onChange({ ...values, [key]: currentTarget.value }),
        };
        const choices = type === 'boolean' ? ['true', 'false'] : options;
        return (
          <Field key={key} label={label} fault={faultOf(placeOf(key))}>
            {choices && (type === 'select' || type === 'boolean') ? (
              <select {...props}>
                <option value="">–</option>
                {choices.map((choice) => (
                  <option key={choice} value={choice}>
                    {type === 'boolean' ? (choice === 'true' ? 'Yes' : 'No') : choice}
                  </option>
                ))}
              </select>
            ) : type === 'number' ? (
              <input type="number" step="any" {...props} />
            ) : (
              <input
                maxLength={LIMITS.customFieldText.max}
                placeholder={type === 'date' ? '2026-11-29' : undefined}
                {...props}
              />
            )}
          </Field>
        );
      })}
    </>
  );
}
