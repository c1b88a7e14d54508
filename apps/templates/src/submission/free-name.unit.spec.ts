import { expect, it } from '@jest/globals';
import { nextName } from './free-name.js';

it.each([
  ['order_shipped', [], 'order_shipped_2'],
  ['order_shipped', ['order_shipped_2', 'order_shipped_3'], 'order_shipped_4'],
  ['order_shipped_2', [], 'order_shipped_3'],
  ['sale_2026', [], 'sale_2027'],
  ['x'.repeat(512), [], `${'x'.repeat(506)}_2`],
])('the name after %s', (name, had, next) => expect(nextName(name, new Set(had))).toBe(next));
