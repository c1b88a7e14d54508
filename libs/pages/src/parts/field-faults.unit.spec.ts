import { expect, it } from '@jest/globals';
import { faultsByPlace } from './field-faults.js';

it('faults stand at their places, the first of each, without the path that a label says', () => {
  const faults = [
    { pointer: '/template/name', detail: 'template/name must not be empty.' },
    { pointer: '/template/name', detail: 'template/name must be lower case.' },
    { pointer: '/schedule/sendAt', detail: 'Meta says no.' },
  ];
  const found = faultsByPlace(faults, (pointer) => pointer.split('/').at(-1)!);
  expect([...found]).toEqual([
    ['name', 'Must not be empty.'],
    ['sendAt', 'Meta says no.'],
  ]);
});
