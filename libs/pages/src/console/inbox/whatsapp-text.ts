export type Style = 'bold' | 'italic' | 'strike' | 'code';
export type Span =
  | string
  | { readonly style: Style; readonly content: readonly Span[] }
  | { readonly href: string; readonly text: string };
export type Block =
  | { readonly kind: 'text' | 'quote'; readonly content: readonly Span[] }
  | {
      readonly kind: 'bullets' | 'numbers';
      readonly first: number;
      readonly items: readonly (readonly Span[])[];
    }
  | { readonly kind: 'mono'; readonly text: string };

const STYLES: Readonly<Record<string, Style>> = { '*': 'bold', _: 'italic', '~': 'strike' };

/** Parses WhatsApp's formatting: `*bold*`, `_italic_`, `~struck~`, `` `code` ``, ```` ```mono``` ````, quotes, lists and links. */
export function blocksOf(text: string): Block[] {
  return text
    .split(/```([^]+?)```/)
    .flatMap((part, index): Block[] =>
      index % 2
        ? [{ kind: 'mono', text: part.replace(/^\n|\n$/g, '') }]
        : linesOf(part.replace(index > 0 ? /^\n/ : '', '').replace(/\n$/, '')),
    );
}

type Line = {
  readonly kind: 'text' | 'quote' | 'bullets' | 'numbers';
  readonly text: string;
  readonly first: number;
};
function lineOf(line: string): Line {
  const [, quote] = /^> (.*)$/.exec(line) ?? [];
  if (quote !== undefined) return { kind: 'quote', text: quote, first: 0 };
  const [, bullet] = /^[-*] (\S.*)$/.exec(line) ?? [];
  if (bullet !== undefined) return { kind: 'bullets', text: bullet, first: 0 };
  const [, number, item] = /^(\d{1,2})\. (\S.*)$/.exec(line) ?? [];
  if (item !== undefined) return { kind: 'numbers', text: item, first: Number(number) };
  return { kind: 'text', text: line, first: 0 };
}

function linesOf(part: string): Block[] {
  if (part === '') return [];
  const groups: { kind: Line['kind']; first: number; texts: string[] }[] = [];
  for (const { kind, text, first } of part.split('\n').map(lineOf)) {
    const last = groups.at(-1);
    if (last?.kind === kind) last.texts.push(text);
    else groups.push({ kind, first, texts: [text] });
  }
  return groups.map(({ kind, first, texts }): Block =>
    kind === 'bullets' || kind === 'numbers'
      ? { kind, first, items: texts.map(spansOf) }
      : { kind, content: spansOf(texts.join('\n')) },
  );
}

/** An opening mark follows no letter or digit and precedes no space; a closing mark mirrors that, on the same line. */
const MARKED = /(?<![\p{L}\p{N}])(?:([*_~])(?=\S)(?!\1)([^\n]*?\S)\1|`(?=\S)([^`\n]*\S)`)(?![\p{L}\p{N}])/u;
const LINK = /https?:\/\/[^\s<>"]+[^\s<>"'.,;:!?)\]}*_~]/;

function spansOf(text: string): Span[] {
  const [mark, link] = [MARKED.exec(text), LINK.exec(text)];
  const first = link && (!mark || link.index <= mark.index) ? link : mark;
  if (!first) return text === '' ? [] : [text];
  const [whole, sign, marked, code] = first;
  const span: Span =
    first === link
      ? { href: whole, text: whole }
      : sign
        ? { style: STYLES[sign]!, content: spansOf(marked!) }
        : { style: 'code', content: [code!] };
  const before = text.slice(0, first.index);
  return [...(before ? [before] : []), span, ...spansOf(text.slice(first.index + whole.length))];
}
