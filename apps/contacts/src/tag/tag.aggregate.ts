import type { RepliesTo } from '@wbiz/contracts/command-catalogue';
import { tagStream } from '@wbiz/contracts/tag';
import type { Aggregate } from '@wbiz/eventing/aggregate';
import { lockDeletedLabels } from '../label/lock-deleted-labels.js';
import { tag, type TagCommand, type TagEvent, type TagState } from './tag.decider.js';

const stream = ({ data: { accountId, name } }: TagCommand) => tagStream(accountId, name);

export const tags: Aggregate<TagCommand, TagState | null, TagEvent, RepliesTo<TagCommand>> = {
  name: 'tag',
  table: 'tags',
  decider: tag,
  stream,
  published: ['tag.created', 'tag.deleted'],
  facts: lockDeletedLabels('tags', 'tag.delete', stream),
  reply: { 'tag.create': () => null, 'tag.delete': () => null },
};
