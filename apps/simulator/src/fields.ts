/**
 * What `?fields=a,b{c}` asks for, of everything there is; without `fields` the defaults. `id` is always in it; a field
 * that is not set is left out, as Meta does.
 */
export function chooseFields(
  all: Readonly<Record<string, unknown>>,
  fields: unknown,
  defaults: readonly string[],
): Record<string, unknown> {
  const isGiven = typeof fields === 'string' && fields !== '';
  const wanted = isGiven ? (fields.match(FIELD) ?? []) : defaults;
  const chosen = wanted.flatMap((field) => {
    const [, name, inner] = /^\s*(\w+)[^{]*(?:\{(.*)\})?/s.exec(field) ?? [];
    const value = name === undefined ? undefined : all[name];
    if (value === undefined) return [];
    return [[name!, inner === undefined ? value : within(value, inner)] as const];
  });
  return { ...Object.fromEntries(chosen), ...(all['id'] === undefined ? {} : { id: all['id'] }) };
}

/** A field with its arguments and, one level deep, what is asked of it: `preview.invalidate(false){preview_url}`. */
const FIELD = /[^,{}()]+(?:\([^)]*\))?(?:\{[^}]*\})?/g;

const within = (value: unknown, fields: string): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? chooseFields(value as Record<string, unknown>, fields, [])
    : value;
