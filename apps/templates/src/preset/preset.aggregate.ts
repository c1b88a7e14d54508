import type { RepliesTo } from '@wbiz/contracts/command-catalogue';
import { inOrder } from '@wbiz/contracts/in-order';
import { PresetView } from '@wbiz/contracts/preset';
import type { Aggregate } from '@wbiz/eventing/aggregate';
import { preset, type PresetCommand, type PresetEvent, type PresetState } from './preset.decider.js';

export const presets: Aggregate<PresetCommand, PresetState, PresetEvent, RepliesTo<PresetCommand>> = {
  name: 'preset',
  table: 'presets',
  decider: preset,
  stream: ({ data }) => data.presetId,
  published: [],
  reply: {
    'preset.create': (state) => inOrder(PresetView, state!.view),
    'preset.update': (state) => inOrder(PresetView, state!.view),
    'preset.delete': () => null,
  },
};
