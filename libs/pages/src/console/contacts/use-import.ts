import { useQuery, useQueryClient } from '@tanstack/preact-query';
import { Wbiz } from '@wbiz/sdk/wbiz';
import Papa from 'papaparse';
import { announce } from '../../parts/announce.js';
import { useAccount } from '../account.js';
import { useConsoleKey } from '../console-key.js';
import { contactOf, type Meaning } from './import-rows.js';
import type { Schemas } from '@wbiz/sdk/operations';
import { NOTHING_DONE, runImport, type Progress } from './run-import.js';

export type Plan = {
  readonly file: File;
  readonly encoding: string;
  readonly hasHeads: boolean;
  readonly heads: readonly string[];
  readonly meanings: readonly Meaning[];
  readonly fields: readonly Schemas['CustomFieldView'][];
  readonly defaults: Pick<Schemas['BulkContacts'], 'defaultTags' | 'defaultOptedIn'>;
};
export type ImportState = Progress & {
  readonly plan: Plan;
  readonly state: 'running' | 'done' | 'stopped' | 'failed';
  readonly error: Error | null;
  readonly stop: () => void;
};

/** Bytes that are parsed at a time: few enough to parse between two frames. */
const CHUNK_BYTES = 65_536;
/** Most retries of a request that may succeed later, all under one Idempotency-Key. */
const RETRIES = 8;

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

const chunksOf =
  ({ file, encoding }: Plan): Parameters<typeof runImport>[0]['eachChunk'] =>
  (onChunk) =>
    new Promise((resolve, reject) => {
      Papa.parse<string[]>(file, {
        encoding,
        chunkSize: CHUNK_BYTES,
        skipEmptyLines: 'greedy',
        chunk: ({ data, meta }, parser) => {
          parser.pause();
          onChunk(data, Math.min(1, meta.cursor / file.size)).then(
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

/** The import of this tab; it goes on while other pages are open. */
export function useImport() {
  const { account } = useAccount();
  const queries = useQueryClient();
  const keyNow = useConsoleKey(account.id);
  const queryKey = [account.id, 'import'];
  const { data: current } = useQuery<ImportState | null>({
    queryKey,
    queryFn: () => queries.getQueryData<ImportState | null>(queryKey) ?? null,
    initialData: null,
    staleTime: Infinity,
    gcTime: Infinity,
    structuralSharing: false,
  });
  const change = (told: Partial<ImportState>) =>
    queries.setQueryData<ImportState | null>(queryKey, (known) => known && { ...known, ...told });
  /** Takes the key anew for each request: it is renewed during an import. */
  const post = (body: Schemas['BulkContacts'], signal: AbortSignal) => {
    const api = new Wbiz({ baseUrl: `${location.origin}/api`, apiKey: keyNow(), maxRetries: RETRIES });
    return api.request('POST', '/v1/contacts/bulk', { body, signal });
  };
  const start = (plan: Plan) => {
    const stopped = new AbortController();
    const stop = () => stopped.abort(new Error('Stopped.'));
    queries.setQueryData<ImportState>(queryKey, {
      ...NOTHING_DONE,
      plan,
      state: 'running',
      error: null,
      stop,
    });
    runImport({
      eachChunk: chunksOf(plan),
      hasHeads: plan.hasHeads,
      heads: plan.heads,
      read: (cells) => contactOf(cells, plan.meanings, plan.fields),
      post: (contacts) => post({ contacts, ...plan.defaults }, stopped.signal),
      onProgress: change,
      signal: stopped.signal,
    }).then(
      () => {
        change({ state: 'done' });
        announce('The import is done');
      },
      (error: Error) => change(stopped.signal.aborted ? { state: 'stopped' } : { state: 'failed', error }),
    );
  };
  return { current, start, forget: () => queries.setQueryData(queryKey, null) };
}
