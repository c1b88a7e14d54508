const DAY_MS = 86_400_000;

/** Meta's limits on edits of an approved template (templates/template-management). */
const LIMITS_OF_EDITS = [
  { most: 1, withinMs: DAY_MS },
  { most: 10, withinMs: 30 * DAY_MS },
];

/** When an approved template may be edited again, by the times of its edits (oldest first); null: now. */
export function nextEditAfter(edits: readonly string[], at: string): string | null {
  const possible = LIMITS_OF_EDITS.map(({ most, withinMs }) => {
    const counted = edits.at(-most);
    return counted === undefined ? 0 : Date.parse(counted) + withinMs;
  });
  const next = Math.max(...possible);
  return next > Date.parse(at) ? new Date(next).toISOString() : null;
}

/** `edits` with the edit at `at` added, without those more than 30 days older. */
export const withEdit = (edits: readonly string[], at: string): readonly string[] => [
  ...edits.filter((edit) => Date.parse(edit) > Date.parse(at) - 30 * DAY_MS),
  at,
];
