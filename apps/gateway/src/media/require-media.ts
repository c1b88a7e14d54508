import { isMetasMediaId } from '@wbiz/contracts/media';
import { Rejection } from '@wbiz/eventing/rejection';
import type { Peers } from '@wbiz/service-kit/peers';
import type { Call } from '../access/call.js';

/** Throws `media_not_found` if a send of this media would. */
export async function requireMedia(
  peers: Pick<Peers, 'ask'>,
  { account }: Pick<Call, 'account'>,
  id: string | undefined,
  pointer: string,
): Promise<void> {
  if (id === undefined || isMetasMediaId(id)) return;
  const media = await peers.ask('media.find', { accountId: account.id, id });
  if (media?.state === 'kept') return;
  const [code, detail] = ['media_not_found', `There is no media ${id}.`];
  throw new Rejection(code, detail, [{ pointer, code, detail }]);
}
