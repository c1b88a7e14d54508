import { expect, it } from '@jest/globals';
import { piecesOf, type Piece } from './whatsapp-text.js';

const text = (text: string): Piece => ({ kind: 'text', text });

it.each<[string, Piece[]]>([
  ['Hello', [text('Hello')]],
  ['a *b* c', [text('a '), { kind: 'bold', pieces: [text('b')] }, text(' c')]],
  ['_~x~_', [{ kind: 'italic', pieces: [{ kind: 'strike', pieces: [text('x')] }] }]],
  ['```a *b*```', [{ kind: 'code', text: 'a *b*' }]],
  [
    '*{{1}}*, hi {{contact.name|friend}}',
    [
      { kind: 'bold', pieces: [{ kind: 'variable', text: '{{1}}' }] },
      text(', hi '),
      { kind: 'variable', text: '{{contact.name|friend}}' },
    ],
  ],
  ['order_id and my_name_', [text('order_id and my_name_')]],
  ['2*3*4 and 5 * 6 * 7', [text('2*3*4 and 5 * 6 * 7')]],
  ['*over\ntwo*', [text('*over\ntwo*')]],
  ['{{}} {x}', [text('{{}} {x}')]],
])('%j is shown as WhatsApp does', (given, expected) => expect(piecesOf(given)).toEqual(expected));
