import { newId } from '@wbiz/contracts/ids';
import type { CreatePreset, PresetView, UpdatePreset } from '@wbiz/contracts/preset';
import type { Peers } from '@wbiz/service-kit/peers';
import type { Call } from '../access/call.js';
import type { Commands } from '../commands/commands.js';
import { requireMedia } from '../media/require-media.js';

type Parts = { readonly commands: Pick<Commands, 'execute'>; readonly peers: Pick<Peers, 'ask'> };

/** Saves a card. Throws `media_not_found`. */
export const createPreset = (
  { commands, peers }: Parts,
  body: CreatePreset,
  call: Call,
): Promise<PresetView> =>
  commands.execute(call, 'preset.create', async () => {
    await requireMedia(peers, call, body.header?.mediaId, '/header/mediaId');
    const at = new Date();
    return { ...body, presetId: newId('int', at.getTime()), at: at.toISOString() };
  });

/** Changes a card; repeating is harmless. Throws `media_not_found`. */
export async function updatePreset(
  { commands, peers }: Parts,
  presetId: string,
  change: UpdatePreset,
  call: Call,
): Promise<PresetView> {
  await requireMedia(peers, call, change.header?.mediaId, '/header/mediaId');
  return commands.execute(call, 'preset.update', { ...change, presetId, at: new Date().toISOString() });
}
