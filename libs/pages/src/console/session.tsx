import { useMutation, useQuery, useQueryClient } from '@tanstack/preact-query';
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Fault } from '../parts/fault.js';
import { Field } from '../parts/field.js';
import { askOperators, onSignedOut, OperatorsError } from './operators-api.js';

const SESSION = ['session'];

/** Shows its children to whoever is signed in, and everyone else the way in. */
export function Session({ children }: { children: ComponentChildren }) {
  const queries = useQueryClient();
  const session = useQuery({
    queryKey: SESSION,
    queryFn: () =>
      askOperators<object>('GET', '/session').catch((error: unknown) => {
        if (error instanceof OperatorsError && error.status === 401) return null;
        throw error;
      }),
    staleTime: Infinity,
  });
  useEffect(() => onSignedOut(() => queries.setQueryData(SESSION, null)), [queries]);
  if (session.isPending) return <span class="loading" role="progressbar" aria-label="Opening the console" />;
  if (session.error) return <Fault error={session.error} />;
  return session.data ? <>{children}</> : <SignIn />;
}

/** Ends the session, and forgets all that was read in it. */
export function useSignOut() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => askOperators('DELETE', '/session'),
    onSuccess: () => {
      queries.clear();
      queries.setQueryData(SESSION, null);
    },
  });
}

function SignIn() {
  const queries = useQueryClient();
  const [token, setToken] = useState('');
  const signIn = useMutation({
    mutationFn: () => askOperators<object>('POST', '/session', undefined, token),
    onSuccess: (session) => queries.setQueryData(SESSION, session),
  });
  return (
    <main class="sign-in">
      <form
        class="card stack"
        onSubmit={(event) => {
          event.preventDefault();
          signIn.mutate();
        }}
      >
        <h1>WBIZ console</h1>
        <Field
          label="Operators' token"
          hint={
            <>
              <code>ADMIN_TOKEN</code> of this installation; <code>npm start</code> prints it.
            </>
          }
        >
          <input
            type="password"
            autocomplete="current-password"
            required
            autofocus
            value={token}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
        </Field>
        <Fault error={signIn.error} />
        <button class="primary" disabled={signIn.isPending}>
          Sign in
        </button>
      </form>
    </main>
  );
}
