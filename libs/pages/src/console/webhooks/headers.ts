/** Parses lines of `Name: value`; a line without a colon is a name without a value. */
export function headersIn(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const [name, ...value] = line.split(':');
      return [name!.trim(), value.join(':').trim()];
    }),
  );
}
