import { useQuery } from '@tanstack/preact-query';
import type { TemplateView } from '@wbiz/contracts/template';
import { Fault } from '../../parts/fault.js';
import { Loading } from '../../parts/loading.js';
import { useAccount } from '../account.js';
import { CampaignStatusBadge } from '../campaigns/campaign-status.js';

const LATEST_CAMPAIGNS = 200;

/** Recent campaigns that use the template. */
export function TemplateUses({ template: { name, language } }: { template: TemplateView }) {
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
      {campaigns.isPending && <Loading label="Loading campaigns" />}
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
