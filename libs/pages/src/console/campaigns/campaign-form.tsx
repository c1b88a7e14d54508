import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/preact-query';
import { LIMITS } from '@wbiz/contracts/limits';
import type { TemplateView } from '@wbiz/contracts/template';
import { fillTemplate } from '@wbiz/contracts/template/filling';
import { renderedOf } from '@wbiz/contracts/template/rendering';
import type { Schemas } from '@wbiz/sdk/operations';
import { WbizError } from '@wbiz/sdk/wbiz-error';
import { ChevronLeft } from 'lucide-preact';
import { useLocation, useRoute } from 'preact-iso';
import { useEffect, useRef, useState } from 'preact/hooks';
import { allOf } from '../../parts/all-of.js';
import { announce } from '../../parts/announce.js';
import { Fault } from '../../parts/fault.js';
import { faultsByPlace, faultWords } from '../../parts/field-faults.js';
import { Field } from '../../parts/field.js';
import { Modal } from '../../parts/modal.js';
import { useSettled } from '../../parts/settled.js';
import { useAction } from '../../parts/use-action.js';
import { useAccount } from '../account.js';
import { Bubble } from '../templates/bubble.js';
import { slotsOf, valuesFor, type Slots } from '../templates/slots.js';
import { templatesKey, viewOf } from '../templates/template-queries.js';
import { AudienceFields } from './audience-fields.js';
import {
  bodyOf,
  draftOf,
  emptyDraft,
  NO_PLACE,
  NO_VALUES,
  UTC,
  written,
  type CampaignDraft,
  type PartValues,
} from './campaign-draft.js';
import { campaignQuery, campaignsKey } from './campaign-queries.js';
import { missingIn } from './missing.js';
import { Plan } from './plan.js';
import { TemplatePicker } from './template-picker.js';
import { takesValues, ValueFields } from './value-fields.js';
import { people, scheduleWords } from './words.js';

/** Some browsers still report the old names of these zones. */
const RENAMED: Readonly<Record<string, string>> = {
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Europe/Kiev': 'Europe/Kyiv',
};
const named = (zone: string) => RENAMED[zone] ?? zone;
const HERE = named(Intl.DateTimeFormat().resolvedOptions().timeZone);
const ZONES = [HERE, UTC, ...Intl.supportedValuesOf('timeZone').map(named).sort()];
const SETTLED_MS = 500;

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
  if (stored.isPending) return <span class="loading" role="progressbar" aria-label="Loading the campaign" />;
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
  const missing = missingIn(draft, slots);
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

  const eligible = plan.data?.plan?.eligible;
  const isCurrent = plan.isSuccess && !plan.isOld;
  return (
    <>
      <a class="row way-back" href={stored ? `${section}/${stored.id}` : section}>
        <ChevronLeft size={16} aria-hidden="true" />
        {stored ? stored.name : 'Campaigns'}
      </a>
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
            <Fault error={template.error} />
            {draft.template && template.data === null && (
              <p class="notice bad">
                There is no template {draft.template.name} in {draft.template.language}.
              </p>
            )}
            {view && view.status !== 'approved' && (
              <p class="notice warn">
                This template is not approved; it must be by the time the campaign starts.
              </p>
            )}
            {draft.template && template.isPending ? (
              <span class="loading" role="progressbar" aria-label="Loading the template" />
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
              <ValueFields slots={slots} draft={draft} change={change} fields={fields.data ?? []} at={at} />
            )}
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
        <aside class="stack sticky" aria-label="What it comes to">
          <section class="card stack" aria-labelledby="plan">
            <h2 id="plan">Plan</h2>
            <Fault error={plan.error && new Error(plan.error.message)} />
            {plan.isFetching && <span class="loading" role="progressbar" aria-label="Reading the plan" />}
            {plan.data ? (
              <Plan preview={plan.data} isOld={plan.isOld} />
            ) : (
              !plan.isFetching &&
              !plan.error && (
                <p class="soft">Shown once there are a template, all that it takes, and an audience.</p>
              )
            )}
          </section>
          {view && (
            <section class="stack" aria-labelledby="preview">
              <h2 id="preview">Preview</h2>
              <Bubble
                template={rendered(view, draft)}
                sample={draft.values.medium}
                cardSamples={draft.cards.map(({ medium }) => medium)}
                place={draft.place.name || draft.place.address}
              />
            </section>
          )}
        </aside>
      </div>
      {isAsked && body && plan.data && (
        <Modal
          title={
            stored
              ? `Save ${draft.name.trim()}?`
              : draft.mode === 'now'
                ? `Send to ${people(eligible ?? 0)} now?`
                : `Schedule ${draft.name.trim()}?`
          }
          onClose={() => ask(false)}
        >
          {draft.mode === 'at' && (
            <p>It starts: {scheduleWords(body.schedule!)}. The audience is read then.</p>
          )}
          <Plan preview={plan.data} isOld={false} />
          <Fault error={save.error} />
          <div class="row">
            <button type="button" class="primary" disabled={save.isPending} onClick={() => save.mutate()}>
              {save.isPending
                ? 'One moment…'
                : stored
                  ? 'Save'
                  : draft.mode === 'now'
                    ? 'Start now'
                    : 'Schedule'}
            </button>
            <button type="button" onClick={() => ask(false)}>
              Back
            </button>
          </div>
        </Modal>
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

const templateKey = (account: string, { name, language }: NonNullable<CampaignDraft['template']>) => [
  ...templatesKey(account),
  'named',
  name,
  language,
];

/** The template with this name and language; null: none has them. */
function useTemplate(named: CampaignDraft['template']) {
  const { account, api } = useAccount();
  return useQuery({
    queryKey: templateKey(account.id, named ?? { name: '', language: '' }),
    queryFn: async ({ signal }): Promise<TemplateView | null> => {
      const { name, language } = named!;
      const query = { search: name, language };
      for await (const found of api.list('/v1/templates', { query, signal }))
        if (found.name === name) return viewOf(found);
      return null;
    },
    enabled: named !== null,
  });
}

function useCustomFields() {
  const { account, api } = useAccount();
  return useQuery({
    queryKey: [account.id, 'custom-fields', 'all'],
    queryFn: ({ signal }) => allOf(api.list('/v1/custom-fields', { signal })),
  });
}

/** The plan of the campaign, read once typing has paused. `isOld`: it belongs to an earlier state of the form. */
function usePlan(body: Schemas['CreateCampaign'] | undefined) {
  const { account, api } = useAccount();
  const asked = body && {
    audience: body.audience,
    template: body.template,
    ...(body.ratePerSecond && { ratePerSecond: body.ratePerSecond }),
    ...(body.from && { from: body.from }),
  };
  const now = JSON.stringify(asked);
  const settled = useSettled(now, SETTLED_MS);
  const plan = useQuery({
    queryKey: [...campaignsKey(account.id), 'plan', settled],
    queryFn: ({ signal }) =>
      api.request('POST', '/v1/campaigns/audience-preview', {
        body: JSON.parse(settled!) as NonNullable<typeof asked>,
        signal,
      }),
    enabled: settled !== undefined && asked !== undefined,
    placeholderData: keepPreviousData,
  });
  return { ...plan, isOld: settled !== now || plan.isPlaceholderData };
}

/** The message as a person will see it; values that differ per contact stay placeholders. */
function rendered(view: TemplateView, { values, cards }: CampaignDraft) {
  const slots = slotsOf(view);
  const of = (part: Slots, { variables, buttonVariables }: PartValues) => ({
    variables: valuesFor(part.variables, variables.map(written)),
    ...(part.buttonVariables.length > 0 && {
      buttonVariables: valuesFor(part.buttonVariables, buttonVariables.map(written)),
    }),
  });
  return renderedOf(
    fillTemplate(view, {
      ...of(slots, values),
      ...(slots.cards.length > 0 && {
        cards: slots.cards.map((card, index) => of(card, cards[index] ?? NO_VALUES)),
      }),
    }).filled,
  );
}

type TimeProps = {
  readonly draft: CampaignDraft;
  readonly change: (changes: Partial<CampaignDraft>) => void;
  readonly at: (place: string) => string | undefined;
};

function TimeFields({ draft: { mode, local, zone, rate, from }, change, at }: TimeProps) {
  const { account } = useAccount();
  return (
    <>
      <fieldset class="row options">
        <legend class="unseen">When it starts</legend>
        <label class="option">
          <input type="radio" name="mode" checked={mode === 'now'} onChange={() => change({ mode: 'now' })} />
          At once
        </label>
        <label class="option">
          <input type="radio" name="mode" checked={mode === 'at'} onChange={() => change({ mode: 'at' })} />
          At a time
        </label>
      </fieldset>
      {mode === 'at' && (
        <>
          <div class="pair">
            <Field label="Day and time" fault={at('schedule/sendAt')}>
              <input
                type="datetime-local"
                value={local}
                onInput={({ currentTarget }) => change({ local: currentTarget.value })}
              />
            </Field>
            <Field label="As clocks show it in" fault={at('schedule/timeZone')}>
              <select value={zone} onChange={({ currentTarget }) => change({ zone: currentTarget.value })}>
                {[...new Set([...ZONES, zone])].map((name) => (
                  <option key={name} value={name}>
                    {name.replaceAll('_', ' ')}
                  </option>
                ))}
              </select>
            </Field>
          </div>
          <p class="soft">
            If the service is down then, it starts by itself within the grace of this installation (an hour,
            unless CAMPAIGN_START_GRACE_MS says otherwise); after that it waits, paused, until somebody
            resumes it.
          </p>
        </>
      )}
      <div class="pair">
        <Field
          label="Messages a second at most (optional)"
          hint="Empty: as fast as Meta allows the number."
          fault={at('ratePerSecond')}
        >
          <input
            inputMode="numeric"
            value={rate}
            onInput={({ currentTarget }) => change({ rate: currentTarget.value.trim() })}
          />
        </Field>
        {account.phoneNumbers.length > 1 && (
          <Field label="From" fault={at('from')}>
            <select value={from} onChange={({ currentTarget }) => change({ from: currentTarget.value })}>
              <option value="">The default number</option>
              {account.phoneNumbers.map(({ id, displayPhoneNumber, verifiedName }) => (
                <option key={id} value={id}>
                  {displayPhoneNumber} {verifiedName}
                </option>
              ))}
            </select>
          </Field>
        )}
      </div>
    </>
  );
}
