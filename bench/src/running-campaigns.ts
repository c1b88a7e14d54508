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

/** A campaign that was created. `postedAt`: ms since the epoch. */
export type Posted = { readonly id: string; readonly postedAt: number };
/** A campaign's message that the simulator accepted. `to`: digits. `at`: ms since the epoch. */
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

/** Starts campaigns, and reads their counts and the messages that arrived. Times are in ms since the epoch. */
export function openCampaigns(api: Api, { control, totalAt }: Pick<Installation, 'control' | 'totalAt'>) {
  const posted: Posted[] = [];
  const view = (id: string) => api<CampaignView>('GET', `/v1/campaigns/${id}`);

  /** Polls `look` until `isSo` holds for the result. Throws if the result does not change for a minute. */
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

    /** Creates a campaign from this phone number to all contacts with the tag. */
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

    /** Resolves once `least` messages have arrived at the simulator since the campaign was created. */
    arrived: ({ postedAt }: Posted, least: number) =>
      until(
        () => arrivedSince(postedAt),
        (count) => count >= least,
      ),

    /** Resolves once each campaign's counters have all recipients as read, failed or skipped. */
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

    /** The campaigns' messages that the simulator accepted since `since`. */
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

    /** The counts of all campaigns, in the order in which they were started. */
    counts: async () => (await Promise.all(posted.map(({ id }) => view(id)))).map(({ counts }) => counts),
  };
}

/** Unix ms as the ISO 8601 time that the simulator's control API accepts. */
export const timeOf = (ms: number) => new Date(ms).toISOString();
