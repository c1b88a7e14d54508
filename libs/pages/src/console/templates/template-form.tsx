import { useQuery, useQueryClient } from '@tanstack/preact-query';
import { LIMITS } from '@wbiz/contracts/limits';
import type { TemplateComponent, TemplateView } from '@wbiz/contracts/template';
import { withExamplesOf } from '@wbiz/contracts/template/examples';
import { TEMPLATE_LANGUAGES } from '@wbiz/contracts/template/languages';
import { faultsOfTemplate } from '@wbiz/contracts/template/rules';
import type { Schemas } from '@wbiz/sdk/operations';
import { WbizError } from '@wbiz/sdk/wbiz-error';
import { useLocation, useRoute } from 'preact-iso';
import { useEffect, useRef, useState } from 'preact/hooks';
import { announce } from '../../parts/announce.js';
import { FaultList } from '../../parts/fault-list.js';
import { Fault } from '../../parts/fault.js';
import { faultsByPlace } from '../../parts/field-faults.js';
import { Field } from '../../parts/field.js';
import { Loading } from '../../parts/loading.js';
import { useAction } from '../../parts/use-action.js';
import { WayBack } from '../../parts/way-back.js';
import { useAccount } from '../account.js';
import { ButtonFields } from './button-fields.js';
import { BodyFields, CodeFields, HeaderFields, type PartProps } from './content-fields.js';
import { TemplateBubble } from './template-bubble.js';
import {
  type Category,
  componentsOf,
  draftOf,
  EMPTY_DRAFT,
  parameterFormatOf,
  placeOf,
  previewOf,
  type TemplateDraft,
} from './template-draft.js';
import { templateQuery, templatesKey, viewOf } from './template-queries.js';

export function NewTemplate() {
  return <TemplateForm initial={EMPTY_DRAFT} />;
}

export function EditTemplate() {
  const chosen = useAccount();
  const { id = '' } = useRoute().params;
  const stored = useQuery({ ...templateQuery(chosen, id), staleTime: Infinity });
  if (stored.isPending) return <Loading label="Loading the template" />;
  if (!stored.data) return <Fault error={stored.error} />;
  const draft = draftOf(stored.data);
  // Drops a sample that Meta has already: Meta keeps it if none is sent, and its link expires.
  const headerSample = draft.headerSample.startsWith('med_') ? draft.headerSample : '';
  return <TemplateForm key={id} initial={{ ...draft, headerSample }} stored={stored.data} />;
}

type FormProps = { readonly initial: TemplateDraft; readonly stored?: TemplateView | undefined };

/** Places in the request whose fault is shown at a field of the form. */
const SHOWN =
  /^(name|language|category|HEADER\/(text|example)|BODY\/(text|example)|FOOTER\/(text|code_expiration_minutes)|BUTTONS\/buttons\/\d+\/(text|url|phone_number|example))$/;

function TemplateForm({ initial, stored }: FormProps) {
  const { account } = useAccount();
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
  const save = useSave(stored, { name, language, category, components, parameterFormat });
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
      <WayBack href={stored ? `${section}/${stored.id}` : section}>
        {stored ? stored.name : 'Templates'}
      </WayBack>
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
          <NameFields draft={draft} change={change} at={at} stored={stored} />
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
          <FaultList faults={elsewhere} />
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
                {own.length === 1
                  ? 'Correct the marked field first.'
                  : `Correct the ${own.length} marked fields first.`}
              </span>
            )}
          </div>
        </form>
        <section class="stack sticky" aria-labelledby="preview">
          <h2 id="preview">Preview</h2>
          <TemplateBubble template={previewOf(draft)} sample={draft.headerSample} />
        </section>
      </div>
    </>
  );
}

type Submission = Pick<Schemas['CreateTemplate'], 'name' | 'language' | 'category' | 'parameterFormat'> & {
  readonly components: TemplateComponent[];
};

/** Creates or changes the template, and opens its page; `submit`: whether Meta is to review it. */
function useSave(
  stored: TemplateView | undefined,
  { name, language, category, components, parameterFormat }: Submission,
) {
  const { account, api } = useAccount();
  const queries = useQueryClient();
  const { route } = useLocation();
  return useAction({
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
      route(`/console/accounts/${account.id}/templates/${saved.id}`, true);
      await queries.invalidateQueries({ queryKey: templatesKey(account.id) });
    },
  });
}

function NameFields({ draft, change, at, stored }: PartProps & Pick<FormProps, 'stored'>) {
  const { name, language, category } = draft;
  return (
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
  );
}

const inEnglish = new Intl.DisplayNames('en', { type: 'language' });
const LANGUAGES = [...TEMPLATE_LANGUAGES]
  .map((code) => [code, `${inEnglish.of(code.replace('_', '-')) ?? code} (${code})`] as const)
  .sort(([, a], [, b]) => a.localeCompare(b));
