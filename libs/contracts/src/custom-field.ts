import { isISO8601 } from 'class-validator';
import { lengthOf } from './text/characters.js';
import { OneOf, Text, TextList, Time } from './schema/text-fields.js';
import { Rule } from './schema/field-registry.js';
import { LIMITS } from './limits.js';
import { fieldFault } from './problem.js';

const FIELD_TYPES = ['text', 'number', 'date', 'boolean', 'select'] as const;
export type FieldType = (typeof FIELD_TYPES)[number];
export type FieldValue = string | number | boolean;

/** The form of a custom field's key, in contacts and in the placeholders of campaigns. */
export const FIELD_KEY = /^[A-Za-z_][A-Za-z0-9_-]*$/;
const Key = () =>
  Text({
    ...LIMITS.customFieldKey,
    pattern: FIELD_KEY,
    patternDetail: 'must be letters, digits, _ and -, beginning with a letter or _',
    example: 'city',
  });

type Shape = { readonly type: FieldType; readonly options: readonly string[] | null };
const isText = (value: unknown): value is string =>
  typeof value === 'string' && lengthOf(value) <= LIMITS.customFieldText.max;
const ISO_DATE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/;
/** Whether the text is an ISO date, or a time with its zone. */
export const isIsoDate = (text: string) => ISO_DATE.test(text) && isISO8601(text, { strict: true });

const CHECKS: {
  readonly [Type in FieldType]: readonly [
    (value: unknown, shape: Shape) => boolean,
    (shape: Shape) => string,
  ];
} = {
  text: [isText, () => `must be a text of at most ${LIMITS.customFieldText.max} characters`],
  number: [(value) => typeof value === 'number' && Number.isFinite(value), () => 'must be a number'],
  date: [
    (value) => isText(value) && isIsoDate(value),
    () => 'must be an ISO date, e.g. 2026-11-22, or a time with its zone',
  ],
  boolean: [(value) => typeof value === 'boolean', () => 'must be true or false'],
  select: [
    (value, { options }) => options?.includes(value as string) ?? false,
    ({ options }) => `must be one of: ${options?.join(', ')}`,
  ],
};

/** What is wrong with a value, as the words that follow the field's name; undefined if nothing is. */
export function faultOfValue(value: unknown, shape: Shape): string | undefined {
  const [fits, what] = CHECKS[shape.type];
  return fits(value, shape) ? undefined : what(shape);
}

export class CustomFieldView {
  @Text({ ...LIMITS.customFieldKey, example: 'city' }) key!: string;
  @Text({ ...LIMITS.customFieldLabel, example: 'City' }) label!: string;
  @OneOf(FIELD_TYPES) type!: FieldType;
  @TextList({
    max: LIMITS.customFieldOptions.max,
    each: LIMITS.customFieldOption.max,
    nullable: true,
    description: 'For a select: the options; else null.',
  })
  options!: string[] | null;
  @Time() createdAt!: string;
}

/** `POST /v1/custom-fields`. */
@Rule<CreateCustomField>(function* ({ key, type, options }) {
  if (key in Object.prototype) yield fieldFault('/key', 'reserved', 'is a name that cannot be used');
  if (type === 'select' && !options) yield fieldFault('/options', 'required', 'is required for a select');
  if (options && new Set(options).size < options.length)
    yield fieldFault('/options', 'array_unique', 'must not hold the same twice');
  if (type !== 'select' && options) yield fieldFault('/options', 'options', 'are for a select only');
})
export class CreateCustomField {
  @Key() key!: string;
  @Text({ ...LIMITS.customFieldLabel, optional: true, example: 'City', description: 'Default: the key.' })
  label?: string;
  @OneOf(FIELD_TYPES, { example: 'text' }) type!: FieldType;
  @TextList({
    ...LIMITS.customFieldOptions,
    each: LIMITS.customFieldOption.max,
    optional: true,
    description: 'Required for a select.',
  })
  options?: string[];
}

/** Payload of the command `field.create`. */
export type CreateCustomFieldData = CreateCustomField & { readonly accountId: string; readonly at: string };
/** Payload of the command `field.delete`. */
export type DeleteCustomFieldData = { readonly accountId: string; readonly key: string; readonly at: string };

/** The data of the event `custom_field.created`. */
export class CustomFieldData extends CustomFieldView {}

/** The data of the event `custom_field.deleted`: published once no contact has a value of the field any more. */
export class CustomFieldDeletedData {
  @Text({ ...LIMITS.customFieldKey }) key!: string;
  @Time() at!: string;
}
