const LEAST_WIDTH = 34;

/** Prints rows of text under a blank line: the first column left-aligned, the others right-aligned. */
export function table(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const padded = (cell: string, column: number) =>
    column ? cell.padStart(widths[column]! + 2) : cell.padEnd(Math.max(widths[0]!, LEAST_WIDTH));
  console.log();
  for (const row of rows) console.log(row.map(padded).join(''));
}

export const whole = (number: number) => Math.round(number).toLocaleString('en');
export const ms = (number: number | null) => (number === null ? '' : number.toFixed(1));

/** Formats a number with three digits, or with all digits of its whole part from 1,000 on. */
export const short = (number: number) =>
  number < 10 ? number.toFixed(2) : number < 100 ? ms(number) : whole(number);
