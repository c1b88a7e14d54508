import { badParameter, missingParameter } from './graph-error.js';
import { formValue } from './graph-parameters.js';

export type Fields = Record<string, unknown>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

// Meta's docs, business-scoped user IDs: country code, a dot, letters and digits.
const USER_ID = /^[A-Z]{2}\.(?:ENT\.)?[0-9A-Za-z]{1,128}$/;

export const isUserId = (text: string) => USER_ID.test(text);

/** Characters as Meta counts them: code points, not UTF-16 units. */
export const lengthOf = (text: string) => (/[\ud800-\udfff]/.test(text) ? [...text].length : text.length);

/** The parameter as an object. `name` is Meta's path: `text`, `text['body']`. */
export function objectParameter(value: unknown, name: string): Fields {
  if (value === undefined || value === null) throw missingParameter(name);
  if (!isObject(value)) throw badParameter(`Param ${name} must be a JSON object.`);
  return value;
}

/** The parameter as a list; it may be given as JSON text. */
export function listParameter(value: unknown, name: string): readonly unknown[] {
  if (value === undefined) throw missingParameter(name);
  const list = typeof value === 'string' ? formValue(value) : value;
  if (!Array.isArray(list)) throw badParameter(`Param ${name} must be an array.`);
  return list;
}

/** The texts of a list, or of a text with commas; undefined if the parameter is absent. */
export function textList(value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value.map(String);
  return String(value)
    .replace(/[[\]"\s]/g, '')
    .split(',')
    .filter((item) => item !== '');
}

const LATEST_S = 1e11;

/** Converts unix seconds, unix milliseconds or a date to unix seconds: Meta's docs show all three. */
export function timeParameter(value: unknown, name: string): number {
  if (value === undefined || value === '') throw missingParameter(name);
  const isDate = /^\d{4}-\d\d-\d\d$/.test(String(value));
  const time = isDate ? Date.parse(String(value)) / 1000 : Number(value);
  const seconds = Math.floor(time > LATEST_S ? time / 1000 : time);
  if (!(seconds >= 0 && seconds <= LATEST_S)) throw badParameter(`Param ${name} must be a unix timestamp.`);
  return seconds;
}
