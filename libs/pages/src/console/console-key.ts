import { useQueryClient } from '@tanstack/preact-query';
import type { NewApiKey } from '@wbiz/contracts/account';

/** The query that holds the console's key of an account. */
export const consoleKey = (accountId: string) => ['console-key', accountId];

/** Reads the console's key as it is now, since it is renewed, for requests that the SDK does not make. */
export function useConsoleKey(accountId: string): () => string {
  const queries = useQueryClient();
  return () => queries.getQueryData<NewApiKey>(consoleKey(accountId))!.key;
}
