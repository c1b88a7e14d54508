import { useQuery, useQueryClient } from '@tanstack/preact-query';
import type { TemplateView } from '@wbiz/contracts/template';
import { Megaphone, Pencil, Trash2 } from 'lucide-preact';
import { useLocation, useRoute } from 'preact-iso';
import { useState } from 'preact/hooks';
import { announce } from '../../parts/announce.js';
import { Fault } from '../../parts/fault.js';
import { Loading } from '../../parts/loading.js';
import { Modal } from '../../parts/modal.js';
import { useAction } from '../../parts/use-action.js';
import { WayBack } from '../../parts/way-back.js';
import { When } from '../../parts/when.js';
import { useAccount } from '../account.js';
import { useFreshQueries } from '../fresh-queries.js';
import { TemplateHistory } from './template-history.js';
import { TemplatePreview } from './template-preview.js';
import { templateQuery, templatesKey } from './template-queries.js';
import { categoryName, Quality, STATUS_NAMES, TemplateStatusBadge } from './template-status.js';
import { TemplateUses } from './template-uses.js';

export function TemplatePage() {
  const chosen = useAccount();
  const { id = '' } = useRoute().params;
  const template = useQuery(templateQuery(chosen, id));
  useFreshQueries(
    templatesKey(chosen.account.id),
    ['template.status'],
    ({ data }) => 'templateId' in data && data.templateId === id,
  );
  if (template.isPending) return <Loading label="Loading the template" />;
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
      <WayBack href={`${section}/templates`}>Templates</WayBack>
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
        <TemplatePreview key={template.updatedAt} template={template} />
        <div class="stack">
          <Facts template={template} />
          <TemplateHistory template={template} />
          <TemplateUses template={template} />
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
