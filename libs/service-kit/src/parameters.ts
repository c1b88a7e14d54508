/** The parameters of a statement that is put together: `value` adds one and gives its place in the text, as `$2`. */
export function parameters(...values: unknown[]) {
  return { values, value: (given: unknown): string => `$${values.push(given)}` };
}
