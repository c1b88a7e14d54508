import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/preact-query';
import type { TemplateView } from '@wbiz/contracts/template';
import { cardsOf, componentOf } from '@wbiz/contracts/template/components';
import { samplesIn } from '@wbiz/contracts/template/text-rules';
import { ChevronLeft, Megaphone, Pencil, Trash2 } from 'lucide-preact';
import { useLocation, useRoute } from 'preact-iso';
import { useState } from 'preact/hooks';
import { announce } from '../../parts/announce.js';
import { Fault } from '../../parts/fault.js';
import { Field } from '../../parts/field.js';
import { Modal } from '../../parts/modal.js';
import { useAction } from '../../parts/use-action.js';
import { When } from '../../parts/when.js';
import { useAccount } from '../account.js';
import { CampaignStatusBadge } from '../campaigns/campaign-status.js';
import { useFreshQueries } from '../fresh-queries.js';
import { Bubble } from './bubble.js';
import { slotsOf, valuesFor, type Slot } from './slots.js';
import { templateQuery, templatesKey } from './template-queries.js';
import { categoryName, Quality, STATUS_NAMES, TemplateStatusBadge } from './template-status.js';

export function TemplatePage() {
  const chosen = useAccount();
  const { id = '' } = useRoute().params;
  const template = useQuery(templateQuery(chosen, id));
  useFreshQueries(
    templatesKey(chosen.account.id),
    ['template.status'],
    ({ data }) => 'templateId' in data && data.templateId === id,
  );
  if (template.isPending)
    return <span class="loading" role="progressbar" aria-label="Loading the template" />;
  if (!template.data) return <Fault error={template.error} />;
  return <Template key={id} template={template.data} />;
}

function Template({ template }: { template: TemplateView }) {
  const { account } = useAccount();
  const section = `/console/accounts/${account.id}`;
  const [deleting, setDeleting] = useState(false);
  const { id, name, language, category, status } = template;
  return (
    <>
      <a class="row way-back" href={`${section}/templates`}>
        <ChevronLeft size={16} aria-hidden="true" />
        Templates
      </a>
      <div class="row apart">
        <div class="row">
          <h1 class="breakable">{name}</h1>
          <TemplateStatusBadge status={status} />
        </div>
        <div class="row">
          {status === 'approved' && category !== 'AUTHENTICATION' && (
            <a
              class="button primary"
              href={`${section}/campaigns/new?${new URLSearchParams({ template: name, language }).toString()}`}
            >
              <Megaphone size={16} aria-hidden="true" />
              Use in a campaign
            </a>
          )}
          {status !== 'pending' && status !== 'disabled' && (
            <a class="button" href={`${section}/templates/${id}/edit`}>
              <Pencil size={16} aria-hidden="true" />
              Edit
            </a>
          )}
          {status !== 'disabled' && (
            <button type="button" class="danger" onClick={() => setDeleting(true)}>
              <Trash2 size={16} aria-hidden="true" />
              Delete
            </button>
          )}
        </div>
      </div>
      <State template={template} />
      <div class="two-columns">
        <Preview key={template.updatedAt} template={template} />
        <div class="stack">
          <Facts template={template} />
          <History template={template} />
          <Uses template={template} />
        </div>
      </div>
      {deleting && <DeleteTemplate template={template} onClose={() => setDeleting(false)} />}
    </>
  );
}

const WORDS: Readonly<Record<TemplateView['status'], string | null>> = {
  approved: null,
  pending: 'Meta is reviewing it. That takes minutes to a day; the page changes by itself.',
  rejected: 'Meta rejected it and gave no reason. Edit it to submit it again.',
  paused: 'Meta has paused it, since people disliked it. Edit it, or wait until Meta resumes it.',
  disabled: 'Meta has disabled it for good: it cannot be sent, changed or deleted.',
  draft: 'A draft: Meta has not seen it yet. Edit it to submit it.',
};

function State({ template: { status, rejectionReason } }: { template: TemplateView }) {
  const words =
    status === 'rejected' && rejectionReason ? `Meta rejected it: ${rejectionReason}` : WORDS[status];
  if (!words) return null;
  const tone = status === 'paused' ? 'warn' : status === 'rejected' || status === 'disabled' ? 'bad' : '';
  return <p class={`notice ${tone}`}>{words}</p>;
}

function Preview({ template }: { template: TemplateView }) {
  const { account, api } = useAccount();
  const { id, components } = template;
  const slots = slotsOf(template);
  const [variables, setVariables] = useState(() => slots.variables.map(({ example }) => example));
  const [buttonVariables, setButtonVariables] = useState(() =>
    slots.buttonVariables.map(({ example }) => example),
  );
  const query = {
    ...(slots.variables.length > 0 && {
      variables: [JSON.stringify(valuesFor(slots.variables, variables))],
    }),
    ...(slots.buttonVariables.length > 0 && {
      buttonVariables: [JSON.stringify(valuesFor(slots.buttonVariables, buttonVariables))],
    }),
  };
  const preview = useQuery({
    queryKey: [...templatesKey(account.id), 'preview', id, query],
    queryFn: ({ signal }) =>
      api.request('GET', '/v1/templates/{id}/preview', { path: { id }, query, signal }),
    placeholderData: keepPreviousData,
  });
  return (
    <section class="stack" aria-labelledby="preview">
      <h2 id="preview">Preview</h2>
      <Fault error={preview.error} />
      {preview.data && (
        <>
          <Bubble
            template={preview.data}
            sample={sampleIn(components)}
            cardSamples={cardsOf(components).map(sampleIn)}
          />
          <Fault error={faultOf(preview.data.faults)} />
        </>
      )}
      <Values slots={slots.variables} values={variables} onChange={setVariables} />
      <Values slots={slots.buttonVariables} values={buttonVariables} onChange={setButtonVariables} />
    </section>
  );
}

function sampleIn(components: unknown): string | undefined {
  const [sample] = samplesIn(componentOf(components, 'HEADER') ?? {}, 'header_handle');
  return typeof sample === 'string' ? sample : undefined;
}

const faultOf = (details: readonly { pointer: string; detail: string }[]) =>
  details.length > 0
    ? Object.assign(new Error('A send with these values would be refused:'), { details })
    : null;

type ValuesProps = {
  readonly slots: readonly Slot[];
  readonly values: readonly string[];
  readonly onChange: (values: string[]) => void;
};

function Values({ slots, values, onChange }: ValuesProps) {
  return (
    <div class="pair">
      {slots.map(({ label }, index) => (
        <Field key={index} label={label}>
          <input
            value={values[index]}
            onInput={({ currentTarget }) => onChange(values.with(index, currentTarget.value))}
          />
        </Field>
      ))}
    </div>
  );
}

function Facts({ template }: { template: TemplateView }) {
  return (
    <dl class="card facts">
      <dt>Category</dt>
      <dd>{categoryName(template.category)}</dd>
      <dt>Language</dt>
      <dd>
        <code>{template.language}</code>
      </dd>
      <dt>Quality</dt>
      <dd>
        <Quality score={template.qualityScore} />
      </dd>
      <dt>Variables</dt>
      <dd>{template.parameterFormat === 'NAMED' ? 'Named' : 'Numbered'}</dd>
      <dt>Id</dt>
      <dd>
        <code>{template.id}</code>
      </dd>
      <dt>Meta’s id</dt>
      <dd>{template.metaId ? <code>{template.metaId}</code> : <span class="soft">None yet</span>}</dd>
      <dt>Created</dt>
      <dd>
        <When at={template.createdAt} />
      </dd>
      <dt>Changed</dt>
      <dd>
        <When at={template.updatedAt} />
      </dd>
    </dl>
  );
}

const HISTORY_PAGES = 20;

/** The template's reviews by Meta, from as far back as the feed is kept. */
function History({ template: { id, updatedAt } }: { template: TemplateView }) {
  const { account, api } = useAccount();
  const history = useQuery({
    queryKey: [...templatesKey(account.id), 'history', id, updatedAt],
    queryFn: async ({ signal }) => {
      const found = [];
      let before = 'now';
      for (let page = 0; page < HISTORY_PAGES; page += 1) {
        const query = { types: ['template.status' as const], limit: 200, before };
        const { data, nextCursor } = await api.request('GET', '/v1/events', { query, signal });
        for (const { type, data: told } of data)
          if (type === 'template.status' && told['templateId'] === id) found.push(told as StatusTold);
        if (nextCursor === before) break; // An empty page may be followed by others: its events were of other types
        before = nextCursor;
      }
      return found;
    },
  });
  return (
    <section class="card stack" aria-labelledby="history">
      <h2 id="history">Reviews</h2>
      <Fault error={history.error} />
      {history.isPending && <span class="loading" role="progressbar" aria-label="Loading reviews" />}
      {history.data?.length === 0 && (
        <p class="soft">Nothing in the events of the last 30 days: its status has not changed since.</p>
      )}
      {history.data && history.data.length > 0 && (
        <ol class="reviews">
          {history.data.map(({ status, reason, at }) => (
            <li key={at}>
              <span class="row apart">
                <TemplateStatusBadge status={status} />
                <When at={at} />
              </span>
              {reason && <p>{reason}</p>}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
type StatusTold = {
  readonly status: TemplateView['status'];
  readonly reason: string | null;
  readonly at: string;
};

const LATEST_CAMPAIGNS = 200;

/** Recent campaigns that use the template. */
function Uses({ template: { name, language } }: { template: TemplateView }) {
  const { account, api } = useAccount();
  const campaigns = useQuery({
    queryKey: [account.id, 'campaigns', 'latest', LATEST_CAMPAIGNS],
    queryFn: ({ signal }) =>
      api.request('GET', '/v1/campaigns', { query: { limit: LATEST_CAMPAIGNS }, signal }),
  });
  const using = campaigns.data?.data.filter(
    ({ template }) => template.name === name && template.language === language,
  );
  return (
    <section class="card stack" aria-labelledby="uses">
      <h2 id="uses">Campaigns</h2>
      <Fault error={campaigns.error} />
      {campaigns.isPending && <span class="loading" role="progressbar" aria-label="Loading campaigns" />}
      {using?.length === 0 && (
        <p class="soft">
          {campaigns.data?.nextCursor
            ? `None of the latest ${LATEST_CAMPAIGNS} campaigns sends it.`
            : 'No campaign sends it.'}
        </p>
      )}
      {using && using.length > 0 && (
        <ul class="plain-list">
          {using.slice(0, 8).map(({ id, name, status }) => (
            <li key={id} class="row apart">
              <a href={`/console/accounts/${account.id}/campaigns/${id}`}>{name}</a>
              <CampaignStatusBadge status={status} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function DeleteTemplate({ template, onClose }: { template: TemplateView; onClose: () => void }) {
  const { account, api } = useAccount();
  const { route } = useLocation();
  const queries = useQueryClient();
  const { id, name, language, status, metaId } = template;
  const remove = useAction({
    mutationFn: () => api.request('DELETE', '/v1/templates/{id}', { path: { id } }),
    onSuccess: async () => {
      announce(`Deleted ${name}`);
      route(`/console/accounts/${account.id}/templates`, true);
      queries.removeQueries({ queryKey: [...templatesKey(account.id), 'one', id] });
      await queries.invalidateQueries({ queryKey: [...templatesKey(account.id), 'list'] });
    },
  });
  return (
    <Modal title={`Delete ${name}?`} onClose={onClose}>
      <p>
        {metaId
          ? `It is deleted here and at Meta, in ${language} only. Scheduled campaigns that send it will fail.`
          : `It is a ${STATUS_NAMES[status].toLowerCase()} that Meta does not have; it is deleted here.`}
      </p>
      {status === 'approved' && <p>Meta then blocks its name for 30 days.</p>}
      <Fault error={remove.error} />
      <div class="row">
        <button type="button" class="danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
          {remove.isPending ? 'Deleting…' : 'Delete template'}
        </button>
        <button type="button" onClick={onClose}>
          Keep it
        </button>
      </div>
    </Modal>
  );
}
