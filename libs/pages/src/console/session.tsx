import { useQuery, useQueryClient } from '@tanstack/preact-query';
import type { SessionView } from '@wbiz/contracts/account';
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Fault } from '../parts/fault.js';
import { Loading } from '../parts/loading.js';
import { useAction } from '../parts/use-action.js';
import { askOperators, onSignedOut, OperatorsError } from './operators-api.js';
import { SignIn } from './sign-in.js';

const SESSION = ['session'];
/**
 * The localStorage key that is set while this browser has a session: without it no request is made, and other tabs
 * notice when it changes.
 */
const SIGNED_IN = 'wbiz.session';

/** `ended`: the session is over. Null: there was none. */
type State = SessionView | 'ended' | null;

async function ask(): Promise<State> {
  if (localStorage.getItem(SIGNED_IN) === null) return null;
  try {
    return await askOperators<SessionView>('GET', '/session');
  } catch (error) {
    // 429 too: a locked-out address is refused only if it has no session.
    if (!(error instanceof OperatorsError) || ![401, 429].includes(error.status)) throw error;
    localStorage.removeItem(SIGNED_IN);
    return 'ended';
  }
}

/** Shows its children when signed in, otherwise the sign-in page. */
export function Session({ children }: { children: ComponentChildren }) {
  const queries = useQueryClient();
  const session = useQuery<State>({ queryKey: SESSION, queryFn: ask, staleTime: Infinity, gcTime: Infinity });
  const leave = useLeave();
  useEffect(() => onSignedOut(() => leave('ended')), [leave]);
  useEffect(() => {
    const elsewhere = ({ key, newValue }: StorageEvent) => {
      if (key !== SIGNED_IN) return;
      if (newValue === null) leave('ended');
      else void queries.invalidateQueries({ queryKey: SESSION });
    };
    addEventListener('storage', elsewhere);
    return () => removeEventListener('storage', elsewhere);
  }, [queries, leave]);
  const signedIn = (begun: SessionView) => {
    localStorage.setItem(SIGNED_IN, begun.expiresAt);
    queries.setQueryData<State>(SESSION, begun);
  };

  if (session.isPending) return <Loading label="Opening the console" />;
  if (session.error)
    return (
      <main class="sign-in">
        <Fault error={session.error}>
          <div>
            <button type="button" onClick={() => void session.refetch()}>
              Try again
            </button>
          </div>
        </Fault>
      </main>
    );
  if (session.data === null || session.data === 'ended')
    return <SignIn hasEnded={session.data === 'ended'} onSignedIn={signedIn} />;
  return <>{children}</>;
}

/** Shows the sign-in page and clears all queries. */
function useLeave() {
  const queries = useQueryClient();
  const [leave] = useState(() => (left: 'ended' | null) => {
    localStorage.removeItem(SIGNED_IN);
    queries.setQueryData<State>(SESSION, (before) => (before === null ? null : left));
    queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION[0] });
  });
  return leave;
}

/** Ends the session. */
export function useSignOut() {
  const leave = useLeave();
  return useAction({ mutationFn: () => askOperators('DELETE', '/session'), onSuccess: () => leave(null) });
}
