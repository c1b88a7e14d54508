import { Flag, Json, Whole } from '../schema/fields.js';
import { Normalised, RuleOfParts } from '../schema/field-registry.js';
import { OneOf, Text } from '../schema/text-fields.js';
import { LIMITS } from '../limits.js';
import { inMetasCase, word } from './components.js';
import { faultsOfTemplate, PARAMETER_FORMATS, TEMPLATE_CATEGORIES } from './rules.js';
import type { TemplateComponent, TemplateView } from '../template.js';

const InAnyCase = () => Normalised((value) => word(value) ?? value);

const COMPONENTS = {
  list: true,
  description:
    "Meta's components: HEADER, BODY, FOOTER, BUTTONS, CAROUSEL, LIMITED_TIME_OFFER. The sample of a media header may be the id of uploaded media (med_…) or an https link.",
  example: [
    {
      type: 'BODY',
      text: 'Hi {{1}}, order {{2}} is on its way.',
      example: { body_text: [['Gaurav', '#1043']] },
    },
  ],
};

const Lifetime = () =>
  Whole({
    min: -1,
    max: 2_592_000,
    optional: true,
    description:
      'How long Meta tries to deliver, in seconds: AUTHENTICATION 30 to 900, UTILITY 30 to 43200, MARKETING 43200 to 2592000; -1 means 30 days.',
  });

/** `POST /v1/templates`. Meta's enum values (category, component types) are accepted in any case. */
@RuleOfParts<CreateTemplate>(faultsOfTemplate)
export class CreateTemplate {
  @Text({
    ...LIMITS.templateName,
    description: 'Lower-case letters, digits and underscores.',
    example: 'order_shipped',
  })
  name!: string;

  @Text({ ...LIMITS.templateLanguage, example: 'en_US' }) language!: string;

  @InAnyCase()
  @OneOf(TEMPLATE_CATEGORIES, { example: 'UTILITY' })
  category!: (typeof TEMPLATE_CATEGORIES)[number];

  @Normalised(inMetasCase)
  @Json(COMPONENTS)
  components!: TemplateComponent[];

  @InAnyCase()
  @OneOf(PARAMETER_FORMATS, { optional: true, description: 'NAMED for {{first_name}}; default POSITIONAL.' })
  parameterFormat?: (typeof PARAMETER_FORMATS)[number];

  @Lifetime() messageSendTtlSeconds?: number;

  @Flag({ optional: true, description: 'false keeps it as a draft; default true.' }) submit?: boolean;
}

/**
 * `PATCH /v1/templates/:id`; name and language cannot change. The templates service checks the components: it has the
 * stored template, which fills in missing examples (`withExamplesOf`).
 */
export class UpdateTemplate {
  @Normalised(inMetasCase)
  @Json({ ...COMPONENTS, optional: true })
  components?: TemplateComponent[];

  @InAnyCase()
  @OneOf(TEMPLATE_CATEGORIES, { optional: true })
  category?: (typeof TEMPLATE_CATEGORIES)[number];

  @Lifetime() messageSendTtlSeconds?: number;

  @Flag({
    optional: true,
    description: 'true submits a draft; of a template that Meta has, every change is submitted.',
  })
  submit?: boolean;
}

type Written = { readonly templateId: string; readonly at: string };
/** Payload of the command `template.create`. */
export type CreateTemplateData = CreateTemplate & Written;
/** Payload of the command `template.update`. */
export type UpdateTemplateData = UpdateTemplate & Written;
/** Payload of the command `template.delete`. */
export type DeleteTemplateData = Written;

/**
 * The first reply to these commands. `submission`: the id of the request to Meta, whose outcome is the second reply;
 * null if Meta is not called.
 */
export type TemplateReply = { readonly template: TemplateView; readonly submission: string | null };
