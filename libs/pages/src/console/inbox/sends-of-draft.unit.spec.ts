import { expect, it } from '@jest/globals';
import { sendsOf } from './sends-of-draft.js';
import type { Draft } from './use-draft.js';

const ADDRESS = { to: '+918899332211', from: '106540352242922' };
const file = (type: string, name: string) => ({
  key: name,
  file: new File(['x'], name, { type }),
  share: 1,
  mediaId: `med_${name}`,
  stop: () => undefined,
});
const draft = (text: string, ...attachments: Draft['attachments']): Draft => ({
  text,
  replyTo: undefined,
  attachments,
});
const sent = (of: Draft) => sendsOf(of, ADDRESS).map(([{ route, body }]) => [route, body]);

it('a text alone is one message', () =>
  expect(sent(draft('Hello'))).toEqual([['/v1/messages/text', { ...ADDRESS, body: 'Hello' }]]));

it('the text is the caption of the first file that can have one', () =>
  expect(
    sent(draft('See', file('audio/ogg', 'a.ogg'), file('image/png', 'b.png'), file('image/png', 'c.png'))),
  ).toEqual([
    ['/v1/messages/media', { ...ADDRESS, type: 'audio', mediaId: 'med_a.ogg' }],
    ['/v1/messages/media', { ...ADDRESS, type: 'image', mediaId: 'med_b.png', caption: 'See' }],
    ['/v1/messages/media', { ...ADDRESS, type: 'image', mediaId: 'med_c.png' }],
  ]));

it('the text follows files that can have no caption', () =>
  expect(sent(draft('Listen', file('audio/ogg', 'a.ogg'))).map(([route]) => route)).toEqual([
    '/v1/messages/media',
    '/v1/messages/text',
  ]));
