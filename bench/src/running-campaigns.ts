import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import type { CampaignView } from '@wbiz/contracts/campaign';
import type { Api } from './ask.ts';
import { isRecipient } from './fill-audience.ts';
import type { Installation } from './installation.ts';

const TEMPLATE = {
  name: 'order_confirmation',
  language: 'en_US',
  variables: ['{{contact.name|friend}}', '#1043'],
};
const TICK_MS = 200;
const QUIET_MS = 3_000;
const NO_PROGRESS_MS = 60_000;
const PAGE = 10_000;

/** `postedAt`: ms since the epoch. */
export type Posted = { readonly id: string; readonly postedAt: number };
/** A campaign's message at the simulator; `to`: digits, `at`: ms since the epoch. */
export type Arrival = { readonly to: string; readonly phoneNumberId: string; readonly at: number };
type MessagePage = {
  readonly data: readonly {
    readonly to: string;
    readonly phoneNumberId: string;
    readonly receivedAt: string;
  }[];
  readonly nextCursor: string | null;
};

export type Campaigns = ReturnType<typeof openCampaigns>;

/** Starts campaigns, and sees what has become of them. Times are in ms since the epoch. */
export function openCampaigns(api: Api, { control, totalAt }: Pick<Installation, 'control' | 'totalAt'>) {
  const posted: Posted[] = [];
  const view = (id: string) => api<CampaignView>('GET', `/v1/campaigns/${id}`);

  /** Polls `look` until `isSo`. Throws if nothing changes for a minute. */
  const until = async <T>(look: () => Promise<T>, isSo: (seen: T) => boolean): Promise<T> => {
    let last = '';
    for (let changedAt = Date.now(); ; await delay(TICK_MS)) {
      const seen = await look();
      if (isSo(seen)) return seen;
      const text = inspect(seen);
      if (text !== last) [last, changedAt] = [text, Date.now()];
      if (Date.now() - changedAt > NO_PROGRESS_MS) throw new Error(`Campaigns stand still at ${text}.`);
    }
  };
  const arrivedSince = (since: number) => totalAt(`/messages?limit=1&since=${timeOf(since)}`);

  return {
    view,
    arrivedSince,

    /** Posts a campaign to all who have the tag, from a phone number. */
    async start(tag: string, phoneNumberId: string): Promise<Posted> {
      const postedAt = Date.now();
      const audience = { kind: 'tags', tags: [tag] };
      const body = { name: `Bench: ${tag}`, template: TEMPLATE, audience, from: phoneNumberId };
      const { id } = await api<CampaignView>('POST', '/v1/campaigns', body);
      posted.push({ id, postedAt });
      return { id, postedAt };
    },

    change: ({ id }: Posted, how: 'pause' | 'resume' | 'cancel') =>
      api<unknown>('POST', `/v1/campaigns/${id}/${how}`),

    /** Resolves once so many messages have arrived since the campaign was posted. */
    arrived: ({ postedAt }: Posted, least: number) =>
      until(
        () => arrivedSince(postedAt),
        (count) => count >= least,
      ),

    /** Resolves once every campaign has counted the last status. */
    allCounted: (...campaigns: readonly Posted[]) =>
      until(
        () => Promise.all(campaigns.map(({ id }) => view(id))),
        (views) =>
          views.every(
            ({ counts: { total, read, failed, skipped } }) => total > 0 && read + failed + skipped === total,
          ),
      ),

    /** Resolves once no message has arrived for 3 s. */
    async quiet({ postedAt }: Posted): Promise<void> {
      let last = -1;
      for (let changedAt = Date.now(); Date.now() - changedAt < QUIET_MS; await delay(TICK_MS)) {
        const now = await arrivedSince(postedAt);
        if (now !== last) [last, changedAt] = [now, Date.now()];
      }
    },

    /** The campaigns' messages that the simulator accepted since then. */
    async arrivals(since: number): Promise<readonly Arrival[]> {
      const found: Arrival[] = [];
      for (let cursor: string | null = timeOf(since); cursor !== null;) {
        const page: MessagePage = await control('GET', `/messages?limit=${PAGE}&since=${cursor}`);
        for (const { to, phoneNumberId, receivedAt } of page.data) {
          const digits = to.replace(/\D/g, '');
          if (isRecipient(digits)) found.push({ to: digits, phoneNumberId, at: Date.parse(receivedAt) });
        }
        cursor = page.nextCursor;
      }
      return found;
    },

    /** The counts of all campaigns started, in order. */
    counts: async () => (await Promise.all(posted.map(({ id }) => view(id)))).map(({ counts }) => counts),
  };
}

/** As the simulator takes it. */
export const timeOf = (ms: number) => new Date(ms).toISOString();
