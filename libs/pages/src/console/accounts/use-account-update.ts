import { useQueryClient } from '@tanstack/preact-query';
import type { AdminAccountView, UpdateAccount } from '@wbiz/contracts/account';
import { announce } from '../../parts/announce.js';
import { useAction } from '../../parts/use-action.js';
import { askOperators } from '../operators-api.js';

/** Changes an account and shows the result. */
export function useAccountUpdate(account: AdminAccountView, done: string) {
  const queries = useQueryClient();
  return useAction({
    mutationFn: (body: UpdateAccount) =>
      askOperators<AdminAccountView>('PATCH', `/accounts/${account.id}`, body),
    onSuccess: (changed) => {
      queries.setQueryData(['accounts', account.id], changed);
      void queries.invalidateQueries({ queryKey: ['accounts'], exact: true });
      announce(done);
    },
  });
}
