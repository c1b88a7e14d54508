import { useQuery } from '@tanstack/preact-query';
import type { AdminAccountView } from '@wbiz/contracts/account';
import { Building2, HeartPulse, LogOut } from 'lucide-preact';
import { lazy, Route, Router, useLocation } from 'preact-iso';
import { AccountScope } from './account.js';
import { askOperators } from './operators-api.js';
import { SECTIONS } from './sections.js';
import { useSignOut } from './session.js';

const Accounts = lazy(() => import('./accounts/accounts.js').then((module) => module.Accounts));
const Health = lazy(() => import('./health/health.js').then((module) => module.Health));

/** Sections below may have places of their own: `/console/accounts/:account/inbox/…`. */
const WITHIN_ACCOUNT = /^\/console\/accounts\/([^/]+)(?:\/([^/]+))?/;

export function Shell() {
  const { path } = useLocation();
  const [, account, section] = WITHIN_ACCOUNT.exec(path) ?? [];
  return (
    <div class="shell">
      <a class="skip" href="#content">
        Skip to content
      </a>
      <Menu account={account} section={section} />
      <main id="content" tabIndex={-1}>
        {account ? (
          <AccountScope key={account} id={decodeURIComponent(account)}>
            <Router>
              {SECTIONS.map(({ path, page }) => (
                <Route key={path} path={`/console/accounts/:account/${path}/*`} component={page} />
              ))}
            </Router>
          </AccountScope>
        ) : (
          <Router>
            <Route path="/console" component={Accounts} />
            <Route path="/console/health" component={Health} />
          </Router>
        )}
      </main>
    </div>
  );
}

function Menu({ account, section }: { account: string | undefined; section: string | undefined }) {
  const { route, path } = useLocation();
  const signOut = useSignOut();
  const accounts = useQuery({
    queryKey: ['accounts'],
    queryFn: () => askOperators<{ data: AdminAccountView[] }>('GET', '/accounts?limit=200'),
  });
  return (
    <nav class="menu" aria-label="Console">
      <a class="brand" href="/console">
        WBIZ
      </a>
      {account && (
        <>
          <label class="unseen" for="account">
            Account
          </label>
          <select
            id="account"
            value={account}
            onChange={({ currentTarget }) =>
              route(`/console/accounts/${currentTarget.value}/${section ?? 'inbox'}`)
            }
          >
            {accounts.data?.data.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
          {SECTIONS.map(({ path, name, icon: Icon }) => (
            <a
              key={path}
              href={`/console/accounts/${account}/${path}`}
              aria-current={path === section ? 'page' : undefined}
            >
              <Icon size={18} aria-hidden="true" />
              {name}
            </a>
          ))}
        </>
      )}
      <span class="space" />
      <a href="/console" aria-current={path === '/console' ? 'page' : undefined}>
        <Building2 size={18} aria-hidden="true" />
        Accounts
      </a>
      <a href="/console/health" aria-current={path === '/console/health' ? 'page' : undefined}>
        <HeartPulse size={18} aria-hidden="true" />
        System health
      </a>
      <button type="button" class="quiet" onClick={() => signOut.mutate()}>
        <LogOut size={18} aria-hidden="true" />
        Sign out
      </button>
    </nav>
  );
}
