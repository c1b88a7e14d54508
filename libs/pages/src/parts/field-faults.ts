export type Fault = { readonly pointer: string; readonly detail: string };

/** The sentence of a fault without the field's path: the field's label stands above it. */
export function faultWords({ pointer, detail }: Fault): string {
  const path = `${pointer.slice(1)} `;
  const words = detail.startsWith(path) ? detail.slice(path.length) : detail;
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The first fault of each place in a form. */
export function faultsByPlace(
  faults: readonly Fault[],
  placeOf: (pointer: string) => string,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const fault of faults) {
    const place = placeOf(fault.pointer);
    if (!found.has(place)) found.set(place, faultWords(fault));
  }
  return found;
}
