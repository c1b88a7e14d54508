import { useQuery, useQueryClient } from '@tanstack/preact-query';
import { Wbiz } from '@wbiz/sdk/wbiz';
import { announce } from '../../parts/announce.js';
import { useAccount } from '../account.js';
import { useConsoleKey } from '../console-key.js';
import { contactOf, type Meaning } from './map-columns.js';
import type { Schemas } from '@wbiz/sdk/operations';
import { chunksOf } from './parse-csv.js';
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

/** Most retries of a request that may succeed later, all under one Idempotency-Key. */
const RETRIES = 8;

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
