import type { FieldFault } from '../problem.js';
import { fillTemplate, type FilledTemplate, type TemplateValues } from './filling.js';
import type { RenderedCard, RenderedTemplate } from './preview.js';
import type { TemplateView } from '../template.js';

/**
 * The preview of a template; a variable without a value stays as written. Reports the faults of `variables`, and of the
 * other fields that `values` has.
 */
export function renderTemplate(
  template: Pick<TemplateView, 'components' | 'category'>,
  values: TemplateValues,
): { readonly rendered: RenderedTemplate; readonly faults: readonly FieldFault[] } {
  const { filled, faults } = fillTemplate(template, values);
  const asked = ['variables', ...Object.keys(values)];
  return {
    rendered: renderedOf(filled),
    faults: faults.filter(({ pointer }) => asked.includes(pointer.split('/')[1]!)),
  };
}

/** The parts of a filled template that the recipient sees. */
export function renderedOf({ footer, offer, cards, ...card }: FilledTemplate): RenderedTemplate {
  return {
    ...renderedCard(card),
    ...(footer === undefined ? {} : { footer }),
    ...(offer ? { offer: offer.text } : {}),
    ...(cards.length > 0 ? { cards: cards.map(renderedCard) } : {}),
  };
}

const renderedCard = ({
  header,
  body,
  buttons,
}: Pick<FilledTemplate, 'header' | 'body' | 'buttons'>): RenderedCard => ({
  ...(header
    ? { header: { format: header.format, ...(header.format === 'TEXT' ? { text: header.text } : {}) } }
    : {}),
  ...(body ? { body: body.text } : {}),
  buttons: buttons.map(({ type, label, url, phoneNumber, value }) => ({
    type,
    label,
    ...(url === undefined ? {} : { url }),
    ...(phoneNumber === undefined ? {} : { phoneNumber }),
    ...(url === undefined && value !== undefined ? { code: value } : {}),
  })),
});
