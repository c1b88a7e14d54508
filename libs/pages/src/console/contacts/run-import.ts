import { LIMITS } from '@wbiz/contracts/limits';
import type { Schemas } from '@wbiz/sdk/operations';
import type { contactOf, Row } from './map-columns.js';
import type { Line } from './parse-csv.js';

type FailedRow = Line & { readonly reason: string };
export type Progress = {
  /** Share of the file, 0 to 1. */
  readonly share: number;
  readonly created: number;
  readonly updated: number;
  readonly failed: readonly FailedRow[];
};
export const NOTHING_DONE: Progress = { share: 0, created: 0, updated: 0, failed: [] };

type Import = {
  /** Hands over the file's lines in chunks; awaits each before reading on. */
  readonly eachChunk: (onChunk: (lines: readonly Line[], share: number) => Promise<void>) => Promise<void>;
  readonly hasHeads: boolean;
  readonly read: (cells: readonly string[]) => ReturnType<typeof contactOf>;
  readonly heads: readonly string[];
  readonly post: (contacts: Row[]) => Promise<Pick<Schemas['BulkReceipt'], 'results'>>;
  readonly onProgress: (progress: Progress) => void;
  readonly signal: AbortSignal;
};

/**
 * Sends the valid rows in the order of the file, in the largest batches that the API takes. Throws what `post` throws,
 * or the reason of `signal`.
 */
export async function runImport({
  eachChunk,
  hasHeads,
  read,
  heads,
  post,
  onProgress,
  signal,
}: Import): Promise<void> {
  let progress = NOTHING_DONE;
  let waiting: (Line & { row: Row })[] = [];
  let isFirst = hasHeads;

  const tell = (change: Partial<Progress>) => onProgress((progress = { ...progress, ...change }));
  const send = async (share: number) => {
    signal.throwIfAborted();
    const sent = waiting;
    waiting = [];
    if (sent.length === 0) return tell({ share });
    const { results } = await post(sent.map(({ row }) => row));
    const count = (wanted: string) => results.filter(({ result }) => result === wanted).length;
    const failed = results.flatMap(({ index, result, reason }) =>
      result === 'skipped' ? [failure(sent[index]!, reason ?? 'was skipped')] : [],
    );
    tell({
      share,
      created: progress.created + count('created'),
      updated: progress.updated + count('updated'),
      failed: [...progress.failed, ...failed],
    });
  };

  await eachChunk(async (lines, share) => {
    const wrong: FailedRow[] = [];
    for (const one of lines) {
      if (isFirst) {
        isFirst = false;
        continue;
      }
      const { row, faults } = read(one.cells);
      if (faults.length === 0) waiting.push({ ...one, row });
      else wrong.push(failure(one, faults.map(inWords(heads)).join('; ')));
      if (waiting.length === LIMITS.bulk.max) await send(share);
    }
    signal.throwIfAborted();
    tell({ share, failed: wrong.length > 0 ? [...progress.failed, ...wrong] : progress.failed });
  });
  await send(1);
}

const failure = ({ line, cells }: Line, reason: string): FailedRow => ({ line, cells, reason });

export const inWords =
  (heads: readonly string[]) =>
  ({ column, detail }: ReturnType<typeof contactOf>['faults'][number]): string =>
    column === undefined ? detail : `${heads[column] || `column ${column + 1}`} ${detail}`;
