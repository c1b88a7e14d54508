import { useQuery } from '@tanstack/preact-query';
import type { TemplateView } from '@wbiz/contracts/template';
import { Fault } from '../../parts/fault.js';
import { Loading } from '../../parts/loading.js';
import { When } from '../../parts/when.js';
import { useAccount } from '../account.js';
import { templatesKey } from './template-queries.js';
import { TemplateStatusBadge } from './template-status.js';

const HISTORY_PAGES = 20;

/** The template's reviews by Meta, from as far back as the feed is kept. */
export function TemplateHistory({ template: { id, updatedAt } }: { template: TemplateView }) {
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
      {history.isPending && <Loading label="Loading reviews" />}
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
