import { cutTo, lengthOf } from '../text/characters.js';
import { isPlainObject } from '../schema/json-values.js';
import { LIMITS } from '../limits.js';
import type { MetaItem } from './inbound.js';
import { toE164 } from '../text/phone.js';

/** Reads a text from Meta's data; undefined if absent, empty, of another type, or longer than `max`. */
export const text = (value: unknown, { max }: { max: number } = { max: Infinity }): string | undefined =>
  typeof value === 'string' && value.length > 0 && lengthOf(value) <= max ? value : undefined;

/** Cuts a text to `max` characters and removes what Postgres cannot hold: NUL and half surrogate pairs. */
export const cut = (given: string, { max }: { max: number }): string =>
  cutTo(given, max).replaceAll('\u0000', '').toWellFormed();
export const flag = (value: unknown): true | undefined => (value === true ? true : undefined);
/** Accepts a number written as text. */
export const number = (value: unknown): number | undefined => {
  const read = typeof value === 'string' && value.trim() ? Number(value) : value;
  return typeof read === 'number' && Number.isFinite(read) ? read : undefined;
};
export const object = (value: unknown): MetaItem => (isPlainObject(value) ? value : {});
export const objects = (value: unknown): MetaItem[] =>
  Array.isArray(value) ? value.filter(isPlainObject) : [];
/** An id, which Meta writes as text or as a number. */
export const idOf = (value: unknown): string | undefined =>
  typeof value === 'number' ? String(value) : text(value);

/** The table's entry for one of Meta's enum values; undefined if there is none. */
export const entryOf = <Table extends object>(table: Table, word: unknown): Table[keyof Table] | undefined =>
  typeof word === 'string' && Object.hasOwn(table, word) ? table[word as keyof Table] : undefined;

/**
 * Reads Meta's `wa_id` or `from` (digits with the country code, as text or number) as E.164. Ignores punctuation;
 * undefined if it is no phone number.
 */
export function phoneOf(value: unknown): string | undefined {
  const spelled = idOf(value)?.trim() ?? '';
  return /^\+?\d[\d\s().-]*$/.test(spelled) ? toE164(`+${spelled.replaceAll(/\D/g, '')}`) : undefined;
}

/** Reads Meta's user id of a person; undefined if it is too long. */
export const userIdOf = (value: unknown): string | undefined => text(idOf(value)?.trim(), LIMITS.userId);

/** A person: a number, a user id, or both. */
type Person = { readonly phone: string | null; readonly userId: string | null };
/**
 * Reads a person from Meta's fields. `numbers`, `userIds`: the candidates, most reliable first. A number that is no
 * phone number counts as a user id, and an overlong user id is cut, so that no message is lost. Null: the fields name
 * nobody.
 */
export function personOf(numbers: readonly unknown[], userIds: readonly unknown[]): Person | null {
  const phone = first(numbers, phoneOf);
  const userId = first(userIds, userIdOf);
  if (phone ?? userId) return { phone: phone ?? null, userId: userId ?? null };
  const spelled = first([...numbers, ...userIds], (value) => idOf(value)?.trim() || undefined);
  return spelled === undefined ? null : { phone: null, userId: cut(spelled, LIMITS.userId) };
}

const first = <Found>(values: readonly unknown[], read: (value: unknown) => Found | undefined) =>
  values.map(read).find((found) => found !== undefined);

const DAY_MS = 86_400_000;

/**
 * Meta's Unix seconds as RFC 3339. The time of receipt if they are invalid or over a day ahead of it: after a status
 * from the future, no later status would count.
 */
export function timeOf(value: unknown, receivedAt: string): string {
  const ms = (number(value) ?? 0) * 1_000;
  return ms > 0 && ms < Date.parse(receivedAt) + DAY_MS ? new Date(ms).toISOString() : receivedAt;
}

/** Reads an entry of Meta's `errors`. Newer webhooks have `details` in `error_data`, older ones beside `code`. */
export const faultOf = ({ code, title, message, error_data: data, details }: MetaItem) => ({
  code: number(code) ?? 0,
  message: text(title) ?? text(message) ?? 'Meta gave no reason.',
  details: text(object(data)['details']) ?? text(details),
});

/** The same value with all field names in camel case, recursively. */
export function camel<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(camel) as Value;
  if (!isPlainObject(value)) return value;
  const fields = Object.entries(value).map(([name, inner]) => [camelName(name), camel(inner)]);
  return Object.fromEntries(fields) as Value;
}
const camelName = (name: string) => name.replace(/_([a-z\d])/g, (_, letter: string) => letter.toUpperCase());

/** Reads fields as texts: numbers become texts; null and empty fields are dropped. */
export const texts = (fields: MetaItem): MetaItem =>
  Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== null && value !== '')
      .map(([name, value]) => [name, idOf(value) ?? value]),
  );

/** Drops undefined fields; null if none is left. */
export function filled(fields: object): Record<string, unknown> | null {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return given.length > 0 ? Object.fromEntries(given) : null;
}
