import { badParameter } from '../graph/graph-error.js';
import { lengthOf, objectParameter, type Fields } from '../graph/parameter.rules.js';
import { placeOf } from './template-button.rules.js';
import { onlyFields, type Part, type TemplateContext } from './template-component.rules.js';
import { fault } from './template.faults.js';

const MOST_IN_TEXT = 16;

/** A limited-time offer: marketing, no footer, the copy-code button first (Meta's docs, limited-time offer templates). */
export function checkOffer(
  offer: Part,
  { footer, buttons }: { footer: Part | undefined; buttons: readonly Fields[] },
  { category }: TemplateContext,
): void {
  onlyFields(offer, ['limited_time_offer']);
  const content = offer.fields['limited_time_offer'];
  if (content === undefined) throw fault.missing('LIMITED_TIME_OFFER', 'limited_time_offer');
  const name = `${offer.at}['limited_time_offer']`;
  const { text, has_expiration: expires } = objectParameter(content, name);
  if (typeof text !== 'string' || text.trim() === '') throw fault.missing('LIMITED_TIME_OFFER', 'text');
  if (lengthOf(text) > MOST_IN_TEXT) throw fault.tooLong('limited-time offer text', MOST_IN_TEXT);
  if (expires !== undefined && typeof expires !== 'boolean')
    throw badParameter(`Param ${name}['has_expiration'] must be a boolean.`);
  if (category !== 'MARKETING') throw fault.offer('Limited-time offers are for marketing templates only.');
  if (footer !== undefined) throw fault.offer('A template with a limited-time offer has no footer.');
  const code = placeOf(buttons, 'COPY_CODE');
  if (code > 0) throw fault.offer('The copy code button must be the first button.');
  if (code < 0 && expires === true) throw fault.offer('An offer that expires needs a copy code button.');
}
