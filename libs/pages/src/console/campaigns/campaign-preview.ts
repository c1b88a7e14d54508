import type { TemplateView } from '@wbiz/contracts/template';
import { fillTemplate } from '@wbiz/contracts/template/filling';
import { renderedOf } from '@wbiz/contracts/template/rendering';
import { type Slots, slotsOf, valuesFor } from '../templates/slots.js';
import type { Schemas } from '@wbiz/sdk/operations';
import {
  type CampaignDraft,
  filledFor,
  NO_VALUES,
  type PartValues,
  type Value,
  written,
} from './campaign-draft.js';

/** The message as `person` will see it; without one, values that differ per contact stay placeholders. */
export function previewOf(
  view: TemplateView,
  { values, cards }: CampaignDraft,
  person: Schemas['ContactView'] | undefined,
) {
  const filled = (value: Value) => (person ? filledFor(written(value), person) : written(value));
  const slots = slotsOf(view);
  const of = (part: Slots, { variables, buttonVariables }: PartValues) => ({
    variables: valuesFor(part.variables, variables.map(filled)),
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
