import { describe, expect, it } from '@jest/globals';
import { blocksOf, spansOf } from './whatsapp-text.js';

const content = (text: string) => {
  const [block] = blocksOf(text);
  return block && 'content' in block ? block.content : undefined;
};
const bold = (...inner: unknown[]) => ({ style: 'bold', content: inner });
const italic = (...inner: unknown[]) => ({ style: 'italic', content: inner });

describe('a text', () => {
  it.each([
    ['plain', ['plain']],
    ['*bold* and _italic_', [bold('bold'), ' and ', italic('italic')]],
    ['*bold _and italic_*', [bold('bold ', italic('and italic'))]],
    ['~gone~', [{ style: 'strike', content: ['gone'] }]],
    ['say `*raw*`', ['say ', { style: 'code', content: ['*raw*'] }]],
    ['2*3*4 and snake_case_name', ['2*3*4 and snake_case_name']],
    ['a * not bold * b', ['a * not bold * b']],
    ['**', ['**']],
    ['*over\nlines*', ['*over\nlines*']],
    ['(*in brackets*)', ['(', bold('in brackets'), ')']],
    ['*é*', [bold('é')]],
    ['_~x~_', [italic({ style: 'strike', content: ['x'] })]],
    ['order_id and my_name_', ['order_id and my_name_']],
    ['5 * 6 * 7', ['5 * 6 * 7']],
  ])('%j has its marks read', (text, spans) => expect(content(text)).toEqual(spans));

  it.each([
    ['see https://example.com/a_b_c.', 'https://example.com/a_b_c'],
    ['(https://example.com/x)', 'https://example.com/x'],
    ['https://example.com/?q=1&r=*', 'https://example.com/?q=1&r='],
  ])('%j has its link without what ends the sentence', (text, href) =>
    expect(content(text)).toContainEqual({ href, text: href }),
  );

  it('is blocks of quotes, lists and mono', () => {
    expect(blocksOf('> said\nyes\n- one\n- *two*\n3. three\n```a *b*\nc```\nend')).toEqual([
      { kind: 'quote', content: ['said'] },
      { kind: 'text', content: ['yes'] },
      { kind: 'bullets', first: 0, items: [['one'], [bold('two')]] },
      { kind: 'numbers', first: 3, items: [['three']] },
      { kind: 'mono', text: 'a *b*\nc' },
      { kind: 'text', content: ['end'] },
    ]);
  });

  it.each([
    [
      '*{{1}}*, hi {{contact.name|friend}}',
      [bold({ variable: '{{1}}' }), ', hi ', { variable: '{{contact.name|friend}}' }],
    ],
    ['https://x.in/{{1}}', [{ href: 'https://x.in/', text: 'https://x.in/' }, { variable: '{{1}}' }]],
    ['{{}} {x}', ['{{}} {x}']],
    ['so ```a *b*\nc```', ['so ', { style: 'code', content: ['a *b*\nc'] }]],
  ])('%j has its variables and mono text in line', (text, spans) => expect(spansOf(text)).toEqual(spans));
});
