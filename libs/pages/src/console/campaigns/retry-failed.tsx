import { useQuery, useQueryClient } from '@tanstack/preact-query';
import type { Schemas } from '@wbiz/sdk/operations';
import { useState } from 'preact/hooks';
import { announce } from '../../parts/announce.js';
import { Fault } from '../../parts/fault.js';
import { Loading } from '../../parts/loading.js';
import { Modal } from '../../parts/modal.js';
import { useAction } from '../../parts/use-action.js';
import { useAccount } from '../account.js';
import { campaignsKey } from './campaign-queries.js';
import { number } from './words.js';

/** Most failed sends that are read to count their error codes. */
const MOST_READ = 2_000;

type Cause = { readonly code: string; readonly message: string; count: number };

export function RetryFailed({
  campaign,
  onClose,
}: {
  campaign: Schemas['CampaignView'];
  onClose: () => void;
}) {
  const { account, api } = useAccount();
  const queries = useQueryClient();
  const { id, name, counts } = campaign;
  const [onlyThese, setOnlyThese] = useState(false);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const causes = useQuery({
    queryKey: [...campaignsKey(account.id), 'causes', id],
    queryFn: async ({ signal }) => {
      const found = new Map<string, Cause>();
      let read = 0;
      for await (const { error } of api.list('/v1/campaigns/{id}/recipients', {
        path: { id },
        query: { status: 'failed' },
        signal,
      })) {
        const code = String(error?.metaCode ?? error?.code ?? 'unknown');
        const cause = found.get(code) ?? { code, message: error?.message ?? '', count: 0 };
        cause.count += 1;
        found.set(code, cause);
        if ((read += 1) >= MOST_READ) break;
      }
      return [...found.values()].sort((a, b) => b.count - a.count);
    },
    staleTime: 0,
  });
  const retry = useAction({
    mutationFn: () =>
      api.request('POST', '/v1/campaigns/{id}/retry-failed', {
        path: { id },
        body: onlyThese ? { codes: [...chosen] } : {},
      }),
    onSuccess: async () => {
      announce(`Retrying failed sends of ${name}`);
      onClose();
      await queries.invalidateQueries({ queryKey: campaignsKey(account.id) });
    },
  });
  return (
    <Modal title="Retry failed sends" onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          retry.mutate();
        }}
      >
        <p class="soft">
          Each gets a new message. People who cannot be reached or have stopped marketing messages are never
          tried again; what Meta held back (131049) only after a day and within a week.
        </p>
        <fieldset class="stack">
          <legend class="unseen">Which</legend>
          <label class="row">
            <input type="radio" name="which" checked={!onlyThese} onChange={() => setOnlyThese(false)} />
            All of the {number.format(counts.failed)} that may pass now
          </label>
          <label class="row">
            <input type="radio" name="which" checked={onlyThese} onChange={() => setOnlyThese(true)} />
            Only those with these codes
          </label>
        </fieldset>
        {causes.isPending && <Loading label="Reading the causes" />}
        <Fault error={causes.error} />
        {onlyThese && (
          <fieldset class="stack retry-codes">
            <legend class="unseen">Codes</legend>
            {causes.data?.map(({ code, message, count }) => (
              <label key={code} class="row">
                <input
                  type="checkbox"
                  checked={chosen.includes(code)}
                  onChange={({ currentTarget }) =>
                    setChosen(
                      currentTarget.checked ? [...chosen, code] : chosen.filter((one) => one !== code),
                    )
                  }
                />
                <code>{code}</code>
                <span>{message}</span>
                <span class="soft">{number.format(count)}</span>
              </label>
            ))}
            {chosen.includes('outcome_unknown') && (
              <p class="notice warn">
                With outcome_unknown the message may have arrived: people may get it twice.
              </p>
            )}
          </fieldset>
        )}
        <Fault error={retry.error} />
        <div class="row">
          <button class="primary" disabled={retry.isPending || (onlyThese && chosen.length === 0)}>
            {retry.isPending ? 'Queueing…' : 'Retry'}
          </button>
          <button type="button" onClick={onClose}>
            Close
          </button>
        </div>
      </form>
    </Modal>
  );
}
