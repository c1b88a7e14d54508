/**
 * What `?fields=a,b{c}` asks for, of everything there is; without `fields` the defaults. `id` is always in it; a field
 * that is not set is left out, as Meta does.
 */
export function chooseFields(
  all: Readonly<Record<string, unknown>>,
  fields: unknown,
  defaults: readonly string[],
): Record<string, unknown> {
  const wanted =
    typeof fields === 'string' && fields !== ''
      ? fields.replace(/\{[^}]*\}|\.\w+\([^)]*\)/g, '').split(',')
      : defaults;
  const names = [...new Set([...wanted.map((name) => name.trim()), 'id'])];
  return Object.fromEntries(names.filter((name) => all[name] !== undefined).map((name) => [name, all[name]]));
}
