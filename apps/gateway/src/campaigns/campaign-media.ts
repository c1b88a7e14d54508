import type { CampaignTemplate } from '@wbiz/contracts/campaign';
import { personalValuesIn } from '@wbiz/contracts/text/personal-values';
import type { Peers } from '@wbiz/service-kit/peers';
import type { Call } from '../access/call.js';
import { requireMedia } from '../media/require-media.js';

/** Throws `media_not_found`. Media that vary by contact are not checked. */
export async function requireMediaOf(
  peers: Pick<Peers, 'ask'>,
  call: Call,
  { headerMediaId, cards = [] }: Pick<CampaignTemplate, 'headerMediaId' | 'cards'>,
): Promise<void> {
  const places = cards.map((card, index) => [card.headerMediaId, `/template/cards/${index}`] as const);
  for (const [id, at] of [[headerMediaId, '/template'] as const, ...places])
    if (id !== undefined && personalValuesIn(id).length === 0)
      await requireMedia(peers, call, id, `${at}/headerMediaId`);
}
