import { useQuery, useQueryClient } from '@tanstack/preact-query';
import type { AdminApiKeyView, NewApiKey } from '@wbiz/contracts/api-key';
import { SCOPES } from '@wbiz/contracts/scopes';
import { Plus } from 'lucide-preact';
import { useState } from 'preact/hooks';
import { announce } from '../../parts/announce.js';
import { Confirm } from '../../parts/confirm.js';
import { Fault } from '../../parts/fault.js';
import { Loading } from '../../parts/loading.js';
import { useNow } from '../../parts/use-now.js';
import { Table, type Column } from '../../parts/table.js';
import { useAction } from '../../parts/use-action.js';
import { When } from '../../parts/when.js';
import { useAccount } from '../account.js';
import { askOperators, listAll } from '../operators-api.js';
import { CreateKey } from './create-key.js';
import { isOpen, stateOf } from './key-state.js';
import './keys.css';
import { ShowKey } from './show-key.js';

const SHOWN_SCOPES = 2;

export function Keys() {
  const { account } = useAccount();
  const queries = useQueryClient();
  const queryKey = [account.id, 'keys'];
  const now = useNow(30_000);
  const keys = useQuery({
    queryKey,
    queryFn: () => listAll<AdminApiKeyView>(`/accounts/${account.id}/keys`),
    refetchInterval: 60_000, // the gateway writes key uses once a minute
  });
  const [isCreating, setCreating] = useState(false);
  const [made, setMade] = useState<NewApiKey | null>(null);
  const [revoking, setRevoking] = useState<AdminApiKeyView | null>(null);
  const changed = () => queries.invalidateQueries({ queryKey });

  const all = keys.data ?? [];
  const open = all.filter((key) => isOpen(stateOf(key, now)));
  const closed = all.filter((key) => !isOpen(stateOf(key, now)));
  return (
    <>
      <div class="row apart">
        <h1>API keys</h1>
        <button type="button" class="primary" onClick={() => setCreating(true)}>
          <Plus size={16} aria-hidden="true" />
          Create key
        </button>
      </div>
      {keys.isPending && <Loading label="Loading the keys" />}
      <Fault error={keys.error} />
      {keys.data && open.length === 0 && (
        <div class="card empty">
          <h2>No key works</h2>
          <p>
            A program calls the API with a key of its own. Create one with the scopes that the program needs
            and no more.
          </p>
        </div>
      )}
      {open.length > 0 && (
        <Table
          label="Keys that work"
          columns={[
            ...columnsAt(now),
            {
              name: '',
              cell: (key) => (
                <button
                  type="button"
                  class="quiet danger"
                  aria-label={`Revoke ${key.name}`}
                  onClick={() => setRevoking(key)}
                >
                  Revoke
                </button>
              ),
            },
          ]}
          rows={open}
          keyOf={({ id }) => id}
        />
      )}
      {closed.length > 0 && (
        <details class="closed-keys">
          <summary>
            {closed.length} revoked or expired {closed.length === 1 ? 'key' : 'keys'}
          </summary>
          <Table
            label="Revoked and expired keys"
            columns={columnsAt(now)}
            rows={closed}
            keyOf={({ id }) => id}
          />
        </details>
      )}
      {isCreating && (
        <CreateKey
          account={account}
          onClose={() => setCreating(false)}
          onMade={(key) => {
            setCreating(false);
            setMade(key);
            void changed();
          }}
        />
      )}
      {made && <ShowKey made={made} onClose={() => setMade(null)} />}
      {revoking && (
        <Revoke
          accountId={account.id}
          apiKey={revoking}
          onClose={() => setRevoking(null)}
          onRevoked={() => {
            setRevoking(null);
            void changed();
          }}
        />
      )}
    </>
  );
}

const columnsAt = (now: number): readonly Column<AdminApiKeyView>[] => [
  {
    name: 'Key',
    cell: ({ name, prefix }) => (
      <span class="key-name">
        <strong>{name}</strong>
        <code class="soft">{prefix}_…</code>
      </span>
    ),
  },
  { name: 'Scopes', cell: ({ scopes }) => <Scopes scopes={scopes} /> },
  { name: 'Created', cell: ({ createdAt }) => <When at={createdAt} /> },
  {
    name: 'Ends',
    cell: (key) => {
      const state = stateOf(key, now);
      if (state === 'revoked')
        return (
          <span>
            <span class="badge bad">Revoked</span> <When at={key.revokedAt} />
          </span>
        );
      if (state === 'expired')
        return (
          <span>
            <span class="badge">Expired</span> <When at={key.expiresAt} />
          </span>
        );
      if (state === 'expires soon')
        return (
          <span class="badge warn">
            <When at={key.expiresAt} />
          </span>
        );
      return key.expiresAt ? <When at={key.expiresAt} /> : 'Never';
    },
  },
  { name: 'Last used', cell: ({ lastUsedAt }) => (lastUsedAt ? <When at={lastUsedAt} /> : 'Never') },
  {
    name: 'Limit',
    cell: ({ limit }) =>
      limit ? (
        <span>
          {limit.perMinute.toLocaleString()} a minute
          <br />
          {limit.burst.toLocaleString()} in 10 s
        </span>
      ) : (
        <span class="soft">As the plan allows</span>
      ),
  },
];

function Scopes({ scopes }: { scopes: AdminApiKeyView['scopes'] }) {
  if (scopes.length === SCOPES.length) return <>All</>;
  if (scopes.length <= SHOWN_SCOPES) return <ScopeList scopes={scopes} />;
  return (
    <details>
      <summary>{scopes.length} scopes</summary>
      <ScopeList scopes={scopes} />
    </details>
  );
}

const ScopeList = ({ scopes }: { scopes: readonly string[] }) => (
  <ul class="scope-list">
    {scopes.map((scope) => (
      <li key={scope}>
        <code>{scope}</code>
      </li>
    ))}
  </ul>
);

function Revoke({
  accountId,
  apiKey: { id, name, prefix },
  onClose,
  onRevoked,
}: {
  readonly accountId: string;
  readonly apiKey: AdminApiKeyView;
  readonly onClose: () => void;
  readonly onRevoked: () => void;
}) {
  const revoke = useAction({
    mutationFn: () => askOperators('DELETE', `/accounts/${accountId}/keys/${id}`),
    onSuccess: () => {
      announce(`The key ${name} is revoked`);
      onRevoked();
    },
  });
  return (
    <Confirm
      title={`Revoke ${name}?`}
      action="Revoke key"
      isDangerous
      request={revoke}
      onConfirm={() => revoke.mutate()}
      onClose={onClose}
    >
      <p>
        Every call with <code>{prefix}_…</code> is refused within a second. This cannot be undone.
      </p>
    </Confirm>
  );
}
