import { expect, it } from '@jest/globals';
import { blockHtml, inlineHtml } from './markdown.js';

it('has code, emphasis and links', () => {
  expect(inlineHtml('**Go** by `code`, see [it](/api/asyncapi.json)')).toBe(
    '<strong>Go</strong> by <code>code</code>, see <a href="/api/asyncapi.json">it</a>',
  );
});

it.each(['<img src=x onerror=alert(1)>', '<script>alert(1)</script>', 'a <b onclick="x">b</b>'])(
  'shows HTML as it is written: %s',
  (text) => {
    for (const html of [blockHtml(text), inlineHtml(text)]) expect(html).not.toMatch(/<(img|script|b)\b/);
  },
);

it.each(['[x](javascript:alert(1))', '[x](data:text/html,x)', '![x](https://elsewhere.example.com/x.png)'])(
  'leads nowhere but to a page: %s',
  (text) => {
    expect(inlineHtml(text)).toBe('x');
  },
);

it('keeps what stands in angle brackets in code', () => {
  expect(inlineHtml('`wa_<prefix>_<secret>`')).toBe('<code>wa_&lt;prefix&gt;_&lt;secret&gt;</code>');
});
