import { describe, it } from '@jest/globals';
import { scenario } from '@wbiz/testing/scenario';
import { tag, type TagCommand, type TagEvent } from './tag.decider.js';

const AT = '2026-11-22T10:00:00.000Z';
const command = (type: TagCommand['type'], name = 'VIP'): TagCommand => ({
  type,
  data: { accountId: 'acc_1', name, at: AT },
});
const event = (type: TagEvent['type'], generation = 1, name = 'VIP'): TagEvent => ({
  type,
  data: { name, at: AT },
  private: { generation },
});
const { given } = scenario(tag);

describe('a tag', () => {
  it('is created', () => given().when(command('tag.create')).then(event('tag.created')));
  it('is there once it is used', () => given().when(command('tag.use')).then(event('tag.used')));
  it('is used without news after that', () =>
    given(event('tag.used')).when(command('tag.use', 'vip')).thenNothing());
  it('that was only used can still be created, under the name that it has', () =>
    given(event('tag.used')).when(command('tag.create', 'vip')).then(event('tag.created')));
  it('cannot be created twice', () =>
    given(event('tag.created')).when(command('tag.create', 'vip')).thenRejected('conflict'));
  it('is not created by being used', () =>
    given(event('tag.used')).when(command('tag.create')).then(event('tag.created')));
  it('is deleted', () =>
    given(event('tag.used')).when(command('tag.delete', 'vip')).then(event('tag.deleted')));
  it.each([[[]], [[event('tag.created'), event('tag.deleted')]]])(
    'that is not there cannot be deleted (%#)',
    (past) =>
      given(...past)
        .when(command('tag.delete'))
        .thenRejected('not_found'),
  );
  it.each(['tag.create', 'tag.use'] as const)('that was deleted is another after %s', (type) =>
    given(event('tag.created'), event('tag.deleted'))
      .when(command(type, 'vip'))
      .then(event(type === 'tag.use' ? 'tag.used' : 'tag.created', 2, 'vip')),
  );
});
