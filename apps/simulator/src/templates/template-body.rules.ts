import { onlyFields, type Part, type TemplateContext } from './template-component.rules.js';
import {
  checkSamples,
  emojisIn,
  hasVariables,
  textOf,
  variablesOf,
  withoutVariables,
} from './template-text.rules.js';
import { fault } from './template.faults.js';

/** Most characters of a body (Meta's docs, templates/components, and the pages of offers, cards and single products). */
export const MOST_IN_BODY = { body: 1024, offer: 600, card: 160, product: 160 };
const MOST_IN_FOOTER = 60;
const MOST_EMOJIS = 10;

// Meta requires a ratio of words to variables and does not publish it; this is the lowest that Meta was seen to accept.
const WORDS_PER_VARIABLE = 2;

// Captured from Meta: punctuation at the start or end is ignored: "... is {{2}}." counts as ending with a variable.
const AT_START = /^[\s\p{P}~`]*\{\{/u;
const AT_END = /\}\}[\s\p{P}~`]*$/u;
const NEXT_TO_EACH_OTHER = /\}\}\s*\{\{/;

const segmenter = new Intl.Segmenter('en', { granularity: 'word' });
const wordsIn = (text: string) =>
  [...segmenter.segment(text)].filter(({ isWordLike }) => isWordLike === true).length;

/** Checks in Meta's order: fields and length, then format, then variables. */
export function checkBody(body: Part, { format }: TemplateContext, most = MOST_IN_BODY.body): void {
  onlyFields(body, ['text', 'example']);
  const text = textOf(body, 'body', most);
  const variables = variablesOf(text, format, fault.body);
  checkSamples(body, 'body_text', format, variables);
  const fixed = withoutVariables(text);
  const words = wordsIn(fixed);
  const onlyVariables = variables.length > 0 && words === 0;
  if (onlyVariables || /(?:\r?\n){3}/.test(text) || emojisIn(text) > MOST_EMOJIS)
    throw fault.body(
      "The message body can't have more than two consecutive newline characters, only have parameters, or have more than 10 emojis.",
    );
  if (/ {5}/.test(text)) throw fault.body("The message body can't have more than four consecutive spaces.");
  if (words < variables.length * WORDS_PER_VARIABLE) throw fault.ratio();
  if (AT_START.test(text) || AT_END.test(text)) throw fault.edge();
  if (NEXT_TO_EACH_OTHER.test(text)) throw fault.adjacent();
}

export function checkFooter(footer: Part): void {
  onlyFields(footer, ['text']);
  const text = textOf(footer, 'footer', MOST_IN_FOOTER);
  if (hasVariables(text)) throw fault.footer("The message footer can't have any variables.");
  if (/[\n\r]/.test(text) || emojisIn(text) > 0)
    throw fault.footer("The message footer can't have any newlines or emojis.");
}
