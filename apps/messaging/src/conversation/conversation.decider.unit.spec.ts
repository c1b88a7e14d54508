import { describe, expect, it } from '@jest/globals';
import type { UpdateConversation } from '@wbiz/contracts/conversation';
import { decide, fold } from '@wbiz/eventing/decider';
import { scenario } from '@wbiz/testing/scenario';
import { conversation, type ConversationCommand, type ConversationEvent } from './conversation.decider.js';

const AT = '2026-11-22T10:00:00.000Z';
const ids = { conversationId: 'cnv_1', contactId: 'cnt_1', phoneNumberId: '2000' };
const data = { ...ids, assignee: null, at: AT };
const opened: ConversationEvent = { type: 'conversation.opened', data };
const closed: ConversationEvent = { type: 'conversation.closed', data };
const assigned = (assignee: string | null): ConversationEvent => ({
  type: 'conversation.assigned',
  data: { assignee, at: AT },
});
const update = (change: UpdateConversation): ConversationCommand => ({
  type: 'conversation.update',
  data: { conversationId: 'cnv_1', at: AT, ...change },
});
const message = (written: boolean): ConversationCommand => ({
  type: 'conversation.note-message',
  data: { ...ids, at: AT, written },
});

const { given } = scenario(conversation);

describe('a message', () => {
  it.each([true, false])('begins a conversation, written by the person or not (%s)', (written) =>
    given().when(message(written)).then(opened),
  );
  it('of the person opens a closed one', () => given(opened, closed).when(message(true)).then(opened));
  it('of ours leaves it closed', () => given(opened, closed).when(message(false)).thenNothing());
  it('changes nothing of an open one', () => given(opened).when(message(true)).thenNothing());
  it('keeps the assignee', () =>
    given(opened, assigned('asha'), { type: 'conversation.closed', data: { ...data, assignee: 'asha' } })
      .when(message(true))
      .then({ type: 'conversation.opened', data: { ...data, assignee: 'asha' } }));
});

describe('a change', () => {
  it('of a conversation that is not there is refused', () =>
    given()
      .when(update({ status: 'closed' }))
      .thenRejected('not_found'));
  it('closes', () =>
    given(opened)
      .when(update({ status: 'closed' }))
      .then(closed));
  it('opens again', () =>
    given(opened, closed)
      .when(update({ status: 'open' }))
      .then(opened));
  it.each<[UpdateConversation]>([[{}], [{ status: 'open' }], [{ assignee: null }]])(
    'to the same values, %j, is none',
    (change) => given(opened).when(update(change)).thenNothing(),
  );
  it('assigns', () =>
    given(opened)
      .when(update({ assignee: 'asha' }))
      .then(assigned('asha')));
  it('unassigns', () =>
    given(opened, assigned('asha'))
      .when(update({ assignee: null }))
      .then(assigned(null)));
  it('assigns and closes at once', () => {
    const events = decide(
      conversation,
      update({ assignee: 'asha', status: 'closed' }),
      fold(conversation, [opened]),
    );
    expect(events).toEqual([
      assigned('asha'),
      { type: 'conversation.closed', data: { ...data, assignee: 'asha' } },
    ]);
    expect(fold(conversation, [opened, ...events])).toMatchObject({ status: 'closed', assignee: 'asha' });
  });
});
