import { useQuery, useQueryClient } from '@tanstack/preact-query';
import { useLocation } from 'preact-iso';
import { announce } from '../../parts/announce.js';
import { Confirm } from '../../parts/confirm.js';
import { Fault } from '../../parts/fault.js';
import { Loading } from '../../parts/loading.js';
import { Modal } from '../../parts/modal.js';
import { useAction } from '../../parts/use-action.js';
import { useAccount } from '../account.js';
import { Secret } from './secret.js';
import { type Webhook, webhookKey, webhooksKey } from './webhook-queries.js';
import { answerOf } from './webhook-words.js';

type DialogProps = { readonly webhook: Webhook; readonly onClose: () => void };

export function useUpdate({ id }: Webhook, onSaved?: () => void) {
  const { account, api } = useAccount();
  const queries = useQueryClient();
  return useAction({
    mutationFn: (body: { active: boolean; resumeFrom?: 'cursor' | 'now' }) =>
      api.request('PATCH', '/v1/webhooks/{id}', { path: { id }, body }),
    onSuccess: async (saved) => {
      queries.setQueryData(webhookKey(account.id, id), saved);
      announce(saved.active ? 'Webhook resumed' : 'Webhook paused');
      onSaved?.();
      await queries.invalidateQueries({ queryKey: webhooksKey(account.id) });
    },
  });
}

export function TestWebhook({ webhook: { id, url }, onClose }: DialogProps) {
  const { api } = useAccount();
  const test = useQuery({
    queryKey: ['webhook-test', id],
    queryFn: () => api.request('POST', '/v1/webhooks/{id}/test', { path: { id } }),
    gcTime: 0,
    staleTime: Infinity,
  });
  const result = test.data;
  return (
    <Modal title="Send test" onClose={onClose}>
      <p class="wrapped">
        A signed sample of type <code>webhook.test</code> goes to {url}. It counts for nothing.
      </p>
      {test.isFetching && <Loading label="Waiting for the endpoint" />}
      <Fault error={test.error} />
      {result && !test.isFetching && (
        <div class={`notice ${result.delivered ? 'good' : 'bad'}`} role="status">
          <p>
            <b>{result.delivered ? 'Delivered' : 'Not delivered'}</b>: {answerOf(result)}, after{' '}
            {result.durationMs} ms
          </p>
          {result.responseBody && <pre class="wrapped">{result.responseBody}</pre>}
        </div>
      )}
      <div class="actions">
        <button type="button" disabled={test.isFetching} onClick={() => void test.refetch()}>
          Send again
        </button>
        <button type="button" class="primary" onClick={onClose}>
          Done
        </button>
      </div>
    </Modal>
  );
}

export function ResumeWebhook({ webhook, onClose }: DialogProps) {
  const update = useUpdate(webhook, onClose);
  return (
    <Modal title="Resume webhook" onClose={onClose}>
      <p>What has happened meanwhile was kept. Send it, or leave it out?</p>
      <Fault error={update.error} />
      <div class="actions">
        <button
          type="button"
          disabled={update.isPending}
          onClick={() => update.mutate({ active: true, resumeFrom: 'now' })}
        >
          From now
        </button>
        <button
          type="button"
          class="primary"
          disabled={update.isPending}
          onClick={() => update.mutate({ active: true, resumeFrom: 'cursor' })}
        >
          From where it stood
        </button>
      </div>
    </Modal>
  );
}

export function RotateSecret({ webhook: { id }, onClose }: DialogProps) {
  const { api } = useAccount();
  const rotate = useAction({
    mutationFn: () => api.request('POST', '/v1/webhooks/{id}/rotate-secret', { path: { id } }),
  });
  if (rotate.data)
    return (
      <Secret
        title="Secret rotated"
        secret={rotate.data.secret}
        note="For 24 hours the secret before signs as well: give your receivers both, separated by a comma, and after that the new one alone."
        onClose={onClose}
      />
    );
  return (
    <Confirm
      title="Rotate secret"
      action="Rotate secret"
      request={rotate}
      onConfirm={() => rotate.mutate()}
      onClose={onClose}
    >
      <p>A new secret is made and shown once. For 24 hours both sign, so that no delivery is refused.</p>
    </Confirm>
  );
}

export function DeleteWebhook({ webhook: { id, url }, onClose }: DialogProps) {
  const { account, api } = useAccount();
  const { route, path } = useLocation();
  const queries = useQueryClient();
  const remove = useAction({
    mutationFn: () => api.request('DELETE', '/v1/webhooks/{id}', { path: { id } }),
    onSuccess: async () => {
      announce('Webhook deleted');
      route(path.slice(0, path.lastIndexOf('/')));
      queries.removeQueries({ queryKey: webhookKey(account.id, id) });
      await queries.invalidateQueries({ queryKey: webhooksKey(account.id) });
    },
  });
  return (
    <Confirm
      title="Delete webhook"
      action="Delete webhook"
      isDangerous
      request={remove}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <p class="wrapped">
        Nothing more is sent to {url}, and what was still to be tried again is not. This cannot be undone.
      </p>
    </Confirm>
  );
}
