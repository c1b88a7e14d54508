import { useQuery, useQueryClient } from '@tanstack/preact-query';
import { LIMITS } from '@wbiz/contracts/limits';
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
import { slotsOf } from '../templates/slots.js';
import { AudienceFields } from './audience-fields.js';
import { bodyOf, type CampaignDraft, draftOf, emptyDraft, NO_PLACE, NO_VALUES } from './campaign-draft.js';
import { templateKey, useCustomFields, usePlan, useTemplate } from './campaign-form-queries.js';
import { campaignQuery, campaignsKey } from './campaign-queries.js';
import { faultsOfDraft } from './draft-faults.js';
import { ConfirmCampaign } from './confirm-campaign.js';
import { PlanAndPreview } from './plan-and-preview.js';
import { TemplatePicker } from './template-picker.js';
import { HERE, TimeFields } from './time-fields.js';
import { takesValues, ValueFields } from './value-fields.js';

export function NewCampaign() {
  const { template, language } = useLocation().query;
  const initial = emptyDraft(HERE);
  return (
    <CampaignForm
      initial={template && language ? { ...initial, template: { name: template, language } } : initial}
    />
  );
}

export function EditCampaign() {
  const chosen = useAccount();
  const { id = '' } = useRoute().params;
  const stored = useQuery({ ...campaignQuery(chosen, id), staleTime: Infinity });
  if (stored.isPending) return <Loading label="Loading the campaign" />;
  if (!stored.data) return <Fault error={stored.error} />;
  return <CampaignForm key={id} initial={draftOf(stored.data, HERE)} stored={stored.data} />;
}

/** Places in the request whose fault is shown at a field of the form. */
const SHOWN =
  /^(name|ratePerSecond|from|schedule\/(sendAt|timeZone)|template\/(name|offerExpiresAt|headerLocation\/\w+|(cards\/\d+\/)?(variables|buttonVariables|headerMediaId|headerLink)(\/.*)?)|audience\/(tags|exclude|contacts|filters(\/\d+\/(field|operator|value))?))$/;

function CampaignForm({ initial, stored }: { initial: CampaignDraft; stored?: Schemas['CampaignView'] }) {
  const { account, api } = useAccount();
  const queries = useQueryClient();
  const { route } = useLocation();
  const form = useRef<HTMLFormElement>(null);
  const [draft, setDraft] = useState(initial);
  const [tries, setTries] = useState(0);
  const [isAsked, ask] = useState(false);
  const section = `/console/accounts/${account.id}/campaigns`;
  const change = (changes: Partial<CampaignDraft>) => {
    setDraft((before) => ({ ...before, ...changes }));
    save.reset();
  };

  const template = useTemplate(draft.template);
  const fields = useCustomFields();
  const view = template.data ?? undefined;
  const body = view && bodyOf(draft, view, fields.data ?? []);
  const slots = view && slotsOf(view);
  const missing = faultsOfDraft(draft, slots);
  const isPlannable = missing.every(([place]) => !/^(audience|template|ratePerSecond)/.test(place));
  const plan = usePlan(isPlannable ? body : undefined);

  const save = useAction({
    mutationFn: () =>
      stored
        ? api.request('PATCH', '/v1/campaigns/{id}', {
            path: { id: stored.id },
            body: { ...body!, ratePerSecond: body!.ratePerSecond ?? null },
          })
        : api.request('POST', '/v1/campaigns', { body: body! }),
    onSuccess: async (saved) => {
      announce(
        stored
          ? `Changed ${saved.name}`
          : saved.status === 'scheduled'
            ? `Scheduled ${saved.name}`
            : `Started ${saved.name}`,
      );
      route(`${section}/${saved.id}`, true);
      await queries.invalidateQueries({ queryKey: campaignsKey(account.id) });
    },
    onError: () => ask(false),
  });

  const refused = [save.error, plan.error].flatMap((error) =>
    error instanceof WbizError ? error.details : [],
  );
  const places = new Map([
    ...faultsByPlace(refused, (pointer) => pointer.slice(1)),
    ...(tries > 0 ? missing : []),
  ]);
  const at = (place: string) => places.get(place);
  const elsewhere = refused.filter(({ pointer }) => !SHOWN.test(pointer.slice(1)));
  const isShownAtFields = refused.length > 0 && elsewhere.length === 0;
  useEffect(() => {
    if (tries > 0) form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }, [tries, save.error]);

  const isCurrent = plan.isSuccess && !plan.isOld;
  return (
    <>
      <WayBack href={stored ? `${section}/${stored.id}` : section}>
        {stored ? stored.name : 'Campaigns'}
      </WayBack>
      <h1 class="breakable">{stored ? `Edit ${stored.name}` : 'New campaign'}</h1>
      <div class="two-columns">
        <form
          ref={form}
          class="stack"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            setTries(tries + 1);
            if (missing.length === 0 && isCurrent) ask(true);
          }}
        >
          <div class="card stack">
            <Field label="Name" hint="People who get it do not see it." fault={at('name')}>
              <input
                value={draft.name}
                maxLength={LIMITS.campaignName.max}
                onInput={({ currentTarget }) => change({ name: currentTarget.value })}
              />
            </Field>
          </div>
          <Step title="Template">
            <TemplateStep
              template={template}
              draft={draft}
              change={change}
              fields={fields.data ?? []}
              at={at}
            />
          </Step>
          <Step title="Audience">
            <Fault error={fields.error} />
            <AudienceFields
              audience={draft.audience}
              change={(changes) => change({ audience: { ...draft.audience, ...changes } })}
              fields={fields.data ?? []}
              at={at}
            />
          </Step>
          <Step title="Time and pace">
            <TimeFields draft={draft} change={change} at={at} />
          </Step>
          <FaultList faults={elsewhere} />
          <Fault error={isShownAtFields ? null : save.error && new Error(save.error.message)} />
          <div class="row">
            <button class="primary" disabled={save.isPending || (missing.length === 0 && !isCurrent)}>
              {stored ? 'Save changes' : draft.mode === 'now' ? 'Start campaign' : 'Schedule campaign'}
            </button>
            {missing.length === 0 && plan.isFetching && <span class="soft">Reading the plan…</span>}
            {tries > 0 && missing.length > 0 && (
              <span class="fault-count" role="status">
                {missing.length === 1 ? 'One thing is missing.' : `${missing.length} things are missing.`}
              </span>
            )}
          </div>
        </form>
        <PlanAndPreview plan={plan} view={view} draft={draft} />
      </div>
      {isAsked && body && plan.data && (
        <ConfirmCampaign
          stored={stored !== undefined}
          draft={draft}
          schedule={body.schedule!}
          preview={plan.data}
          save={save}
          onClose={() => ask(false)}
        />
      )}
    </>
  );
}

type TemplateStepProps = {
  readonly template: ReturnType<typeof useTemplate>;
  readonly draft: CampaignDraft;
  readonly change: (changes: Partial<CampaignDraft>) => void;
  readonly fields: readonly Schemas['CustomFieldView'][];
  readonly at: (place: string) => string | undefined;
};

function TemplateStep({ template, draft, change, fields, at }: TemplateStepProps) {
  const { account } = useAccount();
  const queries = useQueryClient();
  const view = template.data ?? undefined;
  const slots = view && slotsOf(view);
  return (
    <>
      <Fault error={template.error} />
      {draft.template && template.data === null && (
        <p class="notice bad">
          There is no template {draft.template.name} in {draft.template.language}.
        </p>
      )}
      {view && view.status !== 'approved' && (
        <p class="notice warn">This template is not approved; it must be by the time the campaign starts.</p>
      )}
      {draft.template && template.isPending ? (
        <Loading label="Loading the template" />
      ) : (
        <TemplatePicker
          chosen={view}
          fault={at('template/name')}
          onChoose={({ name, language, ...rest }) => {
            queries.setQueryData(templateKey(account.id, { name, language }), {
              name,
              language,
              ...rest,
            });
            change({
              template: { name, language },
              values: NO_VALUES,
              cards: [],
              place: NO_PLACE,
              offerEnd: '',
            });
          }}
        />
      )}
      {slots && takesValues(slots) && (
        <ValueFields slots={slots} draft={draft} change={change} fields={fields} at={at} />
      )}
    </>
  );
}

function Step({ title, children }: { title: string; children: preact.ComponentChildren }) {
  return (
    <fieldset class="card stack">
      <legend class="unseen">{title}</legend>
      <h2 aria-hidden="true">{title}</h2>
      {children}
    </fieldset>
  );
}
