import { templateFault } from '../graph/graph-error.js';
import type { Template } from '../graph/nodes.js';
import type { State } from '../graph/state.js';
import { DAY_MS } from '../graph/times.js';
import { languageName } from './template.view.js';

const NAME_BLOCKED_MS = 30 * DAY_MS;
export const MOST_TEMPLATES = 6_000;

type Named = Pick<Template, 'wabaId' | 'name' | 'language'>;

const alreadyThere = ({ language }: Named) =>
  templateFault(
    2388024,
    'Content in This Language Already Exists',
    `There is already ${languageName(language)} content for this template. You can create a new template and try again.`,
  );

const beingDeleted = ({ language }: Named) => {
  const content = `${languageName(language)} content`;
  return templateFault(
    2388023,
    'Message Template Language is Being Deleted',
    `New ${content} can't be added while the existing ${content} is being deleted. Try again in 4 weeks or consider creating a new message template.`,
  );
};

/** Refuses a new template if the WABA has too many, or its name is taken, blocked after a deletion, or of another category. */
export function checkIsFree(state: State, asked: Named & Pick<Template, 'category'>): void {
  if (state.of('template', asked.wabaId).length >= MOST_TEMPLATES)
    throw templateFault(
      2388019,
      'Message Template Limit Exceeded',
      'You have exceeded the maximum number of message templates you can have for this WhatsApp business account.',
    );
  if (state.template(asked) !== undefined) throw alreadyThere(asked);
  if (Date.now() - (state.deletedAt(asked) ?? 0) < NAME_BLOCKED_MS) throw beingDeleted(asked);
  checkSiblings(state, asked, asked.category);
}

/** Refuses the category if the same name has another category in another language. */
export function checkSiblings(state: State, { wabaId, name, language }: Named, category: string): void {
  const sibling = state
    .of('template', wabaId)
    .find((other) => other.name === name && other.language !== language && other.category !== category);
  if (sibling !== undefined)
    throw templateFault(
      undefined,
      "Template Category Doesn't Match",
      `The category ${category} doesn't match the one that's already associated with this template, ${sibling.category}.`,
    );
}
