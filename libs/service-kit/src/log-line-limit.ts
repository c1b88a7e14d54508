const WINDOW_MS = 10_000;
const MOST_LINES = 20;
/** Kinds beyond this number are counted as one kind: texts with variable parts may make any number of kinds. */
const MOST_KINDS = 10_000;
/** Alarms that differ in one of these fields are of different kinds. */
const CONCERNED = ['accountId', 'webhookId', 'projection', 'consumer', 'group', 'partition', 'source'];

type Fields = Readonly<Record<string, unknown>>;

/**
 * Returns a function that returns true if a log line must be left out: 20 lines of the same kind were written in the 10
 * s since the first of them. When the 10 s are over, `tell` gets the number of lines left out. Lines of one kind have
 * the same text (or Nest context) and error name; alarms of one kind also name the same account, projection and so on.
 */
export function logLineLimit() {
  const counts = new Map<string, number>();
  return (given: readonly unknown[], tell: (leftOut: Fields) => void): boolean => {
    const own = kindOf(given);
    const kind = counts.has(own) || counts.size < MOST_KINDS ? own : 'others';
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    if (count === 1)
      setTimeout(() => {
        const leftOut = counts.get(kind)! - MOST_LINES;
        counts.delete(kind);
        if (leftOut > 0) tell({ leftOut, kind });
      }, WINDOW_MS).unref();
    return count > MOST_LINES;
  };
}

function kindOf([first, second]: readonly unknown[]): string {
  if (typeof first !== 'object' || first === null) return String(first).slice(0, 200);
  const fields: Fields = first instanceof Error ? { err: first } : { ...first };
  const { err, context, alarm } = fields;
  const concerned = alarm ? CONCERNED.map((name) => fields[name]) : [];
  // Nest's lines are told apart by their context, since their texts have variable parts.
  const parts = [context ?? second, err instanceof Error ? err.name : undefined, ...concerned];
  return parts
    .filter((part) => part !== undefined)
    .join(', ')
    .slice(0, 200);
}
