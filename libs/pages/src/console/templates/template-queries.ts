import { queryOptions } from '@tanstack/preact-query';
import type { TemplateView } from '@wbiz/contracts/template';
import type { Schemas } from '@wbiz/sdk/operations';
import type { useAccount } from '../account.js';

export const templatesKey = (account: string) => [account, 'templates'] as const;

/** Gives the components their type, which the OpenAPI document leaves open. */
export const viewOf = (answer: Schemas['TemplateView']) => answer as TemplateView;

export const templateQuery = ({ account, api }: ReturnType<typeof useAccount>, id: string) =>
  queryOptions({
    queryKey: [...templatesKey(account.id), 'one', id],
    queryFn: async ({ signal }) =>
      viewOf(await api.request('GET', '/v1/templates/{id}', { path: { id }, signal })),
  });
