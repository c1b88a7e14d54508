import type { TemplateView } from '@wbiz/contracts/template';
import { fillTemplate } from '@wbiz/contracts/template/filling';
import { renderedOf } from '@wbiz/contracts/template/rendering';
import { type Slots, slotsOf, valuesFor } from '../templates/slots.js';
import { type CampaignDraft, NO_VALUES, type PartValues, written } from './campaign-draft.js';

/** The message as a person will see it; values that differ per contact stay placeholders. */
export function previewOf(view: TemplateView, { values, cards }: CampaignDraft) {
  const slots = slotsOf(view);
  const of = (part: Slots, { variables, buttonVariables }: PartValues) => ({
    variables: valuesFor(part.variables, variables.map(written)),
    ...(part.buttonVariables.length > 0 && {
      buttonVariables: valuesFor(part.buttonVariables, buttonVariables.map(written)),
    }),
  });
  return renderedOf(
    fillTemplate(view, {
      ...of(slots, values),
      ...(slots.cards.length > 0 && {
        cards: slots.cards.map((card, index) => of(card, cards[index] ?? NO_VALUES)),
      }),
    }).filled,
  );
}
