import { keepPreviousData, useQuery } from '@tanstack/preact-query';
import type { TemplateView } from '@wbiz/contracts/template';
import type { Schemas } from '@wbiz/sdk/operations';
import { allOf } from '../../parts/all-of.js';
import { useSettled } from '../../parts/use-settled.js';
import { useAccount } from '../account.js';
import { templatesKey, viewOf } from '../templates/template-queries.js';
import type { CampaignDraft } from './campaign-draft.js';
import { campaignsKey } from './campaign-queries.js';

const SETTLED_MS = 500;

export const templateKey = (account: string, { name, language }: NonNullable<CampaignDraft['template']>) => [
  ...templatesKey(account),
  'named',
  name,
  language,
];

/** The template with this name and language; null: none has them. */
export function useTemplate(named: CampaignDraft['template']) {
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

export function useCustomFields() {
  const { account, api } = useAccount();
  return useQuery({
    queryKey: [account.id, 'custom-fields', 'all'],
    queryFn: ({ signal }) => allOf(api.list('/v1/custom-fields', { signal })),
  });
}

/** The plan of the campaign, read once typing has paused. `isOld`: it belongs to an earlier state of the form. */
export function usePlan(body: Schemas['CreateCampaign'] | undefined) {
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
