export type Style = 'bold' | 'italic' | 'strike' | 'code';
export type Span =
  | string
  | { readonly style: Style; readonly content: readonly Span[] }
  | { readonly href: string; readonly text: string }
  /** A template's variable without a value: `{{1}}`. */
  | { readonly variable: string };
export type Block =
  | { readonly kind: 'text' | 'quote'; readonly content: readonly Span[] }
  | {
      readonly kind: 'bullets' | 'numbers';
      readonly first: number;
      readonly items: readonly (readonly Span[])[];
    }
  | { readonly kind: 'mono'; readonly text: string };

/** The HTML element of each style. */
export const TAGS = { bold: 'strong', italic: 'em', strike: 's', code: 'code' } as const satisfies Record<
  Style,
  string
>;

const STYLES: Readonly<Record<string, Style>> = { '*': 'bold', _: 'italic', '~': 'strike' };

/** Parses WhatsApp's formatting: `*bold*`, `_italic_`, `~struck~`, `` `code` ``, ```` ```mono``` ````, quotes, lists, links and `{{variables}}`. */
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
const MONO = /```([^]+?)```/;
/** A link ends before a variable, and before what ends its sentence. */
const LINK = /https?:\/\/(?:(?!\{\{)[^\s<>"]){2,}(?<!['.,;:!?)\]}*_~])/;
const VARIABLE = /\{\{[^{}]+\}\}/;

/** In order of precedence: of two matches at one place, the first counts. */
const SPANS: readonly (readonly [RegExp, (match: RegExpExecArray) => Span])[] = [
  [LINK, ([href]) => ({ href, text: href })],
  [VARIABLE, ([variable]) => ({ variable })],
  [MONO, ([, code]) => ({ style: 'code', content: [code!] })],
  [
    MARKED,
    ([, sign, marked, code]) =>
      sign ? { style: STYLES[sign]!, content: spansOf(marked!) } : { style: 'code', content: [code!] },
  ],
];

/** Parses a text's formatting, links and variables, but not its quotes and lists. */
export function spansOf(text: string): Span[] {
  const [first] = SPANS.flatMap(([pattern, read]) => {
    const match = pattern.exec(text);
    return match ? [{ match, read }] : [];
  }).sort((one, other) => one.match.index - other.match.index);
  if (!first) return text === '' ? [] : [text];
  const { match, read } = first;
  const before = text.slice(0, match.index);
  return [...(before ? [before] : []), read(match), ...spansOf(text.slice(match.index + match[0].length))];
}
