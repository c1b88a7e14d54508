import { LIMITS } from '@wbiz/contracts/limits';
import { variablesIn } from '@wbiz/contracts/template/components';
import { Plus, X } from 'lucide-preact';
import { useId } from 'preact/hooks';
import { Field } from '../../parts/field.js';
import { lengthHint, type PartProps } from './content-fields.js';
import { BUTTON_TYPES, type ButtonType, type DraftButton, newButton } from './template-draft.js';

const BUTTON_NAMES: Readonly<Record<ButtonType, string>> = {
  QUICK_REPLY: 'Quick reply',
  URL: 'Link',
  PHONE_NUMBER: 'Call',
  COPY_CODE: 'Copy a code',
};

export function ButtonFields({ draft: { buttons }, change, at }: PartProps) {
  const alter = (index: number, changes: Partial<DraftButton>) =>
    change({ buttons: buttons.with(index, { ...buttons[index]!, ...changes }) });
  return (
    <fieldset class="card stack">
      <legend class="unseen">Buttons</legend>
      <div class="row apart">
        <strong aria-hidden="true">Buttons</strong>
        <span class="soft">
          {buttons.length} of {LIMITS.templateButtons.max}
        </span>
      </div>
      {buttons.map((button, index) => (
        <ButtonField
          key={button.key}
          button={button}
          nth={index + 1}
          alter={(changes) => alter(index, changes)}
          remove={() => change({ buttons: buttons.toSpliced(index, 1) })}
          at={(field) => at(`BUTTONS/buttons/${index}/${field}`)}
        />
      ))}
      {buttons.length < LIMITS.templateButtons.max && (
        <div class="row">
          {BUTTON_TYPES.map((type) => (
            <button
              key={type}
              type="button"
              onClick={() => change({ buttons: [...buttons, newButton(type)] })}
            >
              <Plus size={16} aria-hidden="true" />
              {BUTTON_NAMES[type]}
            </button>
          ))}
        </div>
      )}
    </fieldset>
  );
}

type ButtonFieldProps = {
  readonly button: DraftButton;
  readonly nth: number;
  readonly alter: (changes: Partial<DraftButton>) => void;
  readonly remove: () => void;
  readonly at: (field: string) => string | undefined;
};

function ButtonField({ button, nth, alter, remove, at }: ButtonFieldProps) {
  const heading = useId();
  const { type, text, url, phone, example, kept } = button;
  const name = type ? BUTTON_NAMES[type] : String(kept?.['type']).toLowerCase().replaceAll('_', ' ');
  return (
    <div class="button-field" role="group" aria-labelledby={heading}>
      <div class="row apart">
        <strong id={heading}>
          {nth}. {name}
        </strong>
        <button type="button" class="quiet" onClick={remove} aria-label={`Remove button ${nth}`}>
          <X size={16} aria-hidden="true" />
        </button>
      </div>
      {type === null && <p class="soft">This form does not show it; it stays as it is.</p>}
      <div class="pair">
        {type !== null && type !== 'COPY_CODE' && (
          <Field label="Label" hint={lengthHint(text, LIMITS.templateButtonText)} fault={at('text')}>
            <input value={text} onInput={({ currentTarget }) => alter({ text: currentTarget.value })} />
          </Field>
        )}
        {type === 'URL' && (
          <Field label="Link" hint="{{1}} at its end differs from send to send." fault={at('url')}>
            <input
              type="url"
              value={url}
              placeholder="https://example.com/orders/{{1}}"
              onInput={({ currentTarget }) => alter({ url: currentTarget.value })}
            />
          </Field>
        )}
        {type === 'PHONE_NUMBER' && (
          <Field label="Phone number" hint="With its country code." fault={at('phone_number')}>
            <input
              type="tel"
              value={phone}
              placeholder="+918800000001"
              onInput={({ currentTarget }) => alter({ phone: currentTarget.value })}
            />
          </Field>
        )}
        {(type === 'COPY_CODE' || (type === 'URL' && variablesIn(url).length > 0)) && (
          <Field
            label={type === 'COPY_CODE' ? 'Example of the code' : 'Example of the end'}
            fault={at('example')}
          >
            <input value={example} onInput={({ currentTarget }) => alter({ example: currentTarget.value })} />
          </Field>
        )}
      </div>
    </div>
  );
}
