import { useQuery, useQueryClient } from '@tanstack/preact-query';
import { LIMITS } from '@wbiz/contracts/limits';
import type { TemplateView } from '@wbiz/contracts/template';
import { variablesIn } from '@wbiz/contracts/template/components';
import { withExamplesOf } from '@wbiz/contracts/template/examples';
import { TEMPLATE_LANGUAGES } from '@wbiz/contracts/template/languages';
import { faultsOfTemplate } from '@wbiz/contracts/template/rules';
import { WbizError } from '@wbiz/sdk/wbiz-error';
import { ChevronLeft, Plus, X } from 'lucide-preact';
import { useLocation, useRoute } from 'preact-iso';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { announce } from '../../parts/announce.js';
import { Fault } from '../../parts/fault.js';
import { faultsByPlace, faultWords } from '../../parts/field-faults.js';
import { Field } from '../../parts/field.js';
import { useAction } from '../../parts/use-action.js';
import { useAccount } from '../account.js';
import { Bubble } from './bubble.js';
import {
  BUTTON_TYPES,
  componentsOf,
  draftOf,
  EMPTY_DRAFT,
  HEADER_FORMATS,
  newButton,
  parameterFormatOf,
  placeOf,
  previewOf,
  type ButtonType,
  type Category,
  type DraftButton,
  type HeaderFormat,
  type TemplateDraft,
} from './draft.js';
import { HeaderMedium } from './header-medium.js';
import { templateQuery, templatesKey, viewOf } from './template-queries.js';

export function NewTemplate() {
  return <TemplateForm initial={EMPTY_DRAFT} />;
}

export function EditTemplate() {
  const chosen = useAccount();
  const { id = '' } = useRoute().params;
  const stored = useQuery({ ...templateQuery(chosen, id), staleTime: Infinity });
  if (stored.isPending) return <span class="loading" role="progressbar" aria-label="Loading the template" />;
  if (!stored.data) return <Fault error={stored.error} />;
  const draft = draftOf(stored.data);
  // Drops a sample that Meta has already: Meta keeps it if none is sent, and its link expires.
  const headerSample = draft.headerSample.startsWith('med_') ? draft.headerSample : '';
  return <TemplateForm key={id} initial={{ ...draft, headerSample }} stored={stored.data} />;
}

type FormProps = { readonly initial: TemplateDraft; readonly stored?: TemplateView };

/** Places in the request whose fault is shown at a field of the form. */
const SHOWN =
  /^(name|language|category|HEADER\/(text|example)|BODY\/(text|example)|FOOTER\/(text|code_expiration_minutes)|BUTTONS\/buttons\/\d+\/(text|url|phone_number|example))$/;

function TemplateForm({ initial, stored }: FormProps) {
  const { account, api } = useAccount();
  const queries = useQueryClient();
  const { route } = useLocation();
  const [draft, setDraft] = useState(initial);
  const [tries, setTries] = useState(0);
  const form = useRef<HTMLFormElement>(null);
  const section = `/console/accounts/${account.id}/templates`;
  const change = (changes: Partial<TemplateDraft>) => {
    setDraft((before) => ({ ...before, ...changes }));
    save.reset();
  };

  const components = componentsOf(draft);
  const { name, language, category } = draft;
  const parameterFormat = parameterFormatOf(draft);
  const own = faultsOfTemplate({
    name,
    language,
    category,
    parameterFormat,
    components: stored ? withExamplesOf(stored.components, components) : components,
  });
  const save = useAction({
    mutationFn: async (submit: boolean) => {
      if (stored)
        return viewOf(
          await api.request('PATCH', '/v1/templates/{id}', {
            path: { id: stored.id },
            body: {
              components,
              ...(category !== stored.category && { category }),
              ...(stored.status === 'draft' && { submit }),
            },
          }),
        );
      const body = { name, language, category, components, parameterFormat, submit };
      return viewOf(await api.request('POST', '/v1/templates', { body }));
    },
    onSuccess: async (saved) => {
      announce(saved.status === 'draft' ? `Saved ${name} as a draft` : `Submitted ${name} to Meta`);
      queries.setQueryData([...templatesKey(account.id), 'one', saved.id], saved);
      route(`${section}/${saved.id}`, true);
      await queries.invalidateQueries({ queryKey: templatesKey(account.id) });
    },
  });
  const refused = save.error instanceof WbizError ? save.error.details : [];
  const faults = tries > 0 ? [...refused, ...own] : [];
  const places = faultsByPlace(faults, (pointer) => placeOf(pointer, components));
  const at = (place: string) => places.get(place);
  const elsewhere = faults.filter(({ pointer }) => !SHOWN.test(placeOf(pointer, components)));
  const isShownAtFields = refused.length > 0 && elsewhere.length === 0;
  useEffect(() => form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus(), [tries, save.error]);

  const isDraft = !stored || stored.status === 'draft';
  const isCode = category === 'AUTHENTICATION';
  return (
    <>
      <a class="row way-back" href={stored ? `${section}/${stored.id}` : section}>
        <ChevronLeft size={16} aria-hidden="true" />
        {stored ? stored.name : 'Templates'}
      </a>
      <h1 class="breakable">{stored ? `Edit ${stored.name}` : 'New template'}</h1>
      {stored?.status === 'approved' && (
        <p class="notice warn">
          It is approved: Meta reviews it anew, and takes one edit in 24 hours and ten in 30 days. It can be
          sent as it is until Meta has taken the edit.
        </p>
      )}
      <div class="two-columns">
        <form
          ref={form}
          class="stack"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            setTries(tries + 1);
            const submit = (event.submitter as HTMLButtonElement | null)?.value !== 'draft';
            if (own.length === 0) save.mutate(submit);
          }}
        >
          <div class="card stack">
            {!stored && (
              <Field
                label="Name"
                hint="Lower-case letters, digits and underscores; it cannot be changed later."
                fault={at('name')}
              >
                <input
                  value={name}
                  autocomplete="off"
                  spellcheck={false}
                  maxLength={LIMITS.templateName.max}
                  onInput={({ currentTarget }) =>
                    change({ name: currentTarget.value.toLowerCase().replace(/[\s-]+/g, '_') })
                  }
                />
              </Field>
            )}
            <div class="pair">
              <Field
                label="Category"
                fault={at('category')}
                {...(stored?.status === 'approved' && { hint: 'That of an approved template stays.' })}
              >
                <select
                  value={category}
                  disabled={stored?.status === 'approved'}
                  onChange={({ currentTarget }) => change({ category: currentTarget.value as Category })}
                >
                  <option value="UTILITY">Utility: about an order, an account, a visit</option>
                  <option value="MARKETING">Marketing: offers, news, invitations</option>
                  <option value="AUTHENTICATION">Authentication: one-time passwords</option>
                </select>
              </Field>
              {!stored && (
                <Field label="Language" fault={at('language')}>
                  <select
                    value={language}
                    onChange={({ currentTarget }) => change({ language: currentTarget.value })}
                  >
                    {LANGUAGES.map(([code, text]) => (
                      <option key={code} value={code}>
                        {text}
                      </option>
                    ))}
                  </select>
                </Field>
              )}
            </div>
          </div>
          {isCode ? (
            <CodeFields draft={draft} change={change} at={at} />
          ) : (
            <>
              <HeaderFields draft={draft} change={change} at={at} keepsSample={stored !== undefined} />
              <BodyFields draft={draft} change={change} at={at} />
              <ButtonFields draft={draft} change={change} at={at} />
              {draft.kept.length > 0 && (
                <p class="notice">
                  This form does not show{' '}
                  {draft.kept.map(({ type }) => type.toLowerCase().replaceAll('_', ' ')).join(' and ')}; it
                  stays as it is.
                </p>
              )}
            </>
          )}
          {elsewhere.length > 0 && (
            <ul class="notice bad" role="alert">
              {elsewhere.map((fault) => (
                <li key={fault.pointer}>
                  <code>{fault.pointer.slice(1)}</code> {faultWords(fault)}
                </li>
              ))}
            </ul>
          )}
          <Fault error={isShownAtFields ? null : save.error && new Error(save.error.message)} />
          <div class="row">
            <button class="primary" value="submit" disabled={save.isPending}>
              {save.isPending && save.variables ? 'Submitting…' : 'Submit for review'}
            </button>
            {isDraft && (
              <button value="draft" disabled={save.isPending}>
                {save.isPending && !save.variables ? 'Saving…' : 'Save draft'}
              </button>
            )}
            {tries > 0 && own.length > 0 && (
              <span class="fault-count" role="status">
                {own.length === 1 ? 'One thing is' : `${own.length} things are`} to be mended first.
              </span>
            )}
          </div>
        </form>
        <section class="stack sticky" aria-labelledby="preview">
          <h2 id="preview">Preview</h2>
          <Bubble template={previewOf(draft)} sample={draft.headerSample} />
        </section>
      </div>
    </>
  );
}

const inEnglish = new Intl.DisplayNames('en', { type: 'language' });
const LANGUAGES = [...TEMPLATE_LANGUAGES]
  .map((code) => [code, `${inEnglish.of(code.replace('_', '-')) ?? code} (${code})`] as const)
  .sort(([, a], [, b]) => a.localeCompare(b));

type PartProps = {
  readonly draft: TemplateDraft;
  readonly change: (changes: Partial<TemplateDraft>) => void;
  readonly at: (place: string) => string | undefined;
};

const left = (text: string, { max }: { max: number }) => `${[...text].length} of ${max} characters`;

const HEADER_NAMES: Readonly<Record<HeaderFormat, string>> = {
  NONE: 'None',
  TEXT: 'Text',
  IMAGE: 'Image',
  VIDEO: 'Video',
  DOCUMENT: 'Document',
  LOCATION: 'Location',
};

function HeaderFields({ draft, change, at, keepsSample }: PartProps & { keepsSample: boolean }) {
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
          <Field label="Header text" hint={left(headerText, LIMITS.templateHeader)} fault={at('HEADER/text')}>
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

function BodyFields({ draft, change, at }: PartProps) {
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
        hint={`${left(body, LIMITS.templateBody)}. *bold*, _italic_, ~strike~; variables {{1}}, {{2}} … or {{first_name}}.`}
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
      <Field label="Footer (optional)" hint={left(footer, LIMITS.templateFooter)} fault={at('FOOTER/text')}>
        <input value={footer} onInput={({ currentTarget }) => change({ footer: currentTarget.value })} />
      </Field>
    </div>
  );
}

const BUTTON_NAMES: Readonly<Record<ButtonType, string>> = {
  QUICK_REPLY: 'Quick reply',
  URL: 'Link',
  PHONE_NUMBER: 'Call',
  COPY_CODE: 'Copy a code',
};

function ButtonFields({ draft: { buttons }, change, at }: PartProps) {
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
          <Field label="Label" hint={left(text, LIMITS.templateButtonText)} fault={at('text')}>
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

function CodeFields({ draft: { warnsOfSharing, codeExpiry, codeButton }, change, at }: PartProps) {
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
          hint={left(codeButton, LIMITS.templateButtonText)}
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
