import { health } from '../account/account.view.js';
import { chooseFields, unset } from '../graph/fields.js';
import type { Component, Template } from '../graph/nodes.js';
import { metaTime } from '../graph/times.js';

const DEFAULTS = [
  'name',
  'parameter_format',
  'components',
  'language',
  'status',
  'category',
  'sub_category',
  'library_template_name',
];

// Captured from Meta: v20 does not show parameter_format by default and answers an edit with `success` only; v24 shows more.
// In which version that changed is not known.
const LAST_OLD_VERSION = 21;
export const isOld = (version: string) => Number.parseFloat(version.slice(1)) <= LAST_OLD_VERSION;
const OLD_DEFAULTS = DEFAULTS.filter((name) => name !== 'parameter_format');

/** Captured from Meta: shown by default for authentication templates only. */
const TTL = 'message_send_ttl_seconds';

const viewOf = (template: Template): Record<string, unknown> => ({
  ...unset(
    'bid_spec correct_category creative_sourcing_spec cta_url_link_tracking_opted_out degrees_of_freedom_spec display_format is_primary_device_delivery_only library_template_name message_send_ttl_seconds source specific_rejection_reason sub_category',
  ),
  ...template.more,
  id: template.id,
  name: template.name,
  parameter_format: template.parameterFormat,
  components: template.components.map((component) => shown(component, template.id)),
  language: template.language,
  status: template.status,
  category: template.category,
  previous_category: template.previousCategory,
  rejected_reason: template.rejectedReason,
  quality_score: { score: qualityOf(template), date: template.updatedAt },
  health_status: health('MESSAGE_TEMPLATE', template.id, template.wabaId, template.status === 'APPROVED'),
  last_updated_time: metaTime(template.updatedAt),
});

export const qualityOf = ({ quality = 'UNKNOWN' }: Template) => quality;

const EXTENSIONS: Readonly<Record<string, string>> = { VIDEO: 'mp4', GIF: 'mp4', DOCUMENT: 'pdf' };

/** The component as Meta's answers show it, with a URL in place of a sample's upload handle. */
function shown(component: Component, id: string): Component {
  const { cards, format, example } = component;
  if (Array.isArray(cards))
    return {
      ...component,
      cards: (cards as readonly { components: readonly Component[] }[]).map(({ components }) => ({
        components: components.map((inner) => shown(inner, id)),
      })),
    };
  if (typeof example !== 'object' || example === null || !('header_handle' in example)) return component;
  const file = `${id}_n.${EXTENSIONS[String(format)] ?? 'jpg'}`;
  return {
    ...component,
    example: { header_handle: [`https://scontent.whatsapp.net/v/t61.29466-34/${file}`] },
  };
}

/** The answer to `GET /{template}`. */
export const templateNode = (template: Template, fields: unknown, version = 'v26.0') =>
  chooseFields(viewOf(template), fields, {
    type: 'WhatsAppMessageTemplate',
    defaults: [
      ...(isOld(version) ? OLD_DEFAULTS : DEFAULTS),
      ...(template.category === 'AUTHENTICATION' ? [TTL] : []),
    ],
  });

const contentOf = ({ components }: Template) => JSON.stringify(components).toLowerCase();

const FILTERS: Readonly<Record<string, (template: Template, wanted: string) => boolean>> = {
  name: ({ name }, wanted) => name.includes(wanted.toLowerCase()),
  status: ({ status }, wanted) => status === wanted.toUpperCase(),
  category: ({ category }, wanted) => category === wanted.toUpperCase(),
  language: ({ language }, wanted) => language === wanted,
  content: (template, wanted) => contentOf(template).includes(wanted.toLowerCase()),
  name_or_content: (template, wanted) =>
    template.name.includes(wanted.toLowerCase()) || contentOf(template).includes(wanted.toLowerCase()),
  quality_score: (template, wanted) => qualityOf(template) === wanted.toUpperCase(),
};

const TEXTS = ['name', 'content', 'name_or_content'];

/** The values of a filter, given as a list or a text with commas. A search text is one value, even with commas. */
const listed = (key: string, given: unknown): readonly string[] =>
  [given].flat().flatMap((value) => (TEXTS.includes(key) ? String(value) : String(value).split(',')));

/** Whether a template passes the filters of a list call. */
export const isAskedFor = (template: Template, params: Readonly<Record<string, unknown>>) =>
  Object.entries(FILTERS).every(
    ([key, matches]) => !params[key] || listed(key, params[key]).some((wanted) => matches(template, wanted)),
  );

const languages = new Intl.DisplayNames('en', {
  type: 'language',
  languageDisplay: 'standard',
  style: 'short',
});

/** `English (US)` for en_US, as Meta's refusals name it. */
export const languageName = (code: string) => languages.of(code.replace('_', '-')) ?? code;
