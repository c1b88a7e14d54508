import { isPlainObject } from '../schema/json-values.js';
import { objects, text } from '../meta/item.js';

type Fields = Record<string, unknown>;

/** Reads one of Meta's enum values (`type`, `format`, …), in any case, as upper case. */
export const word = (value: unknown): string | undefined => text(value)?.toUpperCase();

const WORDS = ['type', 'format', 'otp_type'];

/**
 * Writes Meta's enum values in components in upper case, as Meta answers them; anything but a list of objects stays as
 * it is.
 */
export function inMetasCase(components: unknown): unknown {
  if (Array.isArray(components)) return components.map(inMetasCase);
  if (!isPlainObject(components)) return components;
  return Object.fromEntries(
    Object.entries(components).map(([name, value]) => {
      if (WORDS.includes(name)) return [name, word(value) ?? value];
      return [name, ['buttons', 'cards', 'components'].includes(name) ? inMetasCase(value) : value];
    }),
  );
}

/** The first component of a type. */
export const componentOf = (components: unknown, type: string): Fields | undefined =>
  objects(components).find((component) => word(component['type']) === type);

export const buttonsOf = (components: unknown): Fields[] =>
  objects(componentOf(components, 'BUTTONS')?.['buttons']);

/** The components of each card of a carousel. */
export const cardsOf = (components: unknown): Fields[][] =>
  objects(componentOf(components, 'CAROUSEL')?.['cards']).map(({ components: inner }) => objects(inner));

/** Meta reads a header without a format as a text. */
export const formatOf = (header: Fields): string => word(header['format']) ?? 'TEXT';

export const VARIABLE = /\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g;

/** The distinct variables of a text: `1`, `2` … in order, or names by first use. */
export function variablesIn(value: unknown): string[] {
  const found = [...(text(value) ?? '').matchAll(VARIABLE)].map(([, name]) => name!);
  const names = [...new Set(found)];
  return names.every((name) => /^\d+$/.test(name)) ? names.sort((a, b) => Number(a) - Number(b)) : names;
}
