import { isPlainObject } from '../schema/json-values.js';
import { Nested, NestedList } from '../schema/fields.js';
import { Text, TextList } from '../schema/text-fields.js';
import { LIMITS } from '../limits.js';
import type { TemplateValues } from './filling.js';

const LONGEST_QUERY = 10_000;

export class RenderedHeader {
  @Text({ max: 30, example: 'TEXT', description: 'TEXT, IMAGE, VIDEO, DOCUMENT or LOCATION.' })
  format!: string;
  @Text({ max: 2000, optional: true }) text?: string;
}

export class RenderedButton {
  @Text({ max: 30, example: 'URL' }) type!: string;
  @Text({ max: 100 }) label!: string;
  @Text({ max: 4000, optional: true }) url?: string;
  @Text({ max: 20, optional: true }) phoneNumber?: string;
  @Text({ max: 20, optional: true, description: 'The text that a tap copies.' }) code?: string;
}

export class RenderedCard {
  @Nested(() => RenderedHeader, { optional: true }) header?: RenderedHeader;
  @Text({ max: 20_000, optional: true }) body?: string;
  @NestedList(() => RenderedButton, { max: 10 }) buttons!: RenderedButton[];
}

/** A template as the recipient sees it. */
export class RenderedTemplate extends RenderedCard {
  @Text({ max: 100, optional: true }) footer?: string;
  @Text({ max: 100, optional: true, description: 'The title of a limited-time offer.' }) offer?: string;
  @NestedList(() => RenderedCard, { max: 10, optional: true }) cards?: RenderedCard[];
}

/** `GET /v1/templates/:id/preview`. */
export class PreviewTemplate {
  @TextList({
    max: LIMITS.templateVariables.max,
    each: LONGEST_QUERY,
    optional: true,
    description: 'One parameter per value, or all values in JSON as in a send: `{"first_name":"Gaurav"}`.',
    example: ['Gaurav', '#1043'],
  })
  variables?: string[];

  @TextList({
    max: LIMITS.templateVariables.max,
    each: LONGEST_QUERY,
    optional: true,
    description: 'As in a send, in the same form.',
  })
  buttonVariables?: string[];
}

/** The values in a query string; a value that is a JSON list or object is parsed. */
export function queriedValues(given: readonly string[] | undefined): TemplateValues['variables'] {
  if (given?.length !== 1) return given && [...given];
  const read = jsonIn(given[0]!);
  const values = Array.isArray(read)
    ? (read as unknown[])
    : isPlainObject(read)
      ? Object.values(read)
      : [null];
  return values.every((value) => typeof value === 'string')
    ? (read as TemplateValues['variables'])
    : [...given];
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export class PreviewFault {
  @Text({ max: 100, example: '/variables', description: 'A JSON Pointer into the body of a send.' })
  pointer!: string;
  @Text({ max: 40, example: 'template_variables_mismatch' }) code!: string;
  @Text({ max: 1000 }) detail!: string;
}

/** The answer to `GET /v1/templates/:id/preview`. `faults`: why a send with these values would be rejected. */
export class TemplatePreview extends RenderedTemplate {
  @NestedList(() => PreviewFault, { max: 100 }) faults!: PreviewFault[];
}
