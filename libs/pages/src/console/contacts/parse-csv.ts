import Papa from 'papaparse';

/** Bytes that are parsed at a time: few enough to parse between two frames. */
const CHUNK_BYTES = 65_536;

/** The first lines of a file, and its encoding: UTF-8, else Excel's windows-1252. */
export async function glance(file: File, count: number): Promise<{ lines: string[][]; encoding: string }> {
  for (const encoding of ['utf-8', 'windows-1252']) {
    const lines = await new Promise<string[][]>((resolve, reject) => {
      Papa.parse<string[]>(file, {
        encoding,
        preview: count,
        chunkSize: CHUNK_BYTES,
        skipEmptyLines: 'greedy',
        complete: ({ data }) => resolve(data),
        error: reject,
      });
    });
    if (encoding !== 'utf-8' || !lines.flat().some((cell) => cell.includes('\uFFFD')))
      return { lines, encoding };
  }
  throw new Error('glance: no encoding');
}

/** A line's cells and its number in the file: the first is 1. */
export type Line = { readonly line: number; readonly cells: readonly string[] };

/** Numbers lines in the order of the file; a cell may hold line breaks. Leaves out blank lines, and counts them. */
export function lineNumbers() {
  let next = 1;
  return (lines: readonly (readonly string[])[]): Line[] =>
    lines.flatMap((cells) => {
      const line = next;
      next += 1 + cells.reduce((breaks, cell) => breaks + (cell.match(/\r\n|\r|\n/g)?.length ?? 0), 0);
      return cells.some((cell) => cell.trim() !== '') ? [{ line, cells }] : [];
    });
}

/** Parses a whole file, chunk by chunk: `onChunk` gets its lines and the share of the file that is read, and is awaited. */
export const chunksOf =
  ({ file, encoding }: { readonly file: File; readonly encoding: string }) =>
  (onChunk: (lines: readonly Line[], share: number) => Promise<void>) =>
    new Promise<void>((resolve, reject) => {
      const numbered = lineNumbers();
      Papa.parse<string[]>(file, {
        encoding,
        chunkSize: CHUNK_BYTES,
        chunk: ({ data, meta }, parser) => {
          parser.pause();
          onChunk(numbered(data), Math.min(1, meta.cursor / file.size)).then(
            () => parser.resume(),
            (error: Error) => {
              parser.abort();
              reject(error);
            },
          );
        },
        complete: () => resolve(),
        error: reject,
      });
    });
