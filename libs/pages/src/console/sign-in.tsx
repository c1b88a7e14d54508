import type { SessionView } from '@wbiz/contracts/account';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Fault } from '../parts/fault.js';
import { Field } from '../parts/field.js';
import { useAction } from '../parts/use-action.js';
import icon from '../style/icon.svg';
import { askOperators, OperatorsError } from './operators-api.js';

/** A token of characters that a header may hold. */
const TOKEN = /^[\x21-\x7e]+$/;

export function SignIn({
  hasEnded,
  onSignedIn,
}: {
  readonly hasEnded: boolean;
  readonly onSignedIn: (session: SessionView) => void;
}) {
  const [token, setToken] = useState('');
  const [shown, setShown] = useState(false);
  const [fault, setFault] = useState<string>();
  const form = useRef<HTMLFormElement>(null);
  const field = () => form.current?.elements.namedItem('token') as HTMLInputElement;
  useEffect(() => {
    document.title = 'Sign in · WBIZ console';
    field().focus();
  }, []);
  const signIn = useAction({
    mutationFn: (given: string) => askOperators<SessionView>('POST', '/session', undefined, given),
    onSuccess: onSignedIn,
    onError: (error) => {
      if (error instanceof OperatorsError && error.status === 401)
        setFault('This is not the token of this installation.');
      field().select();
    },
  });
  const error = fault === undefined ? signIn.error : null;
  const wait = useSecondsLeft(
    error instanceof OperatorsError ? error.retryAfter : undefined,
    signIn.submittedAt,
  );

  return (
    <main class="sign-in">
      <form
        ref={form}
        class="card stack"
        method="post"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          signIn.reset();
          const given = token.trim();
          const wrong = given === '' ? 'Enter the token.' : TOKEN.test(given) ? undefined : NO_TOKEN;
          setFault(wrong);
          if (wrong === undefined) signIn.mutate(given);
          else field().select();
        }}
      >
        <header>
          <img src={icon} alt="" width="40" height="40" />
          <div>
            <h1>WBIZ console</h1>
            <p class="soft">For operators of this installation</p>
          </div>
        </header>
        {hasEnded && (
          <p class="notice" role="status">
            Your session has ended. Sign in to go on where you were.
          </p>
        )}
        {/* Password managers store the token under a user name. */}
        <span class="unseen" aria-hidden="true">
          <input name="username" autocomplete="username" value="WBIZ operator" readOnly tabIndex={-1} />
        </span>
        <Field
          label="Operators' token"
          fault={fault}
          hint={
            <>
              <code>ADMIN_TOKEN</code> of the gateway; <code>npm start</code> leaves it in{' '}
              <code>.wbiz/demo.json</code>.
            </>
          }
        >
          <input
            name="token"
            type={shown ? 'text' : 'password'}
            autocomplete="current-password"
            autocapitalize="none"
            spellcheck={false}
            value={token}
            onInput={({ currentTarget }) => {
              setToken(currentTarget.value);
              setFault(undefined);
            }}
          />
        </Field>
        <label class="row">
          <input type="checkbox" checked={shown} onChange={() => setShown(!shown)} />
          Show the token
        </label>
        {wait > 0 ? (
          <div class="notice warn" role="alert">
            Too many failed attempts from this address. Try again in {/* Read out once, not every second. */}
            <span aria-live="off">{wait} s</span>.
          </div>
        ) : (
          wait !== 0 && <Fault error={error} />
        )}
        <button class="primary" disabled={signIn.isPending}>
          {signIn.isPending ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
    </main>
  );
}

const NO_TOKEN = 'A token has no spaces, and only plain letters, digits and signs. Copy it once more.';

/** Counts down from `seconds` to 0, restarting with each `attempt`; NaN without `seconds`. */
function useSecondsLeft(seconds: number | undefined, attempt: number): number {
  const [left, setLeft] = useState(NaN);
  useEffect(() => {
    if (seconds === undefined) return setLeft(NaN);
    const until = Date.now() + seconds * 1_000;
    const count = () => setLeft(Math.max(0, Math.ceil((until - Date.now()) / 1_000)));
    count();
    const counting = setInterval(count, 1_000);
    return () => clearInterval(counting);
  }, [seconds, attempt]);
  return left;
}
