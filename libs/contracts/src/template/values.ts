import { Decimal, Json, Nested, NestedList, Whole } from '../schema/fields.js';
import { Rule } from '../schema/field-registry.js';
import { Link, Text, TextList, Time, Variables } from '../schema/text-fields.js';
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
function* templateValueFaults({ buttons = [], cards = [] }: Given, at = ''): Iterable<FieldFault> {
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

/** The name of a template to send. */
export const SentTemplateName = (example: string) =>
  Text({
    ...LIMITS.templateName,
    pattern: /^[a-z0-9_]+$/,
    patternDetail: 'must hold lower-case letters, digits and underscores only',
    example,
  });

/** The values of a template's send. */
@Rule<TemplateParts>(templateValueFaults)
export class TemplateParts {
  @Text({
    ...LIMITS.templateLanguage,
    pattern: /^[A-Za-z]{2,3}([_-][A-Za-z]{2,4})?$/,
    patternDetail: 'must be a language code such as en_US',
    example: 'en_US',
  })
  language!: string;

  @Variables({
    optional: true,
    description: 'A list for {{1}}, {{2}} …; an object for named variables.',
    example: ['Gaurav', '#1043'],
  })
  variables?: string[] | Record<string, string>;

  @Text({ max: 60, optional: true, description: 'The id of uploaded media for a media header.' })
  headerMediaId?: string;

  @Link({ optional: true, description: 'A public link for a media header.' })
  headerLink?: string;

  @Text({
    ...LIMITS.filename,
    optional: true,
    description:
      'File name of a document in a header; default: the name of the upload, or the end of the path of its link.',
  })
  headerFilename?: string;

  @Nested(() => HeaderLocation, { optional: true, description: 'The place in a location header.' })
  headerLocation?: HeaderLocation;

  @Time({ optional: true, example: undefined, description: 'When a limited-time offer ends.' })
  offerExpiresAt?: string;

  @Variables({
    optional: true,
    description:
      'One value per button that takes one, in order of the buttons: the end of a link, or a code. A one-time password goes into its button by itself.',
  })
  buttonVariables?: string[] | Record<string, string>;

  @NestedList(() => TemplateButton, {
    max: LIMITS.templateButtons.max,
    optional: true,
    description: 'Other values for single buttons.',
  })
  buttons?: TemplateButton[];

  @NestedList(() => TemplateCard, {
    ...LIMITS.cards,
    optional: true,
    description: 'The cards of a carousel: as many as in the template, in the same order.',
  })
  cards?: TemplateCard[];
}
