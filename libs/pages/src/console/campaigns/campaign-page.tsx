import { useQuery, useQueryClient } from '@tanstack/preact-query';
import type { Schemas } from '@wbiz/sdk/operations';
import { Ban, Pause, Pencil, Play, RotateCcw } from 'lucide-preact';
import { useRoute } from 'preact-iso';
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
import { type Campaign, CampaignProgress } from './campaign-progress.js';
import { campaignQuery, campaignsKey } from './campaign-queries.js';
import { CampaignStatusBadge } from './campaign-status.js';
import { Recipients } from './recipients.js';
import { RetryFailed } from './retry-failed.js';
import { audienceWords, number, people, REASONS, scheduleWords } from './words.js';

export function CampaignPage() {
  const chosen = useAccount();
  const { id = '' } = useRoute().params;
  const campaign = useQuery(campaignQuery(chosen, id));
  useFreshQueries(
    [...campaignsKey(chosen.account.id), 'one', id],
    ['campaign.status', 'message.status'],
    ({ data }) => 'campaignId' in data && data.campaignId === id,
  );
  if (campaign.isPending) return <Loading label="Loading the campaign" />;
  if (!campaign.data) return <Fault error={campaign.error} />;
  return <Shown key={id} campaign={campaign.data} />;
}

function Shown({ campaign }: { campaign: Campaign }) {
  const { account } = useAccount();
  const { name, status } = campaign;
  return (
    <>
      <WayBack href={`/console/accounts/${account.id}/campaigns`}>Campaigns</WayBack>
      <div class="row apart">
        <div class="row">
          <h1 class="breakable">{name}</h1>
          <span role="status">
            <CampaignStatusBadge status={status} />
          </span>
        </div>
        <Actions campaign={campaign} />
      </div>
      <Why campaign={campaign} />
      {status === 'scheduled' ? (
        <p class="notice">
          Starts <When at={campaign.startsAt} />. Its audience is read then: who opts in until then is
          included, who opts out is not.
        </p>
      ) : (
        <CampaignProgress campaign={campaign} />
      )}
      <Definition campaign={campaign} />
      {status !== 'scheduled' && <Recipients campaign={campaign} />}
    </>
  );
}

const ACTIONS = {
  pause: { path: '/v1/campaigns/{id}/pause', done: 'Paused' },
  resume: { path: '/v1/campaigns/{id}/resume', done: 'Resumed' },
  cancel: { path: '/v1/campaigns/{id}/cancel', done: 'Cancelled' },
} as const;

function useAct({ id, name }: Campaign) {
  const { account, api } = useAccount();
  const queries = useQueryClient();
  return useAction({
    mutationFn: (action: keyof typeof ACTIONS) => api.request('POST', ACTIONS[action].path, { path: { id } }),
    onSuccess: (_, action) => announce(`${ACTIONS[action].done} ${name}`),
    onSettled: () => queries.invalidateQueries({ queryKey: campaignsKey(account.id) }),
  });
}

function Actions({ campaign }: { campaign: Campaign }) {
  const { account } = useAccount();
  const act = useAct(campaign);
  const [opened, open] = useState<'cancel' | 'retry'>();
  const { id, status, counts } = campaign;
  const isOver = status === 'completed' || status === 'cancelled' || status === 'failed';
  return (
    <>
      <div class="row">
        {status === 'running' && (
          <button type="button" disabled={act.isPending} onClick={() => act.mutate('pause')}>
            <Pause size={16} aria-hidden="true" />
            Pause
          </button>
        )}
        {status === 'paused' && (
          <button type="button" class="primary" disabled={act.isPending} onClick={() => act.mutate('resume')}>
            <Play size={16} aria-hidden="true" />
            Resume
          </button>
        )}
        {status === 'scheduled' && (
          <a class="button" href={`/console/accounts/${account.id}/campaigns/${id}/edit`}>
            <Pencil size={16} aria-hidden="true" />
            Edit
          </a>
        )}
        {counts.failed > 0 && status !== 'cancelled' && status !== 'failed' && (
          <button type="button" onClick={() => open('retry')}>
            <RotateCcw size={16} aria-hidden="true" />
            Retry failed
          </button>
        )}
        {!isOver && (
          <button type="button" class="danger" onClick={() => open('cancel')}>
            <Ban size={16} aria-hidden="true" />
            Cancel campaign
          </button>
        )}
      </div>
      {opened !== 'cancel' && act.error && (
        <div class="whole">
          <Fault error={act.error} />
        </div>
      )}
      {opened === 'cancel' && <Cancel campaign={campaign} onClose={() => open(undefined)} />}
      {opened === 'retry' && <RetryFailed campaign={campaign} onClose={() => open(undefined)} />}
    </>
  );
}

function Cancel({ campaign, onClose }: { campaign: Campaign; onClose: () => void }) {
  const act = useAct(campaign);
  const { name, status, counts } = campaign;
  return (
    <Modal title={`Cancel ${name}?`} onClose={onClose}>
      <p>
        {status === 'scheduled'
          ? 'It will not start. This cannot be undone.'
          : `${people(counts.queued)} will not get it; what Meta was asked to take before is sent. This cannot be undone.`}
      </p>
      <Fault error={act.error} />
      <div class="row">
        <button
          type="button"
          class="danger"
          disabled={act.isPending}
          onClick={() => act.mutate('cancel', { onSuccess: onClose })}
        >
          {act.isPending ? 'Cancelling…' : 'Cancel campaign'}
        </button>
        <button type="button" onClick={onClose}>
          Keep it
        </button>
      </div>
    </Modal>
  );
}

function Why({ campaign: { status, reason, detail, resumesAt } }: { campaign: Campaign }) {
  if (!reason) return null;
  return (
    <div class={`notice ${status === 'failed' ? 'bad' : 'warn'}`} role="status">
      <p>{REASONS[reason]}</p>
      {detail && <p class="soft">{detail}</p>}
      {resumesAt && (
        <p>
          Goes on <When at={resumesAt} />.
        </p>
      )}
    </div>
  );
}

function Definition({ campaign }: { campaign: Campaign }) {
  const { account } = useAccount();
  const { template, audience, schedule, phoneNumberId, ratePerSecond, id, createdAt, startedAt } = campaign;
  const sender = account.phoneNumbers.find((one) => one.id === phoneNumberId);
  const search = new URLSearchParams({ search: template.name }).toString();
  return (
    <section class="card" aria-label="What it sends">
      <dl class="facts campaign-facts">
        <dt>Template</dt>
        <dd>
          <a href={`/console/accounts/${account.id}/templates?${search}`}>{template.name}</a>{' '}
          <code>{template.language}</code>
        </dd>
        <dt>Audience</dt>
        <dd>{audienceWords(audience)}</dd>
        <dt>Values</dt>
        <dd>{valuesWords(template)}</dd>
        <dt>Time</dt>
        <dd>{scheduleWords(schedule)}</dd>
        <dt>Pace</dt>
        <dd>
          {ratePerSecond
            ? `${number.format(ratePerSecond)} a second at most`
            : 'As fast as Meta allows the number'}
        </dd>
        <dt>From</dt>
        <dd>{sender?.displayPhoneNumber ?? phoneNumberId}</dd>
        <dt>Created</dt>
        <dd>
          <When at={createdAt} />
        </dd>
        <dt>Started</dt>
        <dd>
          <When at={startedAt} />
        </dd>
        <dt>Id</dt>
        <dd>
          <code>{id}</code>
        </dd>
      </dl>
    </section>
  );
}

function valuesWords({ variables, buttonVariables, headerMediaId, headerLink }: Schemas['CampaignTemplate']) {
  const texts = [...Object.values(variables ?? []), ...Object.values(buttonVariables ?? [])];
  const medium = headerMediaId ?? headerLink;
  const all = [...texts.map((value) => `“${value}”`), ...(medium ? [medium] : [])];
  return all.length > 0 ? all.join(', ') : <span class="soft">None</span>;
}
