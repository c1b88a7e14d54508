import { newId } from '@wbiz/contracts/ids';
import { isMetasMediaId } from '@wbiz/contracts/media';
import type { CreatePreset, PresetView, UpdatePreset } from '@wbiz/contracts/preset';
import { Rejection } from '@wbiz/eventing/rejection';
import type { Peers } from '@wbiz/service-kit/peers';
import type { Call } from '../access/call.js';
import type { Commands } from '../commands/commands.js';

/** Saves a card. Throws `media_not_found`. */
export const createPreset = (
  commands: Pick<Commands, 'execute'>,
  peers: Pick<Peers, 'ask'>,
  body: CreatePreset,
  call: Call,
): Promise<PresetView> =>
  commands.execute(call, 'preset.create', async () => {
    await requireMedia(body, peers, call);
    const at = new Date();
    return { ...body, presetId: newId('int', at.getTime()), at: at.toISOString() };
  });

/** Changes a card; asking again does no harm. Throws `media_not_found`. */
export async function updatePreset(
  commands: Pick<Commands, 'execute'>,
  peers: Pick<Peers, 'ask'>,
  presetId: string,
  change: UpdatePreset,
  call: Call,
): Promise<PresetView> {
  await requireMedia(change, peers, call);
  return commands.execute(call, 'preset.update', { ...change, presetId, at: new Date().toISOString() });
}

/** Throws `media_not_found` where a send would. */
async function requireMedia(
  { header }: Pick<UpdatePreset, 'header'>,
  peers: Pick<Peers, 'ask'>,
  { account }: Call,
): Promise<void> {
  const id = header?.mediaId;
  if (id === undefined || isMetasMediaId(id)) return;
  const media = await peers.ask('media.find', { accountId: account.id, id });
  if (media?.state === 'kept') return;
  const [code, detail] = ['media_not_found', `There is no media ${id}.`];
  throw new Rejection(code, detail, [{ pointer: '/header/mediaId', code, detail }]);
}
