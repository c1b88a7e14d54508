import { useQuery, useQueryClient } from '@tanstack/preact-query';
import { Menu as MenuIcon } from 'lucide-preact';
import { Route, Router, useLocation } from 'preact-iso';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Boundary } from '../parts/boundary.js';
import icon from '../style/icon.svg';
import { accountQuery, AccountScope } from './account.js';
import { loadPage } from './load-page.js';
import { Menu, Sheet } from './menu.js';
import { SECTIONS } from './sections.js';
import { useHeading } from './use-heading.js';

const Accounts = loadPage(() => import('./accounts/accounts.js').then((module) => module.Accounts));
const Health = loadPage(() => import('./health/health.js').then((module) => module.Health));

/**
 * Matches the account and section of an address; a section may have routes of its own below:
 * `/console/accounts/:account/inbox/…`.
 */
const WITHIN_ACCOUNT = /^\/console\/accounts\/([^/]+)(?:\/([^/]+))?/;

export function Shell() {
  const { path } = useLocation();
  const [, account, section] = WITHIN_ACCOUNT.exec(path) ?? [];
  const id = account === undefined ? undefined : decodeURIComponent(account);
  const chosen = useQuery({ ...accountQuery(id ?? ''), enabled: id !== undefined });
  const queries = useQueryClient();
  const main = useRef<HTMLElement>(null);
  useHeading(main, path, chosen.data?.name);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => setOpen(false), [path]);
  return (
    <div class="shell">
      <a
        class="skip"
        href="#content"
        onClick={(event) => {
          event.preventDefault();
          main.current!.focus();
        }}
      >
        Skip to content
      </a>
      <header class="bar">
        <button
          type="button"
          class="quiet"
          aria-label="Menu"
          aria-expanded={isOpen}
          onClick={() => setOpen(true)}
        >
          <MenuIcon size={20} aria-hidden="true" />
        </button>
        <img src={icon} alt="" width="22" height="22" />
        <span class="place">{chosen.data?.name ?? 'WBIZ'}</span>
      </header>
      <nav class="menu" aria-label="Console">
        <Menu account={id} chosen={chosen.data} section={section} />
      </nav>
      {isOpen && (
        <Sheet onClose={() => setOpen(false)}>
          <Menu account={id} chosen={chosen.data} section={section} />
        </Sheet>
      )}
      <main id="content" ref={main} tabIndex={-1}>
        <Boundary
          place={path}
          onRetry={() => queries.removeQueries({ predicate: (query) => query.getObserversCount() === 0 })}
        >
          {id === undefined ? (
            <Router>
              <Route path="/console" component={Accounts} />
              <Route path="/console/accounts" component={Accounts} />
              <Route path="/console/health" component={Health} />
              <Route default component={NotFound} />
            </Router>
          ) : (
            <AccountScope key={id} id={id}>
              <Router>
                <Route path="/console/accounts/:account" component={ToInbox} />
                {/* `/*` does not match the empty rest. Both routes share a key, so the page is not remounted. */}
                {SECTIONS.flatMap(({ path, page }) =>
                  ['', '/*'].map((rest) => (
                    <Route key={path} path={`/console/accounts/:account/${path}${rest}`} component={page} />
                  )),
                )}
                <Route default component={NotFound} />
              </Router>
            </AccountScope>
          )}
        </Boundary>
      </main>
    </div>
  );
}

function ToInbox() {
  const { path, route } = useLocation();
  useEffect(() => route(`${path}/inbox`, true), [path, route]);
  return null;
}

function NotFound() {
  const { path } = useLocation();
  return (
    <>
      <h1>There is no such page</h1>
      <p>
        The console has nothing at <code>{path}</code>. Choose from the menu, or go to{' '}
        <a href="/console">all accounts</a>.
      </p>
    </>
  );
}
