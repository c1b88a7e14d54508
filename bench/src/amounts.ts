/** Numbers (counts, seconds, bytes) by name. */
export type Amounts = Readonly<Record<string, number>>;

export const sumOf = (byName: Amounts) => total(Object.values(byName));
export const total = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0);

export const mapValues = <From, To>(
  byName: Readonly<Record<string, From>>,
  change: (value: From, name: string) => To,
) => Object.fromEntries(Object.entries(byName).map(([name, value]) => [name, change(value, name)]));

/** How much each amount has grown between two readings; an amount missing in `before` counts as 0. */
export const grown = (before: Amounts, after: Amounts): Amounts =>
  mapValues(after, (amount, name) => amount - (before[name] ?? 0));

export function add(sums: Record<string, number>, name: string, amount: number): void {
  sums[name] = (sums[name] ?? 0) + amount;
}

/** All names in the given amounts, the one with the largest sum first. */
export function byWeight(...each: readonly Amounts[]): readonly string[] {
  const weight = (name: string) => total(each.map((one) => one[name] ?? 0));
  const names = new Set(each.flatMap((one) => Object.keys(one)));
  return [...names].toSorted((one, other) => weight(other) - weight(one));
}
