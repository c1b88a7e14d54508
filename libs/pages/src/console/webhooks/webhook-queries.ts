import { queryOptions } from '@tanstack/preact-query';
import type { Schemas } from '@wbiz/sdk/operations';
import type { Wbiz } from '@wbiz/sdk/wbiz';

export type Webhook = Schemas['WebhookView'];
export type Stats = Schemas['WebhookStats'];
export type Delivery = Schemas['DeliveryView'];

/** How often the figures are refetched while events wait or a replay runs: no event reports their progress. */
const WATCHED_MS = 1_000;

export const webhooksKey = (account: string) => [account, 'webhooks'];
export const webhookKey = (account: string, id: string) => [...webhooksKey(account), id];

export const statsQuery = (account: string, api: Wbiz, id: string) =>
  queryOptions({
    queryKey: [...webhookKey(account, id), 'stats'],
    queryFn: ({ signal }) => api.request('GET', '/v1/webhooks/{id}/stats', { path: { id }, signal }),
    refetchInterval: ({ state: { data } }) => data !== undefined && isBusy(data) && WATCHED_MS,
  });

const isBusy = ({ lagEvents, replays }: Stats) => lagEvents > 0 || replays.length > 0;
