import { queryOptions } from '@tanstack/preact-query';
import type { useAccount } from '../account.js';

export const campaignsKey = (account: string) => [account, 'campaigns'] as const;

export const campaignQuery = ({ account, api }: ReturnType<typeof useAccount>, id: string) =>
  queryOptions({
    queryKey: [...campaignsKey(account.id), 'one', id],
    queryFn: ({ signal }) => api.request('GET', '/v1/campaigns/{id}', { path: { id }, signal }),
  });
