import { fieldFault } from '../problem.js';
import { VARIABLE } from './components.js';
import type { Faults } from './text-rules.js';

/** Checks where variables stand in a body, and that it has enough words beside them. */
export function* placeFaults(body: string, count: number, pointer: string): Faults {
  const marked = body.replace(VARIABLE, MARK);
  const core = marked.replace(/^[\s\p{P}~`]+|[\s\p{P}~`]+$/gu, '');
  if (core.startsWith(MARK) || core.endsWith(MARK))
    yield fieldFault(
      pointer,
      'variable_at_edge',
      'must have words before its first variable and after its last; punctuation does not count',
    );
  if (new RegExp(`${MARK}\\s*${MARK}`).test(marked))
    yield fieldFault(pointer, 'variables_adjacent', 'must have text between two variables');
  const words = wordsIn(marked.replaceAll(MARK, ' '));
  const wanted = WORDS_PER_VARIABLE * count;
  if (words < wanted)
    yield fieldFault(
      pointer,
      'too_many_variables',
      `must have at least ${wanted} words beside its variables, and has ${words}`,
    );
}

const MARK = '\u0000';
/** Meta publishes no figure: it was observed to refuse every lower ratio, and some higher ones. */
const WORDS_PER_VARIABLE = 2;
/** Scripts without spaces between words: each character counts as a word. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/gu;

const wordsIn = (value: string) =>
  value
    .replace(UNSPACED, ' $& ')
    .split(/\s+/)
    .filter((token) => /[\p{L}\p{N}]/u.test(token)).length;
