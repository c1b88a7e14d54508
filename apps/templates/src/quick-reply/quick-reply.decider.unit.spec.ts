import { describe, it } from '@jest/globals';
import { scenario } from '@wbiz/testing/scenario';
import { quickReply, type QuickReplyCommand, type QuickReplyEvent } from './quick-reply.decider.js';

const AT = '2026-11-22T10:00:00.000Z';
const LATER = '2026-11-22T11:00:00.000Z';
const ID = 'qrp_1';
const HOURS = { shortcut: '/hours', title: 'Store hours', body: 'We are open 10am to 8pm.' };
const view = (over: Partial<typeof HOURS> = {}, updatedAt = AT) => ({
  id: ID,
  ...HOURS,
  ...over,
  createdAt: AT,
  updatedAt,
});
const free = { taken: false };
const create = (facts = free): QuickReplyCommand => ({
  type: 'quick-reply.create',
  data: { quickReplyId: ID, ...HOURS, at: AT },
  facts,
});
const update = (given: Partial<typeof HOURS>, facts = free): QuickReplyCommand => ({
  type: 'quick-reply.update',
  data: { quickReplyId: ID, ...given, at: LATER },
  facts,
});
const remove: QuickReplyCommand = {
  type: 'quick-reply.delete',
  data: { quickReplyId: ID, at: LATER },
  facts: free,
};
const created: QuickReplyEvent = { type: 'quick_reply.created', data: view() };
const updated = (over: Partial<typeof HOURS>): QuickReplyEvent => ({
  type: 'quick_reply.updated',
  data: view(over, LATER),
});
const deleted: QuickReplyEvent = { type: 'quick_reply.deleted', data: { quickReplyId: ID, at: LATER } };
const { given } = scenario(quickReply);

describe('a quick reply', () => {
  it('is created', () => given().when(create()).then(created));
  it('has a shortcut of its own', () => {
    given()
      .when(create({ taken: true }))
      .thenRejected('conflict');
    given(created)
      .when(update({ shortcut: '/open' }, { taken: true }))
      .thenRejected('conflict');
  });
  it.each([{ shortcut: '/HOURS' }, { title: 'Hours' }, { body: 'We are open 10am to 9pm daily.' }])(
    'changes what is given: %j',
    (change) => given(created).when(update(change)).then(updated(change)),
  );
  it('does not change by what it is already', () => {
    given(created).when(update(HOURS)).thenNothing();
    given(created).when(update({})).thenNothing();
  });
  it('is deleted', () => given(created).when(remove).then(deleted));
  it.each([[[]], [[created, deleted]]])(
    'that is not there can be neither changed nor deleted (%#)',
    (past) => {
      given(...past)
        .when(update({ title: 'x' }))
        .thenRejected('not_found');
      given(...past)
        .when(remove)
        .thenRejected('not_found');
    },
  );
});
