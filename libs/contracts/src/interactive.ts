import { lengthOf } from './text/characters.js';
import { fieldFault, type FieldFault } from './problem.js';
import { Link, NOT_BLANK, OneOf, Text } from './schema/text-fields.js';
import { Nested, NestedList } from './schema/fields.js';
import { Rule } from './schema/field-registry.js';
import { LIMITS } from './limits.js';

export const INTERACTIVE_KINDS = ['buttons', 'list', 'cta_url'] as const;
export type InteractiveKind = (typeof INTERACTIVE_KINDS)[number];
export const HEADER_TYPES = ['text', 'image', 'video', 'document'] as const;

/** The header of an interactive message: a text, or one medium by id or link. */
export class InteractiveHeader {
  @OneOf(HEADER_TYPES) type!: (typeof HEADER_TYPES)[number];
  @Text({ ...LIMITS.interactiveHeader, ...NOT_BLANK, optional: true }) text?: string;
  @Text({ max: 60, optional: true, description: 'The id of uploaded media.' }) mediaId?: string;
  @Link({ optional: true, description: 'A public link.' }) link?: string;
  @Text({
    ...LIMITS.filename,
    optional: true,
    description:
      'For a document: its file name; default: the name of the upload, or the end of the path of its link.',
  })
  filename?: string;
}

export class ReplyButton {
  @Text({ ...LIMITS.buttonId, description: 'Comes back when it is tapped.' }) id!: string;
  @Text({ ...LIMITS.buttonTitle, ...NOT_BLANK }) title!: string;
}

export class ListRow {
  @Text({ ...LIMITS.rowId, description: 'Comes back when it is chosen.' }) id!: string;
  @Text({ ...LIMITS.rowTitle, ...NOT_BLANK }) title!: string;
  @Text({ ...LIMITS.rowDescription, optional: true }) description?: string;
}

export class ListSection {
  @Text({
    ...LIMITS.sectionTitle,
    ...NOT_BLANK,
    optional: true,
    description: 'Required if there are several sections.',
  })
  title?: string;
  @NestedList(() => ListRow, LIMITS.rows) rows!: ListRow[];
}

/** A header field; a bare string is a text header. */
const Header = (base: { optional?: boolean } = {}) =>
  Nested(() => InteractiveHeader, {
    ...base,
    description: 'A bare string is read as a header of type text.',
    shorthand: (text) => ({ type: 'text', text }),
  });

type Part = 'buttons' | 'button' | 'sections' | 'displayText' | 'url';

/** Per kind of card: the parts that it requires and no other kind may have, and the limit of its body. */
export const CARD_KINDS: {
  readonly [Kind in InteractiveKind]: { readonly parts: readonly Part[]; readonly body: number };
} = {
  buttons: { parts: ['buttons'], body: LIMITS.buttonsBody.max },
  list: { parts: ['button', 'sections'], body: LIMITS.listBody.max },
  cta_url: { parts: ['displayText', 'url'], body: LIMITS.ctaBody.max },
};

/** An interactive message without its recipient. */
@Rule<InteractiveCard>(cardFaults)
export class InteractiveCard {
  @OneOf(INTERACTIVE_KINDS, { example: 'buttons' }) kind!: InteractiveKind;
  @Text({
    max: CARD_KINDS.list.body,
    ...NOT_BLANK,
    description: `At most ${CARD_KINDS.buttons.body} characters for kinds buttons and cta_url.`,
    example: 'Reply to confirm your order.',
  })
  body!: string;
  @Header({ optional: true }) header?: InteractiveHeader;
  @Text({ ...LIMITS.interactiveFooter, ...NOT_BLANK, optional: true }) footer?: string;
  @NestedList(() => ReplyButton, {
    ...LIMITS.buttons,
    optional: true,
    description: 'Kind buttons. Ids and titles are unique.',
    example: [
      { id: 'yes', title: 'Confirm' },
      { id: 'no', title: 'Cancel' },
    ],
  })
  buttons?: ReplyButton[];
  @Text({
    ...LIMITS.listButton,
    ...NOT_BLANK,
    optional: true,
    description: 'Kind list: what opens the list.',
  })
  button?: string;
  @NestedList(() => ListSection, {
    ...LIMITS.sections,
    optional: true,
    description: `Kind list: at most ${LIMITS.rows.max} rows in all, with unique ids.`,
  })
  sections?: ListSection[];
  @Text({
    ...LIMITS.ctaDisplayText,
    ...NOT_BLANK,
    optional: true,
    description: 'Kind cta_url: the label of the button.',
  })
  displayText?: string;
  @Link({ optional: true, description: 'Kind cta_url: what the button opens.' }) url?: string;
}

/** Rules across the fields of a card. */
export function* cardFaults(card: InteractiveCard): Iterable<FieldFault> {
  const { kind, header, body, buttons = [], sections = [] } = card;
  for (const [other, { parts }] of Object.entries(CARD_KINDS))
    for (const part of parts) {
      if (other === kind && card[part] === undefined)
        yield fieldFault(`/${part}`, 'required', `is required for kind ${kind}`);
      if (other !== kind && card[part] !== undefined)
        yield fieldFault(`/${part}`, 'not_allowed', `is not taken for kind ${kind}`);
    }
  const { body: longest } = CARD_KINDS[kind];
  if (lengthOf(body) > longest)
    yield fieldFault('/body', 'max_length', `must have at most ${longest} characters for kind ${kind}`);
  if (header) yield* headerFaults(header);
  if (kind === 'list' && header && header.type !== 'text')
    yield fieldFault('/header/type', 'not_allowed', 'must be text for kind list');

  yield* repeated(buttons.map(({ id }, index) => [`/buttons/${index}/id`, id]));
  yield* repeated(buttons.map(({ title }, index) => [`/buttons/${index}/title`, title]));
  const rows = sections.flatMap((section, at) =>
    section.rows.map(({ id }, index) => [`/sections/${at}/rows/${index}/id`, id] as const),
  );
  yield* repeated(rows);
  if (rows.length > LIMITS.rows.max)
    yield fieldFault(
      '/sections',
      'array_max_size',
      `must have at most ${LIMITS.rows.max} rows in all, and have ${rows.length}`,
    );
  for (const [index, { title }] of sections.entries())
    if (sections.length > 1 && title === undefined)
      yield fieldFault(
        `/sections/${index}/title`,
        'required',
        'is required where there are several sections',
      );
}

/** A header must hold exactly what its type requires. */
function* headerFaults({ type, text, ...medium }: InteractiveHeader): Iterable<FieldFault> {
  if (type !== 'text') {
    if (text !== undefined) yield fieldFault('/header/text', 'not_allowed', `is not taken with type ${type}`);
    return yield* mediumFaults({ ...medium, type }, '/header');
  }
  if (text === undefined) yield fieldFault('/header/text', 'required', 'is required with type text');
  for (const field of ['mediaId', 'link', 'filename'] as const)
    if (medium[field] !== undefined)
      yield fieldFault(`/header/${field}`, 'not_allowed', 'is not taken with type text');
}

/** A medium must have either an id or a link, and may have a file name only if it is a document. */
export function* mediumFaults(
  { type, mediaId, link, filename }: { type: string; mediaId?: string; link?: string; filename?: string },
  at = '',
): Iterable<FieldFault> {
  if (mediaId === undefined && link === undefined)
    yield fieldFault(`${at}/link`, 'required', 'or mediaId is required');
  if (mediaId !== undefined && link !== undefined)
    yield fieldFault(`${at}/link`, 'not_allowed', 'is not taken together with mediaId');
  if (filename !== undefined && type !== 'document')
    yield fieldFault(`${at}/filename`, 'not_allowed', `is not taken with type ${type}`);
}

function* repeated(values: readonly (readonly [pointer: string, value: string])[]): Iterable<FieldFault> {
  const seen = new Set<string>();
  for (const [pointer, value] of values) {
    if (seen.has(value)) yield fieldFault(pointer, 'not_unique', 'must not be the same as another');
    seen.add(value);
  }
}
