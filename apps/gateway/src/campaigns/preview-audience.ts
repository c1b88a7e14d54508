import type { AudiencePreview, PreviewAudience } from '@wbiz/contracts/campaign-plan';
import type { Peers } from '@wbiz/service-kit/peers';
import type { Call } from '../access/call.js';
import { senderOf } from '../messages/sends.js';
import { requireMediaOf } from './campaign-media.js';

/** Scanning a million contacts takes several seconds. */
const PATIENCE_MS = 15_000;

/** The audience as of now. Throws `phone_number_not_found` or `media_not_found`. */
export async function previewAudience(
  peers: Pick<Peers, 'ask'>,
  body: PreviewAudience,
  call: Call,
): Promise<AudiencePreview> {
  const { template, from } = body;
  const planned = template !== undefined || from !== undefined;
  const sender = planned ? { phoneNumberId: senderOf(call, from).id } : {};
  if (template) await requireMediaOf(peers, call, template);
  const ask = { ...body, ...sender, accountId: call.account.id };
  return peers.ask('campaign.preview', ask, { timeoutMs: PATIENCE_MS });
}
