const WINDOW_MS = 10_000;
const MOST_LINES = 20;
/** Further kinds are counted as one: somebody may make up texts. */
const MOST_KINDS = 10_000;
/** By whose fields alarms of one text are told apart. */
const CONCERNED = ['accountId', 'webhookId', 'projection', 'consumer', 'group', 'partition', 'source'];

type Fields = Readonly<Record<string, unknown>>;

/**
 * Tells whether a log line is one too many: 20 of its kind were written in the 10 s since the first of them. `tell` gets
 * the number of those left out once the 10 s are over. Lines of one kind have the same text, or Nest's context, and kind of
 * error; alarms concern the same account, projection and so on as well, so that none goes unseen for another.
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
  // Nest's own texts hold names and messages; ours, nothing that varies.
  const parts = [context ?? second, err instanceof Error ? err.name : undefined, ...concerned];
  return parts
    .filter((part) => part !== undefined)
    .join(', ')
    .slice(0, 200);
}
