import type { TagData, TagEventData } from '@wbiz/contracts/tag';
import type { Decider } from '@wbiz/eventing/decider';
import type { DomainEvent, Message } from '@wbiz/eventing/message';
import { Rejection } from '@wbiz/eventing/rejection';

/** `made`: created by a client's request for the tag, not only by use on a contact. */
export type TagState = {
  readonly name: string;
  readonly generation: number;
  readonly made: boolean;
  readonly deleted: boolean;
  readonly createdAt: string;
};

export type TagCommand =
  Message<'tag.create', TagData> | Message<'tag.use', TagData> | Message<'tag.delete', TagData>;

type Kept = { readonly generation: number };
export type TagEvent =
  | DomainEvent<'tag.created', TagEventData, Kept>
  | DomainEvent<'tag.used', TagEventData, Kept>
  | DomainEvent<'tag.deleted', TagEventData, Kept>;

export const tag: Decider<TagCommand, TagState | null, TagEvent> = {
  initial: null,

  decide: {
    'tag.create': ({ data: { name, at } }, known) => {
      if (isThere(known) && known.made)
        throw new Rejection('conflict', `There is a tag ${known.name} already.`);
      return [
        { type: 'tag.created', data: { name: isThere(known) ? known.name : name, at }, private: next(known) },
      ];
    },
    'tag.use': ({ data: { name, at } }, known) =>
      isThere(known) ? [] : [{ type: 'tag.used', data: { name, at }, private: next(known) }],
    'tag.delete': ({ data: { name, at } }, known) => {
      if (!isThere(known)) throw new Rejection('not_found', `There is no tag ${name}.`);
      return [{ type: 'tag.deleted', data: { name: known.name, at }, private: next(known) }];
    },
  },

  evolve: {
    'tag.created': (known, event) => begun(known, event, true),
    'tag.used': (known, event) => begun(known, event, false),
    'tag.deleted': (known) => known && { ...known, deleted: true },
  },
};

const isThere = (known: TagState | null): known is TagState => known !== null && !known.deleted;

/** A tag created again after its deletion gets a new generation: contacts may still have the deleted one. */
const next = (known: TagState | null): Kept => ({
  generation: known === null ? 1 : known.deleted ? known.generation + 1 : known.generation,
});

function begun(
  known: TagState | null,
  { data: { name, at }, private: kept }: { data: TagEventData; private?: Kept },
  made: boolean,
): TagState {
  const createdAt = isThere(known) ? known.createdAt : at;
  return { name, generation: kept!.generation, made, deleted: false, createdAt };
}
