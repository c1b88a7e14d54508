import { expect, it } from '@jest/globals';
import { ContactView } from '../contact.js';
import { inOrder } from './in-order.js';
import { InteractiveCard } from '../interactive.js';
import { TemplateStatusData } from '../template.js';

it('puts the fields of an object in the order of its class', () => {
  const mixed = { updatedAt: 'u', id: 'cnt_1', phone: null, tags: [], name: 'Asha', userId: null } as never;
  expect(Object.keys(inOrder(ContactView, mixed))).toEqual([
    'id',
    'phone',
    'userId',
    'name',
    'tags',
    'updatedAt',
  ]);
});

it('leaves out what is no field of the class', () =>
  expect(inOrder(TemplateStatusData, { secret: 1, name: 'hello' } as never)).toEqual({ name: 'hello' }));

it('does so with the objects in it, in lists as well', () => {
  const card = {
    body: 'b',
    kind: 'list',
    header: { text: 't', type: 'text' },
    sections: [{ rows: [{ title: 'A', id: 'a' }], title: 'S' }],
  };
  expect(JSON.stringify(inOrder(InteractiveCard, card as never))).toBe(
    '{"kind":"list","body":"b","header":{"type":"text","text":"t"},"sections":[{"title":"S","rows":[{"id":"a","title":"A"}]}]}',
  );
});

it('leaves null and what is no object of the class as it is', () =>
  expect(inOrder(InteractiveCard, { header: null, buttons: [1] } as never)).toEqual({
    header: null,
    buttons: [1],
  }));
