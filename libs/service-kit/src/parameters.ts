/**
 * Collects the parameters of a statement built in parts: `value` adds one and returns its placeholder, such as `$2`.
 */
export function parameters(...values: unknown[]) {
  return { values, value: (given: unknown): string => `$${values.push(given)}` };
}
