import { useQuery } from '@tanstack/preact-query';
import type { AdminAccountView } from '@wbiz/contracts/account';
import { Plus } from 'lucide-preact';
import { useLocation } from 'preact-iso';
import { useState } from 'preact/hooks';
import { Copy } from '../../parts/copy.js';
import { Fault } from '../../parts/fault.js';
import { Loading } from '../../parts/loading.js';
import { Table, type Column } from '../../parts/table.js';
import { When } from '../../parts/when.js';
import { listAll } from '../operators-api.js';
import { StatusBadge } from './account-status.js';
import './accounts.css';
import { ConnectAccount, SIMULATOR_ACCOUNT } from './connect-account.js';
import { PLAN_NAMES } from './plan-field.js';

const COLUMNS: readonly Column<AdminAccountView>[] = [
  {
    name: 'Account',
    cell: ({ id, name, wabaId }) => (
      <span class="account-name">
        <a href={`/console/accounts/${id}/inbox`}>{name}</a>
        <small class="soft">WABA {wabaId}</small>
      </span>
    ),
  },
  { name: 'Status', cell: ({ status }) => <StatusBadge status={status} /> },
  {
    name: 'Sends',
    cell: ({ entitled }) => (entitled ? 'Allowed' : <span class="badge warn">Not entitled</span>),
  },
  { name: 'Plan', cell: ({ plan }) => PLAN_NAMES[plan] },
  {
    name: 'Default number',
    cell: ({ phoneNumbers }) => {
      const number = phoneNumbers.find(({ isDefault }) => isDefault) ?? phoneNumbers[0];
      return number ? number.displayPhoneNumber : '–';
    },
  },
  { name: 'Numbers', number: true, cell: ({ phoneNumbers }) => phoneNumbers.length },
  { name: 'Connected', cell: ({ connectedAt }) => <When at={connectedAt} /> },
];

type Connecting = { readonly wabaId?: string; readonly accessToken?: string };

export function Accounts() {
  const { route } = useLocation();
  const accounts = useQuery({
    queryKey: ['accounts'],
    queryFn: () => listAll<AdminAccountView>('/accounts'),
  });
  const [connecting, setConnecting] = useState<Connecting | null>(null);
  const isNew = accounts.data?.length === 0;
  return (
    <>
      <div class="row apart">
        <h1>Accounts</h1>
        {!isNew && (
          <button type="button" class="primary" onClick={() => setConnecting({})}>
            <Plus size={16} aria-hidden="true" />
            Connect an account
          </button>
        )}
      </div>
      {accounts.isPending && <Loading label="Loading the accounts" />}
      <Fault error={accounts.error}>
        <div>
          <button type="button" onClick={() => void accounts.refetch()}>
            Try again
          </button>
        </div>
      </Fault>
      {isNew && <FirstAccount onConnect={setConnecting} />}
      {accounts.data && accounts.data.length > 0 && (
        <Table label="Accounts" columns={COLUMNS} rows={accounts.data} keyOf={({ id }) => id} />
      )}
      {connecting && (
        <ConnectAccount
          given={connecting}
          onClose={() => setConnecting(null)}
          onConnected={({ id }) => route(`/console/accounts/${id}/settings`)}
        />
      )}
    </>
  );
}

/** What to know and to have before the first account is connected. */
function FirstAccount({ onConnect }: { onConnect: (given: Connecting) => void }) {
  return (
    <section class="card first-account">
      <h2>Connect your first WhatsApp Business Account</h2>
      <p class="soft">
        A WhatsApp Business Account, WABA for short, holds the phone numbers and message templates of a
        business at Meta. Once it is connected, you send from its numbers and everything that people write to
        them comes in here.
      </p>
      <ol>
        <li>
          <strong>Its id</strong>: in Meta's Business settings under Accounts, WhatsApp accounts; or in your
          app's dashboard under WhatsApp, API setup.
        </li>
        <li>
          <strong>An access token</strong>: in Business settings under Users, System users. Let a system user
          that has the account generate one for your app, with <code>whatsapp_business_management</code> and{' '}
          <code>whatsapp_business_messaging</code>.
        </li>
        <li>
          <strong>The app's webhook</strong> has to lead to <code>/api/meta/webhook</code> of this gateway, so
          that Meta can tell what becomes of messages. The guide "Connect a real WhatsApp Business Account"
          has every step.
        </li>
      </ol>
      <div>
        <button type="button" class="primary" onClick={() => onConnect({})}>
          <Plus size={16} aria-hidden="true" />
          Connect an account
        </button>
      </div>
      <div class="notice stack">
        <p>
          <strong>Only trying it out?</strong> <code>npm start</code> runs a simulator in Meta's place, unless{' '}
          <code>CLOUD_API_URL</code> says otherwise. Its account is there from the beginning.
        </p>
        <dl class="facts">
          <dt>WABA id</dt>
          <dd class="row">
            <code>{SIMULATOR_ACCOUNT.wabaId}</code>
            <Copy text={SIMULATOR_ACCOUNT.wabaId} what="WABA id of the simulator" />
          </dd>
          <dt>Access token</dt>
          <dd class="row">
            <code>{SIMULATOR_ACCOUNT.accessToken}</code>
            <Copy text={SIMULATOR_ACCOUNT.accessToken} what="access token of the simulator" />
          </dd>
        </dl>
        <div>
          <button type="button" onClick={() => onConnect(SIMULATOR_ACCOUNT)}>
            Connect the simulator's account
          </button>
        </div>
      </div>
    </section>
  );
}
