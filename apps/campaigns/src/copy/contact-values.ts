import { caseless } from '@wbiz/contracts/text/caseless';
import { lengthOf } from '@wbiz/contracts/text/characters';
import { isIsoDate, type FieldValue } from '@wbiz/contracts/custom-field';
import { LIMITS } from '@wbiz/contracts/limits';

const NUMBER = /^-?\d{1,15}(\.\d+)?$/;
/** Matches dates in the form of {@link comparisonForm}. The pattern means the same in JavaScript and in Postgres. */
export const TIME = /^\d{4}-\d\d-\d\dt\d\d:\d\d:\d\d\.\d{3}z$/;

/**
 * Converts a value to the form in which filters compare it: a text that reads as true, false or a number becomes that,
 * an ISO date becomes text that sorts by time, and any other text becomes lower case.
 */
export function comparisonForm(value: FieldValue): FieldValue {
  if (typeof value !== 'string') return value;
  const text = caseless(value);
  if (text === 'true' || text === 'false') return text === 'true';
  if (NUMBER.test(text) && String(Number(text)) === text) return Number(text);
  const time = isIsoDate(value) ? new Date(value) : undefined;
  return time && !Number.isNaN(time.valueOf()) ? caseless(time.toISOString()) : text;
}

/** A value as a template shows it: one line, single spaces. Null if empty or too long, since Meta refuses both. */
export function templateForm(value: FieldValue | null | undefined): string | null {
  const text = String(value ?? '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return text === '' || lengthOf(text) > LIMITS.templateVariable.max ? null : text;
}
