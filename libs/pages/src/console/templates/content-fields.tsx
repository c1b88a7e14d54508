import { LIMITS } from '@wbiz/contracts/limits';
import { variablesIn } from '@wbiz/contracts/template/components';
import { Plus } from 'lucide-preact';
import { useRef } from 'preact/hooks';
import { Field } from '../../parts/field.js';
import { HeaderMedium } from './header-medium.js';
import { HEADER_FORMATS, type HeaderFormat, type TemplateDraft } from './template-draft.js';

export type PartProps = {
  readonly draft: TemplateDraft;
  readonly change: (changes: Partial<TemplateDraft>) => void;
  readonly at: (place: string) => string | undefined;
};

export const lengthHint = (text: string, { max }: { max: number }) =>
  `${[...text].length} of ${max} characters`;

const HEADER_NAMES: Readonly<Record<HeaderFormat, string>> = {
  NONE: 'None',
  TEXT: 'Text',
  IMAGE: 'Image',
  VIDEO: 'Video',
  DOCUMENT: 'Document',
  LOCATION: 'Location',
};

export function HeaderFields({ draft, change, at, keepsSample }: PartProps & { keepsSample: boolean }) {
  const { header, headerText, headerExample, headerSample } = draft;
  const [variable] = variablesIn(headerText);
  return (
    <fieldset class="card stack">
      <legend class="unseen">Header</legend>
      <Field label="Header">
        <select
          value={header}
          onChange={({ currentTarget }) =>
            change({ header: currentTarget.value as HeaderFormat, headerSample: '' })
          }
        >
          {HEADER_FORMATS.map((format) => (
            <option key={format} value={format}>
              {HEADER_NAMES[format]}
            </option>
          ))}
        </select>
      </Field>
      {header === 'TEXT' && (
        <>
          <Field
            label="Header text"
            hint={lengthHint(headerText, LIMITS.templateHeader)}
            fault={at('HEADER/text')}
          >
            <input
              value={headerText}
              onInput={({ currentTarget }) => change({ headerText: currentTarget.value })}
            />
          </Field>
          {variable && (
            <Field label={`Example of {{${variable}}} in the header`} fault={at('HEADER/example')}>
              <input
                value={headerExample}
                onInput={({ currentTarget }) => change({ headerExample: currentTarget.value })}
              />
            </Field>
          )}
        </>
      )}
      {(header === 'IMAGE' || header === 'VIDEO' || header === 'DOCUMENT') && (
        <HeaderMedium
          format={header}
          label="Sample that Meta reviews"
          id={headerSample}
          onChange={(sample) => change({ headerSample: sample })}
          fault={at('HEADER/example')}
          {...(keepsSample && { hint: 'Without another one the present sample stays.' })}
        />
      )}
      {header === 'LOCATION' && <p class="soft">The place is given with each send.</p>}
    </fieldset>
  );
}

export function BodyFields({ draft, change, at }: PartProps) {
  const { body, bodyExamples, footer } = draft;
  const area = useRef<HTMLTextAreaElement>(null);
  const names = variablesIn(body);
  const isNumbered = names.every((name) => /^\d+$/.test(name));
  const insert = () => {
    const { selectionStart = body.length, selectionEnd = body.length } = area.current ?? {};
    const variable = `{{${isNumbered ? names.length + 1 : 'name'}}}`;
    change({ body: body.slice(0, selectionStart) + variable + body.slice(selectionEnd) });
    area.current?.focus();
  };
  return (
    <div class="card stack">
      <Field
        label="Body"
        hint={`${lengthHint(body, LIMITS.templateBody)}. *bold*, _italic_, ~strike~; variables {{1}}, {{2}} … or {{first_name}}.`}
        fault={at('BODY/text')}
      >
        <textarea
          ref={area}
          rows={6}
          value={body}
          onInput={({ currentTarget }) => change({ body: currentTarget.value })}
        />
      </Field>
      <div>
        <button type="button" onClick={insert}>
          <Plus size={16} aria-hidden="true" />
          Add variable
        </button>
      </div>
      {names.length > 0 && (
        <fieldset class="stack">
          <legend>Examples, which Meta reviews</legend>
          {names.map((name, index) => (
            <Field
              key={index}
              label={`{{${name}}}`}
              fault={bodyExamples[name]?.trim() ? undefined : at('BODY/example') && 'Must have an example.'}
            >
              <input
                value={bodyExamples[name] ?? ''}
                onInput={({ currentTarget }) =>
                  change({ bodyExamples: { ...bodyExamples, [name]: currentTarget.value } })
                }
              />
            </Field>
          ))}
        </fieldset>
      )}
      <Field
        label="Footer (optional)"
        hint={lengthHint(footer, LIMITS.templateFooter)}
        fault={at('FOOTER/text')}
      >
        <input value={footer} onInput={({ currentTarget }) => change({ footer: currentTarget.value })} />
      </Field>
    </div>
  );
}

export function CodeFields({ draft: { warnsOfSharing, codeExpiry, codeButton }, change, at }: PartProps) {
  return (
    <div class="card stack">
      <p class="soft">Meta writes the texts of one-time passwords; the code is given with each send.</p>
      <label class="row">
        <input
          type="checkbox"
          checked={warnsOfSharing}
          onChange={({ currentTarget }) => change({ warnsOfSharing: currentTarget.checked })}
        />
        Warn not to share the code
      </label>
      <div class="pair">
        <Field
          label="Minutes until the code expires"
          hint={`${LIMITS.otpExpiry.min} to ${LIMITS.otpExpiry.max}; empty says nothing of it.`}
          fault={at('FOOTER/code_expiration_minutes')}
        >
          <input
            inputMode="numeric"
            value={codeExpiry}
            onInput={({ currentTarget }) => change({ codeExpiry: currentTarget.value.trim() })}
          />
        </Field>
        <Field
          label="Label of the button"
          hint={lengthHint(codeButton, LIMITS.templateButtonText)}
          fault={at('BUTTONS/buttons/0/text')}
        >
          <input
            value={codeButton}
            onInput={({ currentTarget }) => change({ codeButton: currentTarget.value })}
          />
        </Field>
      </div>
    </div>
  );
}
