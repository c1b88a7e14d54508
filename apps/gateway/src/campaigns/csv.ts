type Cell = string | number | null | undefined;

/** A line of RFC 4180. A text that a spreadsheet would run as a formula is prefixed with `'`. */
export const csvLine = (cells: readonly Cell[]) => `${cells.map(quoted).join(',')}\r\n`;

const FORMULA = /^[=+\-@\t\r]/;
const PHONE_NUMBER = /^\+\d+$/;

function quoted(cell: Cell): string {
  const text = String(cell ?? '');
  const inert = FORMULA.test(text) && !PHONE_NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
