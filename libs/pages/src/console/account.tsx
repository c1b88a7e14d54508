import { useQuery } from '@tanstack/preact-query';
import type { AdminAccountView } from '@wbiz/contracts/account';
import type { NewApiKey } from '@wbiz/contracts/api-key';
import { Wbiz } from '@wbiz/sdk/wbiz';
import { createContext, type ComponentChildren } from 'preact';
import { useContext, useMemo } from 'preact/hooks';
import { Fault } from '../parts/fault.js';
import { Loading } from '../parts/loading.js';
import { consoleKey } from './console-key.js';
import { LiveEvents } from './live-events.js';
import { askOperators, OperatorsError } from './operators-api.js';

/** A console key is valid for 15 minutes, and kept in this tab's memory only. */
const RENEWED_AFTER_MINUTES = 12;

const isFinal = ({ status }: OperatorsError) => status >= 400 && status < 500;

/** The query of an account as operators see it; the menu uses the same one. */
export const accountQuery = (id: string) => ({
  queryKey: ['accounts', id],
  queryFn: () => askOperators<AdminAccountView>('GET', `/accounts/${encodeURIComponent(id)}`),
});

type Chosen = { readonly account: AdminAccountView; readonly api: Wbiz };
const Context = createContext<Chosen | null>(null);

/** The account shown, and a client of the public API with the console's key for it. */
export function useAccount(): Chosen {
  const chosen = useContext(Context);
  if (!chosen) throw new Error('useAccount: not within an account.');
  return chosen;
}

export function AccountScope({ id, children }: { id: string; children: ComponentChildren }) {
  const account = useQuery(accountQuery(id));
  const key = useQuery({
    queryKey: consoleKey(id),
    queryFn: () => askOperators<NewApiKey>('POST', `/accounts/${encodeURIComponent(id)}/console-keys`),
    staleTime: RENEWED_AFTER_MINUTES * 60_000,
    refetchInterval: RENEWED_AFTER_MINUTES * 60_000,
    refetchIntervalInBackground: true,
    // Keep retrying while the previous key is valid: a restarted gateway is back within seconds.
    retry: (failures, error) => failures < 10 && !(error instanceof OperatorsError && isFinal(error)),
    retryDelay: 3_000,
  });
  const api = useMemo(
    () => key.data && new Wbiz({ baseUrl: `${location.origin}/api`, apiKey: key.data.key, maxRetries: 1 }),
    [key.data],
  );
  if (!account.data || !api) {
    const error = account.error ?? key.error;
    if (!error) return <Loading label="Opening the account" />;
    return (
      <>
        <h1>This account cannot be opened</h1>
        <Fault error={error}>
          <div class="row">
            <button type="button" onClick={() => void Promise.all([account.refetch(), key.refetch()])}>
              Try again
            </button>
            <a href="/console">All accounts</a>
          </div>
        </Fault>
      </>
    );
  }
  return (
    <Context.Provider value={{ account: account.data, api }}>
      <LiveEvents account={id} api={api}>
        {children}
      </LiveEvents>
    </Context.Provider>
  );
}
