import { Decimal, Json, Link, NestedList, Text, TextList, Variables, Whole } from '../schema/field.js';
import { LIMITS } from '../limits.js';
import { fieldFault, type FieldFault } from '../problem.js';

/** The place in a location header. */
export class HeaderLocation {
  @Decimal(LIMITS.latitude) latitude!: number;
  @Decimal(LIMITS.longitude) longitude!: number;
  @Text({ ...LIMITS.place, optional: true }) name?: string;
  @Text({ ...LIMITS.place, optional: true }) address?: string;
}

/** A titled section of catalogue products. */
export class ProductSection {
  @Text({
    ...LIMITS.productSectionTitle,
    optional: true,
    description: 'Required if there are several sections.',
  })
  title?: string;
  @TextList({ ...LIMITS.products, each: LIMITS.productId.max }) productIds!: string[];
}

/** The values of one template button. */
export class TemplateButton {
  @Whole({
    min: 0,
    max: LIMITS.templateButtons.max - 1,
    description: 'Which button, counted from 0 over all of them.',
  })
  index!: number;
  @Text({
    ...LIMITS.templatePayload,
    optional: true,
    description: 'QUICK_REPLY: comes back when it is tapped.',
  })
  payload?: string;
  @Text({
    ...LIMITS.couponCode,
    optional: true,
    description:
      'COPY_CODE and one-time passwords: the code that a tap copies, instead of a value in buttonVariables.',
  })
  code?: string;
  @Text({
    ...LIMITS.flowToken,
    optional: true,
    description: "FLOW: returned with the answer; default: the message's id.",
  })
  flowToken?: string;
  @Json({ optional: true, description: 'FLOW that navigates: data for its first screen.' })
  flowActionData?: Record<string, unknown>;
  @Text({
    ...LIMITS.productId,
    optional: true,
    description: 'CATALOG and MPM: the product whose picture is shown.',
  })
  thumbnailProductId?: string;
  @NestedList(() => ProductSection, {
    ...LIMITS.productSections,
    optional: true,
    description: `MPM: what is offered, at most ${LIMITS.products.max} products in all.`,
  })
  sections?: ProductSection[];
}

/** The values of one carousel card. */
export class TemplateCard {
  @Variables({ optional: true, description: 'For the body of the card.' })
  variables?: string[] | Record<string, string>;
  @Text({ max: 60, optional: true, description: 'The id of uploaded media for its header.' })
  headerMediaId?: string;
  @Link({ optional: true, description: 'A public link for its header.' }) headerLink?: string;
  @Variables({ optional: true, description: 'As for the template itself.' })
  buttonVariables?: string[] | Record<string, string>;
  @NestedList(() => TemplateButton, { max: LIMITS.cardButtons.max, optional: true })
  buttons?: TemplateButton[];
}

type Given = { readonly buttons?: TemplateButton[]; readonly cards?: TemplateCard[] };

/** Rules across the fields of a template's send. */
export function* templateValueFaults({ buttons = [], cards = [] }: Given, at = ''): Iterable<FieldFault> {
  const seen = new Set<number>();
  for (const [place, { index, sections = [] }] of buttons.entries()) {
    const here = `${at}/buttons/${place}`;
    if (seen.has(index)) yield fieldFault(`${here}/index`, 'not_unique', 'must not be the same as another');
    seen.add(index);
    const { max } = LIMITS.products;
    const products = sections.flatMap(({ productIds }) => productIds).length;
    if (products > max)
      yield fieldFault(
        `${here}/sections`,
        'array_max_size',
        `must have at most ${max} products in all, and have ${products}`,
      );
    for (const [nth, { title }] of sections.entries())
      if (sections.length > 1 && title === undefined)
        yield fieldFault(
          `${here}/sections/${nth}/title`,
          'required',
          'is required where there are several sections',
        );
  }
  for (const [index, card] of cards.entries()) yield* templateValueFaults(card, `${at}/cards/${index}`);
}
