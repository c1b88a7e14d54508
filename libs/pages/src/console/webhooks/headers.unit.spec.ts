import { expect, it } from '@jest/globals';
import { headersIn } from './headers.js';

it.each([
  ['', {}],
  ['X-Team: sales', { 'X-Team': 'sales' }],
  ['Authorization: Basic a:b\n\n  X-Id :7 \n', { Authorization: 'Basic a:b', 'X-Id': '7' }],
  ['nothing', { nothing: '' }],
])('the headers in %p', (text, headers) => expect(headersIn(text)).toEqual(headers));
