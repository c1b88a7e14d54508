/** A line of CSV (RFC 4180). A leading apostrophe keeps a spreadsheet from running a text as a formula. */
export const csvLine = (cells: readonly string[]) =>
  `${cells
    .map((cell) => (/^[=@\t\r]|^[+-](?![\d\s().+-]*$)/.test(cell) ? `'${cell}` : cell))
    .map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell))
    .join(',')}\r\n`;
