import type { Schemas } from '@wbiz/sdk/operations';
import { useId } from 'preact/hooks';
import { Field } from '../../parts/field.js';
import { HeaderMedium } from '../templates/header-medium.js';
import type { Slot, TemplateSlots, Slots } from '../templates/slots.js';
import {
  NO_VALUES,
  takesMedium,
  type CampaignDraft,
  type PartValues,
  type Place,
  type Value,
} from './campaign-draft.js';

type FieldsProps = {
  readonly slots: TemplateSlots;
  readonly draft: CampaignDraft;
  readonly change: (changes: Partial<CampaignDraft>) => void;
  readonly fields: readonly Schemas['CustomFieldView'][];
  readonly at: (place: string) => string | undefined;
};

/** Whether the template takes any values. */
export const takesValues = (slots: TemplateSlots): boolean =>
  [slots, ...slots.cards].some(
    (part) => part.header !== null || part.variables.length > 0 || part.buttonVariables.length > 0,
  ) || slots.offerExpires;

/** Inputs for the template's values: a text for all, or a field of each contact. */
export function ValueFields({ slots, draft, change, fields, at }: FieldsProps) {
  const { values, cards, place, offerEnd } = draft;
  return (
    <>
      <PartFields
        slots={slots}
        values={values}
        change={(changes) => change({ values: { ...values, ...changes } })}
        fields={fields}
        at={(within) => at(`template/${within}`)}
      />
      {slots.header === 'LOCATION' && (
        <PlaceFields
          place={place}
          change={(changes) => change({ place: { ...place, ...changes } })}
          at={at}
        />
      )}
      {slots.offerExpires && (
        <Field label="The offer ends" fault={at('template/offerExpiresAt')}>
          <input
            type="datetime-local"
            value={offerEnd}
            onInput={({ currentTarget }) => change({ offerEnd: currentTarget.value })}
          />
        </Field>
      )}
      {slots.cards.map((card, index) => (
        <fieldset key={index} class="card-part stack">
          <legend>Card {index + 1}</legend>
          <PartFields
            slots={card}
            values={cards[index] ?? NO_VALUES}
            change={(changes) =>
              change({
                cards: slots.cards.map((_, nth) => ({
                  ...(cards[nth] ?? NO_VALUES),
                  ...(nth === index && changes),
                })),
              })
            }
            fields={fields}
            at={(within) => at(`template/cards/${index}/${within}`)}
          />
        </fieldset>
      ))}
    </>
  );
}

type PartProps = Pick<FieldsProps, 'fields' | 'at'> & {
  readonly slots: Slots;
  readonly values: PartValues;
  readonly change: (changes: Partial<PartValues>) => void;
};

function PartFields({ slots, values, change, fields, at }: PartProps) {
  const { header } = slots;
  const list = (of: 'variables' | 'buttonVariables') =>
    slots[of].map((slot, index) => (
      <ValueField
        key={`${of}${index}`}
        slot={slot}
        value={values[of][index] ?? { kind: 'text', text: '' }}
        onChange={(value) =>
          change({
            [of]: slots[of].map((_, nth) =>
              nth === index ? value : (values[of][nth] ?? { kind: 'text', text: '' }),
            ),
          })
        }
        fields={fields}
        fault={at(`${of}/${index}`) ?? at(`${of}/${slot.name}`) ?? (index === 0 ? at(of) : undefined)}
      />
    ));
  return (
    <>
      {takesMedium(slots) && (
        <HeaderMedium
          format={header === 'VIDEO' || header === 'DOCUMENT' ? header : 'IMAGE'}
          label={`${header!.charAt(0)}${header!.slice(1).toLowerCase()} of the header`}
          id={values.medium}
          onChange={(medium) => change({ medium })}
          fault={at('headerMediaId') ?? at('headerLink')}
        />
      )}
      {list('variables')}
      {list('buttonVariables')}
    </>
  );
}

type ValueFieldProps = {
  readonly slot: Slot;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly fields: readonly Schemas['CustomFieldView'][];
  readonly fault: string | undefined;
};

const FIXED = '';

function ValueField({ slot: { label, example }, value, onChange, fields, fault }: ValueFieldProps) {
  const heading = useId();
  const source = value.kind === 'text' ? FIXED : value.field;
  const known = ['name', 'phone', 'email', ...fields.map(({ key }) => `customFields.${key}`)];
  return (
    <div class="value-field" role="group" aria-labelledby={heading}>
      <span id={heading} class="slot">
        {label}
      </span>
      <Field label="From">
        <select
          value={source}
          onChange={({ currentTarget: { value: field } }) =>
            onChange(
              field === FIXED
                ? { kind: 'text', text: '' }
                : { kind: 'field', field, fallback: value.kind === 'field' ? value.fallback : '' },
            )
          }
        >
          <option value={FIXED}>A text</option>
          <optgroup label="A field of each contact">
            <option value="name">Name</option>
            <option value="phone">Phone number</option>
            <option value="email">E-mail address</option>
            {fields.map(({ key, label }) => (
              <option key={key} value={`customFields.${key}`}>
                {label}
              </option>
            ))}
            {source !== FIXED && !known.includes(source) && <option value={source}>{source}</option>}
          </optgroup>
        </select>
      </Field>
      {value.kind === 'text' ? (
        <Field
          label="Text"
          hint={
            <>
              <code>{'{{contact.name|friend}}'}</code> becomes each person’s name.
            </>
          }
          fault={fault}
        >
          <input
            value={value.text}
            placeholder={example}
            onInput={({ currentTarget }) => onChange({ kind: 'text', text: currentTarget.value })}
          />
        </Field>
      ) : (
        <Field label="For who has none" hint="Empty: who has none is skipped." fault={fault}>
          <input
            value={value.fallback}
            onInput={({ currentTarget }) =>
              onChange({ ...value, fallback: currentTarget.value.replace(/[{}]/g, '') })
            }
          />
        </Field>
      )}
    </div>
  );
}

type PlaceProps = Pick<FieldsProps, 'at'> & {
  readonly place: Place;
  readonly change: (changes: Partial<Place>) => void;
};

function PlaceFields({ place, change, at }: PlaceProps) {
  const field = (name: keyof Place, label: string, mode: 'decimal' | 'text') => (
    <Field label={label} fault={at(`template/headerLocation/${name}`)}>
      <input
        inputMode={mode}
        value={place[name]}
        onInput={({ currentTarget }) => change({ [name]: currentTarget.value.trim() && currentTarget.value })}
      />
    </Field>
  );
  return (
    <div class="pair">
      {field('latitude', 'Latitude', 'decimal')}
      {field('longitude', 'Longitude', 'decimal')}
      {field('name', 'Name of the place (optional)', 'text')}
      {field('address', 'Address (optional)', 'text')}
    </div>
  );
}
