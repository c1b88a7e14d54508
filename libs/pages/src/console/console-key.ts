import { useQueryClient } from '@tanstack/preact-query';
import type { NewApiKey } from '@wbiz/contracts/api-key';

/** The query key of the console's API key for an account. */
export const consoleKey = (accountId: string) => ['console-key', accountId];

/**
 * Returns a function that reads the console's API key, for requests that the SDK does not make. Call it for each
 * request: the key is renewed every few minutes.
 */
export function useConsoleKey(accountId: string): () => string {
  const queries = useQueryClient();
  return () => queries.getQueryData<NewApiKey>(consoleKey(accountId))!.key;
}
