import { expect, it } from '@jest/globals';
import { ContactView } from './contact.js';
import { inOrder } from './in-order.js';
import { TemplateStatusData } from './template.js';

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
