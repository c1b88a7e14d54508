const WINDOW_MS = 10_000;
const MOST_LINES = 20;
/** Kinds beyond this count as one: texts may be made up. */
const MOST_KINDS = 10_000;
/** The fields that tell alarms of one text apart. */
const CONCERNED = ['accountId', 'webhookId', 'projection', 'consumer', 'group', 'partition', 'source'];

type Fields = Readonly<Record<string, unknown>>;

/**
 * Tells whether a log line is one too many: 20 of its kind were written in the 10 s since the first of them. `tell`
 * gets the number left out once the 10 s are over. Lines of one kind have the same text (or Nest context) and kind of
 * error. Alarms of one kind also concern the same account, projection and so on, so that none hides another's.
 */
export function repeats() {
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
  // Nest's texts hold names and messages; ours hold nothing that varies.
  const parts = [context ?? second, err instanceof Error ? err.name : undefined, ...concerned];
  return parts
    .filter((part) => part !== undefined)
    .join(', ')
    .slice(0, 200);
}
