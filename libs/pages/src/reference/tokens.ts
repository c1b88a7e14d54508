type Token = { readonly kind: 'text' | 'string' | 'name' | 'word' | 'number'; readonly text: string };

const PATTERN =
  /(?<quoted>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`)(?<colon>\s*:)?|(?<word>\b(?:import|from|const|await|new|for|of|in|with|as|print|curl|True|False|None|true|false|null)\b)|(?<number>(?<![\w.:/+-])\d+(?:\.\d+)?(?![\w.:/]))/g;

/** Splits JSON, TypeScript, Python or shell source into tokens, to be coloured. */
export function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  let end = 0;
  const add = (kind: Token['kind'], text: string) => text && tokens.push({ kind, text });
  for (const match of source.matchAll(PATTERN)) {
    const { quoted, colon, word, number } = match.groups!;
    add('text', source.slice(end, match.index));
    if (quoted) add(colon ? 'name' : 'string', quoted);
    if (colon) add('text', colon);
    if (word) add('word', word);
    if (number) add('number', number);
    end = match.index + match[0].length;
  }
  add('text', source.slice(end));
  return tokens;
}
