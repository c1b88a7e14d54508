import { FIELD_KEY } from '../custom-field.js';

/** A placeholder for a contact's value in a text: `{{contact.name}}`, with a fallback `{{contact.name|friend}}`. */
export type PersonalValue = {
  /** The placeholder as written, braces included. */
  readonly source: string;
  /** `name`, `phone`, `email` or `customFields.<key>`; undefined if it names no contact field. */
  readonly field: string | undefined;
  readonly fallback: string | undefined;
};

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;
const FIELDS: readonly string[] = ['name', 'phone', 'email'];
const CUSTOM = 'customFields.';

/** The placeholders of a text, in order. */
export function personalValuesIn(text: string): PersonalValue[] {
  return [...text.matchAll(PLACEHOLDER)].map(([source, inside]) => {
    const [path = '', ...rest] = inside!.split('|');
    const fallback = rest.join('|').trim();
    return { source, field: fieldOf(path.trim()), fallback: fallback === '' ? undefined : fallback };
  });
}

function fieldOf(path: string): string | undefined {
  if (!path.startsWith('contact.')) return undefined;
  const field = path.slice('contact.'.length);
  const key = field.startsWith(CUSTOM) ? field.slice(CUSTOM.length) : undefined;
  return FIELDS.includes(field) || (key !== undefined && FIELD_KEY.test(key)) ? field : undefined;
}

/** The same JSON with each placeholder replaced by what `valueOf` gives for it. */
export function personalised<T>(value: T, valueOf: (value: PersonalValue) => string): T {
  if (typeof value === 'string') {
    const found = personalValuesIn(value);
    return value.replace(PLACEHOLDER, () => valueOf(found.shift()!)) as T;
  }
  if (Array.isArray(value)) return value.map((inner: unknown) => personalised(inner, valueOf)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, personalised(inner as unknown, valueOf)]),
  ) as T;
}

/** The distinct placeholders in a JSON value, in the order in which they occur. */
export function personalValuesOf(value: unknown): PersonalValue[] {
  const found = new Map<string, PersonalValue>();
  const walk = (inner: unknown): void => {
    if (typeof inner === 'string') for (const one of personalValuesIn(inner)) found.set(one.source, one);
    else if (typeof inner === 'object' && inner !== null) Object.values(inner).forEach(walk);
  };
  walk(value);
  return [...found.values()];
}
