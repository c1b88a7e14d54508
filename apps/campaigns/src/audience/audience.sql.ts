import { caseless } from '@wbiz/contracts/text/caseless';
import type { Audience, FilterOperator, SegmentFilter } from '@wbiz/contracts/audience';
import type { FieldValue } from '@wbiz/contracts/custom-field';
import { phonePart, toE164 } from '@wbiz/contracts/text/phone';
import { tagKey } from '@wbiz/contracts/tag';
import type { parameters } from '@wbiz/service-kit/parameters';
import { comparisonForm, TIME } from '../copy/contact-values.js';

type Value = ReturnType<typeof parameters>['value'];

/**
 * Builds SQL conditions on one account's contacts: rows of campaigns.contacts under the alias `c`. `value` adds a
 * parameter to the statement and returns its placeholder.
 */
export class AudienceSql {
  private readonly account: string;

  constructor(
    private readonly value: Value,
    accountId: string,
  ) {
    this.account = `${value(accountId)}::text`;
  }

  /**
   * SQL condition: the contact belongs to the audience. A merged contact belongs to none; if `audience.contacts` lists
   * a merged contact, the surviving one belongs to the audience.
   */
  holds(audience: Audience): string {
    const { exclude = [] } = audience;
    return [
      `c.account_id = ${this.account}`,
      'c.merged_into is null',
      `(${this.ofKind(audience)})`,
      ...(exclude.length > 0 ? [`(${this.hasAny(exclude)}) is not true`] : []),
    ].join(' and ');
  }

  /** SQL: a property of the account's template, e.g. `category`; null if the account has no such template. */
  ofTemplate(
    property: string,
    { name, language }: { readonly name: string; readonly language: string },
  ): string {
    return `(select t.data->>'${property}' from campaigns.templates t
      where t.account_id = ${this.account} and t.name = ${this.value(name)} and t.language = ${this.value(language)})`;
  }

  /** SQL: the contact's value of a custom field, from `column`; null if unset or if the field was deleted. */
  customField(column: 'fields' | 'field_keys', key: string): string {
    const arrow = column === 'fields' ? '->>' : '->';
    const deletion = this.lastDeletion('field', this.value([key]));
    return `case when c.sequence > ${deletion} then c.${column}${arrow}${this.value(key)}::text end`;
  }

  private ofKind({
    kind,
    tags = [],
    match = kind === 'segment' ? 'all' : 'any',
    ...given
  }: Audience): string {
    const { contacts = [], filters = [] } = given;
    const byKind: { readonly [Kind in Audience['kind']]: () => string } = {
      all: () => 'true',
      contacts: () => {
        const ids = `${this.value(contacts)}::text[]`;
        return `c.contact_id = any(${ids} || array(select m.merged_into from campaigns.contacts m
          where m.account_id = ${this.account} and m.contact_id = any(${ids}) and m.merged_into is not null))`;
      },
      tags: () => (match === 'all' ? this.hasAll(tags) : this.hasAny(tags)),
      segment: () =>
        filters.map((filter) => `(${this.fits(filter)})`).join(match === 'all' ? ' and ' : ' or '),
    };
    return byKind[kind]();
  }

  private hasAll(tags: readonly string[]): string {
    const keys = this.value(tags.map(tagKey));
    return `c.tags @> ${keys}::text[] and c.sequence > ${this.lastDeletion('tag', keys)}`;
  }

  /** The slow conditions per tag come last: only contacts unchanged since a deletion of one of the tags need them. */
  private hasAny(tags: readonly string[]): string {
    const keys = this.value(tags.map(tagKey));
    const one = tags.map((tag) => `(${this.hasAll([tag])})`);
    return `c.tags && ${keys}::text[] and (c.sequence > ${this.lastDeletion('tag', keys)} or ${one.join(' or ')})`;
  }

  /** SQL: log position of the last deletion of any of these tags or fields, read once per statement; 0 if none. */
  private lastDeletion(kind: 'tag' | 'field', keys: string): string {
    return `(select coalesce(max(d.sequence), 0) from campaigns.deleted_labels d
      where d.account_id = ${this.account} and d.kind = '${kind}' and d.key = any(${keys}::text[]))`;
  }

  private fits({ field, operator, value: given = [] }: SegmentFilter): string {
    return CONDITIONS[operator](this.field(field), [given].flat());
  }

  private field(name: string): Field {
    const [, key] = /^customFields\.(.*)$/s.exec(name) ?? [];
    if (key !== undefined) return this.jsonField(this.customField('field_keys', key));
    if (name in TIMES) return this.jsonField(`to_jsonb(c.${TIMES[name]})`);
    const { column, whole = textOf, part = textOf, text = (own) => own } = COLUMNS[name]!;
    return {
      there: `c.${column}`,
      text: text(`c.${column}`),
      isOneOf: (values) => `c.${column} = any(${this.value(values.map(whole))}::text[])`,
      compares: (operator, value) => `c.${column} ${operator} ${this.value(whole(value))}`,
      part: (value) => this.value(part(value)),
    };
  }

  /** A field of JSON values in {@link comparisonForm}. Values of different JSON types are neither equal nor ordered. */
  private jsonField(json: string): Field {
    const text = `(${json} #>> '{}')`;
    return {
      there: json,
      text,
      isOneOf: (values) =>
        `${json} = any(${this.value(values.map((value) => JSON.stringify(comparisonForm(value))))}::jsonb[])`,
      compares: (operator, value) => {
        const key = comparisonForm(value);
        const is = (type: string) => `jsonb_typeof(${json}) = '${type}'`;
        if (typeof key === 'boolean') return `${is('boolean')} and false`;
        if (typeof key === 'number')
          return `${is('number')} and ${json} ${operator} ${this.value(JSON.stringify(key))}::jsonb`;
        const ofTimes = TIME.test(key) ? `and ${text} ~ '${TIME.source}'` : '';
        return `${is('string')} ${ofTimes} and ${text} collate "C" ${operator} ${this.value(key)}`;
      },
      part: (value) => this.value(textOf(value)),
    };
  }
}

/** SQL for one field of a contact. `isOneOf` and `compares` yield null, which counts as false, if the field is null. */
type Field = {
  readonly there: string;
  readonly text: string;
  readonly isOneOf: (values: readonly FieldValue[]) => string;
  readonly compares: (operator: '>' | '>=' | '<' | '<=', value: FieldValue) => string;
  /** Converts a filter's value for a search in `text` and adds it as a parameter. */
  readonly part: (value: FieldValue) => string;
};

const CONDITIONS: {
  readonly [Operator in FilterOperator]: (field: Field, values: readonly FieldValue[]) => string;
} = {
  eq: (field, values) => field.isOneOf(values),
  ne: (field, values) => `(${field.isOneOf(values)}) is not true`,
  in: (field, values) => field.isOneOf(values),
  contains: (field, [value]) => `strpos(${field.text}, ${field.part(value!)}) > 0`,
  starts_with: (field, [value]) => `starts_with(${field.text}, ${field.part(value!)})`,
  gt: (field, [value]) => field.compares('>', value!),
  gte: (field, [value]) => field.compares('>=', value!),
  lt: (field, [value]) => field.compares('<', value!),
  lte: (field, [value]) => field.compares('<=', value!),
  is_set: (field) => `${field.there} is not null`,
  is_not_set: (field) => `${field.there} is null`,
};

const textOf = (value: FieldValue) => caseless(String(value));
/** Normalises a typed phone number to the stored form. */
const phoneOf = (value: FieldValue) => toE164(String(value)) ?? phonePart(String(value));
const digitsOf = (value: FieldValue) => phonePart(String(value)).replace(/^\+/, '');

type Column = {
  readonly column: string;
  /** Converts a filter's value for comparison with the column's whole value. */
  readonly whole?: (value: FieldValue) => string;
  /** For `contains` and `starts_with`: `text` is the SQL to search in, `part` converts a filter's value. */
  readonly text?: (own: string) => string;
  readonly part?: (value: FieldValue) => string;
};
/** The text fields that filters name. TIMES holds the time fields, which compare like dates in custom fields. */
const COLUMNS: Readonly<Record<string, Column>> = {
  name: { column: 'name_key' },
  email: { column: 'email_key' },
  source: { column: 'source' },
  phone: { column: 'phone', whole: phoneOf, text: (own) => `ltrim(${own}, '+')`, part: digitsOf },
};
const TIMES: Readonly<Record<string, string>> = { createdAt: 'created_at', updatedAt: 'updated_at' };
