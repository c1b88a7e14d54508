import { caseless } from '@wbiz/contracts/text/caseless';
import type { Audience, FilterOperator, SegmentFilter } from '@wbiz/contracts/audience';
import type { FieldValue } from '@wbiz/contracts/custom-field';
import { phonePart, toE164 } from '@wbiz/contracts/text/phone';
import { tagKey } from '@wbiz/contracts/tag';
import type { parameters } from '@wbiz/service-kit/parameters';
import { comparisonForm, TIME } from '../copy/contact-values.js';

type Value = ReturnType<typeof parameters>['value'];

/**
 * SQL conditions on one account's contacts, the rows `c` of campaigns.contacts. `value` adds a parameter to the
 * statement.
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
   * True for a contact in the audience. A merged contact is in none; its id in `contacts` stands for the surviving
   * contact.
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

  /** A property of the template copy, e.g. `category`; null if there is no such template. */
  ofTemplate(
    property: string,
    { name, language }: { readonly name: string; readonly language: string },
  ): string {
    return `(select t.data->>'${property}' from campaigns.templates t
      where t.account_id = ${this.account} and t.name = ${this.value(name)} and t.language = ${this.value(language)})`;
  }

  /** One custom field's value in a column; null if the contact has none. */
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

  /** Conditions per tag take seconds: they come last, and decide only if one of the tags was deleted at some time. */
  private hasAny(tags: readonly string[]): string {
    const keys = this.value(tags.map(tagKey));
    const one = tags.map((tag) => `(${this.hasAll([tag])})`);
    return `c.tags && ${keys}::text[] and (c.sequence > ${this.lastDeletion('tag', keys)} or ${one.join(' or ')})`;
  }

  /** The log position of the last deletion of any of the labels, looked up once per statement; 0: none was deleted. */
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

  /**
   * A field of JSON values as {@link comparisonForm} stores them. Values of different types are neither equal nor ordered.
   */
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

/** A contact's field in SQL. A condition on a null field is null, which counts as false. */
type Field = {
  readonly there: string;
  readonly text: string;
  readonly isOneOf: (values: readonly FieldValue[]) => string;
  readonly compares: (operator: '>' | '>=' | '<' | '<=', value: FieldValue) => string;
  /** The parameter to search for in `text`. */
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
  /** Converts a filter's value for comparison with the whole column. */
  readonly whole?: (value: FieldValue) => string;
  /** For partial matches: the text to search in, and (`part`) how a filter's value is converted. */
  readonly text?: (own: string) => string;
  readonly part?: (value: FieldValue) => string;
};
/** Text fields here, times in TIMES: times compare like the dates in custom fields. */
const COLUMNS: Readonly<Record<string, Column>> = {
  name: { column: 'name_key' },
  email: { column: 'email_key' },
  source: { column: 'source' },
  phone: { column: 'phone', whole: phoneOf, text: (own) => `ltrim(${own}, '+')`, part: digitsOf },
};
const TIMES: Readonly<Record<string, string>> = { createdAt: 'created_at', updatedAt: 'updated_at' };
