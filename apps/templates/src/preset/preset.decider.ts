import { isDeepStrictEqual } from 'node:util';
import { caseless } from '@wbiz/contracts/text/caseless';
import type { RepliesTo } from '@wbiz/contracts/command-catalogue';
import { changedBy } from '@wbiz/contracts/schema/derived-classes';
import { inOrder } from '@wbiz/contracts/schema/in-order';
import { CARD_KINDS, cardFaults } from '@wbiz/contracts/interactive';
import {
  PresetView,
  type CreatePresetData,
  type DeletePresetData,
  type UpdatePreset,
  type UpdatePresetData,
} from '@wbiz/contracts/preset';
import { detailOf } from '@wbiz/contracts/problem';
import type { Aggregate } from '@wbiz/eventing/aggregate';
import type { Decider } from '@wbiz/eventing/decider';
import type { DomainEvent, Message } from '@wbiz/eventing/message';
import { Rejection } from '@wbiz/eventing/rejection';

/** Null before the first event. `search`: the text that searches match. */
export type PresetState = {
  readonly view: PresetView;
  readonly search: string;
  readonly deleted: boolean;
} | null;

export type PresetCommand =
  | Message<'preset.create', CreatePresetData>
  | Message<'preset.update', UpdatePresetData>
  | Message<'preset.delete', DeletePresetData>;

export type PresetEvent =
  | DomainEvent<'preset.created', PresetView>
  | DomainEvent<'preset.updated', PresetView>
  | DomainEvent<'preset.deleted', DeletePresetData>;

export const preset: Decider<PresetCommand, PresetState, PresetEvent> = {
  initial: null,

  decide: {
    'preset.create': ({ data: { presetId: id, at, name = null, ...card } }) => [
      { type: 'preset.created', data: { id, name, ...card, createdAt: at, updatedAt: at } },
    ],
    'preset.update': ({ data: { presetId, at, ...change } }, known) => {
      const before = viewIn(known, presetId);
      const after = changed(before, change);
      const faults = [...cardFaults(after)];
      if (faults.length > 0) throw new Rejection('invalid_request', detailOf(faults), faults);
      if (isDeepStrictEqual(after, before)) return [];
      return [{ type: 'preset.updated', data: { ...after, updatedAt: at } }];
    },
    'preset.delete': ({ data }, known) => {
      viewIn(known, data.presetId);
      return [{ type: 'preset.deleted', data }];
    },
  },

  evolve: {
    'preset.created': (_, { data }) => shown(data),
    'preset.updated': (_, { data }) => shown(data),
    'preset.deleted': (known) => known && { ...known, deleted: true },
  },
};

const shown = (view: PresetView): PresetState => ({
  view,
  search: caseless([view.name ?? '', view.body].join('\n')),
  deleted: false,
});

function viewIn(known: PresetState, id: string): PresetView {
  if (!known || known.deleted) throw new Rejection('not_found', `There is no preset ${id}.`);
  return known.view;
}

/** The preset after a change. A change of kind removes the parts of the old kind. */
function changed(before: PresetView, { name = before.name, ...card }: UpdatePreset): PresetView {
  const parts = card.kind && card.kind !== before.kind ? CARD_KINDS[before.kind].parts : [];
  const gone = Object.fromEntries(parts.map((part) => [part, null]));
  return { ...changedBy(before, { ...gone, ...card }), name };
}

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
