import { FIELD_KEY } from './custom-field.js';
import { LIMITS } from './limits.js';
import { fieldFault } from './problem.js';
import { Rule } from './schema/field-registry.js';
import { Comparable, NestedList } from './schema/fields.js';
import { OneOf, Text, TextList } from './schema/text-fields.js';

const AUDIENCE_KINDS = ['tags', 'contacts', 'segment', 'all'] as const;
export type AudienceKind = (typeof AUDIENCE_KINDS)[number];
const MATCHES = ['any', 'all'] as const;
export const FILTER_OPERATORS = [
  'eq',
  'ne',
  'in',
  'contains',
  'starts_with',
  'gt',
  'gte',
  'lt',
  'lte',
  'is_set',
  'is_not_set',
] as const;
export type FilterOperator = (typeof FILTER_OPERATORS)[number];
const WITHOUT_VALUE: readonly FilterOperator[] = ['is_set', 'is_not_set'];

/** Contact fields that a segment may filter by, besides `customFields.<key>`. */
export const CONTACT_FIELDS = ['name', 'phone', 'email', 'source', 'createdAt', 'updatedAt'] as const;
const CUSTOM = 'customFields.';
const isContactField = (field: string) =>
  (CONTACT_FIELDS as readonly string[]).includes(field) ||
  (field.startsWith(CUSTOM) && FIELD_KEY.test(field.slice(CUSTOM.length)));

/** A condition on one field of a contact. Texts are compared regardless of case. */
@Rule<SegmentFilter>(function* ({ field, operator, value }) {
  if (!isContactField(field))
    yield fieldFault('/field', 'field', `must be one of ${CONTACT_FIELDS.join(', ')} or customFields.<key>`);
  const wantsNone = WITHOUT_VALUE.includes(operator);
  if (wantsNone && value !== undefined)
    yield fieldFault('/value', 'not_allowed', `is not taken with ${operator}`);
  if (!wantsNone && value === undefined)
    yield fieldFault('/value', 'required', `is required with ${operator}`);
  const isList = Array.isArray(value);
  if (value !== undefined && !wantsNone && (operator === 'in') !== isList)
    yield fieldFault(
      '/value',
      'value',
      isList ? `must not be a list with ${operator}` : 'must be a list with in',
    );
})
export class SegmentFilter {
  @Text({
    max: 80,
    example: 'customFields.city',
    description: `${CONTACT_FIELDS.join(', ')} or customFields.<key>.`,
  })
  field!: string;
  @OneOf(FILTER_OPERATORS, { example: 'eq' }) operator!: FilterOperator;
  @Comparable({
    optional: true,
    description: 'The value to compare with; for `in` a list.',
    example: 'Ahmedabad',
  })
  value?: Comparable;
}

const TagNames = (base: {
  optional?: boolean;
  min?: number;
  description: string;
  example?: readonly string[];
}) => TextList({ max: LIMITS.audienceTags.max, each: LIMITS.tagName.max, ...base });

/** The contacts that a campaign is sent to. */
@Rule<Audience>(function* ({ kind, tags, match, contacts, filters }) {
  const own = {
    tags: [tags, 'tags'],
    contacts: [contacts, 'contacts'],
    filters: [filters, 'segment'],
  } as const;
  for (const [field, [given, of]] of Object.entries(own)) {
    if (kind === of && given === undefined)
      yield fieldFault(`/${field}`, 'required', `is required with kind ${kind}`);
    if (kind !== of && given !== undefined)
      yield fieldFault(`/${field}`, 'not_allowed', `is not taken with kind ${kind}`);
  }
  if (match !== undefined && kind !== 'tags' && kind !== 'segment')
    yield fieldFault('/match', 'not_allowed', `is not taken with kind ${kind}`);
})
export class Audience {
  @OneOf(AUDIENCE_KINDS, { example: 'tags' }) kind!: AudienceKind;
  @TagNames({ optional: true, min: 1, description: 'For kind tags.', example: ['customer'] }) tags?: string[];
  @OneOf(MATCHES, {
    optional: true,
    byDefault: 'any',
    description: 'For kinds tags and segment: whether any or all must match. Default for a segment: all.',
  })
  match?: (typeof MATCHES)[number];
  @TagNames({ optional: true, description: 'Contacts with any of these tags are left out.' })
  exclude?: string[];
  @TextList({
    ...LIMITS.audienceContacts,
    each: 40,
    optional: true,
    description: 'For kind contacts: their ids.',
  })
  contacts?: string[];
  @NestedList(() => SegmentFilter, {
    ...LIMITS.segmentFilters,
    optional: true,
    description: 'For kind segment.',
  })
  filters?: SegmentFilter[];
}

export const CUSTOMERS = { kind: 'tags', tags: ['customer'] };
