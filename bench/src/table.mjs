const LEAST_WIDTH = 34;

/** Prints rows of text: the first column left-aligned, the others right-aligned. */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  widths[0] = Math.max(widths[0], LEAST_WIDTH);
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => (column ? cell.padStart(widths[column] + 2) : cell.padEnd(widths[0])))
        .join(''),
    );
}

export const sumOf = (byName) => Object.values(byName).reduce((sum, number) => sum + number, 0);
export const whole = (number) => Math.round(number).toLocaleString('en');
export const ms = (number) => (number === null ? '' : number.toFixed(1));

/** Three digits; more for 1,000 and above. */
export const short = (number = 0) =>
  number < 10 ? number.toFixed(2) : number < 100 ? ms(number) : whole(number);
