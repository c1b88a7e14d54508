/** A piece of formatted WhatsApp text. */
export type Piece =
  | { readonly kind: 'text' | 'variable' | 'code'; readonly text: string }
  | { readonly kind: 'bold' | 'italic' | 'strike'; readonly pieces: readonly Piece[] };

const MARKS = { '*': 'bold', _: 'italic', '~': 'strike' } as const;
/** Marks count only around whole words: `2*3*4` and `order_id` stay plain. */
const SPECIAL =
  /(?<variable>\{\{[^{}]+\}\})|```(?<code>[\s\S]+?)```|(?<![\p{L}\p{N}])(?<mark>[*_~])(?=\S)(?<inside>[^\n]*?\S)\k<mark>(?![\p{L}\p{N}])/gu;

/** Parses `*bold*`, `_italic_`, `~strike~`, code in three backticks, and `{{variables}}`. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let after = 0;
  const plain = (until: number) => {
    if (until > after) pieces.push({ kind: 'text', text: text.slice(after, until) });
  };
  for (const match of text.matchAll(SPECIAL)) {
    plain(match.index);
    const { variable, code, mark, inside } = match.groups!;
    if (variable !== undefined) pieces.push({ kind: 'variable', text: variable });
    else if (code !== undefined) pieces.push({ kind: 'code', text: code });
    else pieces.push({ kind: MARKS[mark as keyof typeof MARKS], pieces: piecesOf(inside!) });
    after = match.index + match[0].length;
  }
  plain(text.length);
  return pieces;
}
