import { useQuery } from '@tanstack/preact-query';
import type { AdminAccountView } from '@wbiz/contracts/account';
import { BookOpen, Building2, ChevronsUpDown, HeartPulse, LogOut } from 'lucide-preact';
import type { ComponentChildren } from 'preact';
import { useLocation } from 'preact-iso';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { Fault } from '../parts/fault.js';
import { Loading } from '../parts/loading.js';
import { ThemeSwitch } from '../parts/theme-switch.js';
import icon from '../style/icon.svg';
import { listAll } from './operators-api.js';
import { SECTIONS } from './sections.js';
import { useSignOut } from './session.js';

/** From this many accounts on the menu offers a search. */
const MANY = 8;
const WIDE = '(width > 760px)';

type MenuProps = {
  readonly account: string | undefined;
  readonly chosen: AdminAccountView | undefined;
  readonly section: string | undefined;
};

export function Menu({ account, chosen, section }: MenuProps) {
  const { path } = useLocation();
  const signOut = useSignOut();
  const here = (place: string) => (path === place ? 'page' : undefined);
  return (
    <>
      <a class="brand" href="/console">
        <img src={icon} alt="" width="26" height="26" />
        WBIZ
      </a>
      {account !== undefined && (
        <>
          <AccountSwitch account={account} chosen={chosen} section={section} />
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
          <hr />
        </>
      )}
      <a href="/console" aria-current={here('/console')}>
        <Building2 size={18} aria-hidden="true" />
        Accounts
      </a>
      <a href="/console/health" aria-current={here('/console/health')}>
        <HeartPulse size={18} aria-hidden="true" />
        System health
      </a>
      <span class="space" />
      <a href="/docs">
        <BookOpen size={18} aria-hidden="true" />
        API reference
      </a>
      <button type="button" class="quiet" disabled={signOut.isPending} onClick={() => signOut.mutate()}>
        <LogOut size={18} aria-hidden="true" />
        Sign out
      </button>
      <Fault error={signOut.error} />
      <ThemeSwitch />
    </>
  );
}

/** Switches to the same section of another account. */
function AccountSwitch({ account, chosen, section = 'inbox' }: MenuProps) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [sought, setSought] = useState('');
  const accounts = useQuery({
    queryKey: ['accounts'],
    queryFn: () => listAll<AdminAccountView>('/accounts'),
    enabled: isOpen,
  });
  const { path } = useLocation();
  useEffect(() => list.current!.hidePopover(), [path]);
  const found = (accounts.data ?? []).filter(({ name, wabaId }) =>
    `${name} ${wabaId}`.toLowerCase().includes(sought.trim().toLowerCase()),
  );
  return (
    <>
      <button type="button" class="switch" popovertarget={id} aria-expanded={isOpen}>
        <span>
          <span class="unseen">Account</span>
          <strong>{chosen?.name ?? '…'}</strong>
          <small>{chosen ? `WABA ${chosen.wabaId}` : ''}</small>
        </span>
        <ChevronsUpDown size={16} aria-hidden="true" />
      </button>
      <div
        ref={list}
        id={id}
        class="accounts-list"
        popover="auto"
        onToggle={({ newState }) => setOpen(newState === 'open')}
      >
        {isOpen && (
          <>
            {accounts.isPending && !accounts.error && <Loading label="Loading the accounts" />}
            <Fault error={accounts.error} />
            {(accounts.data?.length ?? 0) > MANY && (
              <input
                type="search"
                aria-label="Find an account"
                placeholder="Name or WABA id"
                value={sought}
                onInput={({ currentTarget }) => setSought(currentTarget.value)}
              />
            )}
            <ul>
              {found.map(({ id, name, wabaId, status }) => (
                <li key={id}>
                  <a
                    href={`/console/accounts/${id}/${section}`}
                    aria-current={id === account ? 'true' : undefined}
                    onClick={() => list.current!.hidePopover()}
                  >
                    <span>
                      <strong>{name}</strong>
                      <small>WABA {wabaId}</small>
                    </span>
                    {status !== 'active' && <span class="badge warn">{status}</span>}
                  </a>
                </li>
              ))}
            </ul>
            {accounts.data && found.length === 0 && (
              <p class="soft">No account has that in its name or id.</p>
            )}
          </>
        )}
      </div>
    </>
  );
}

/** A phone's menu, above the page as long as it is rendered. */
export function Sheet({ onClose, children }: { onClose: () => void; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    const opener = document.activeElement;
    dialog.current!.showModal();
    const wide = matchMedia(WIDE);
    const leave = () => close.current();
    wide.addEventListener('change', leave);
    return () => {
      wide.removeEventListener('change', leave);
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class="sheet"
      aria-label="Menu"
      onClose={onClose}
      onClick={({ target }) => {
        if (target === dialog.current) onClose();
      }}
    >
      <nav class="menu" aria-label="Console">
        {children}
      </nav>
    </dialog>
  );
}
