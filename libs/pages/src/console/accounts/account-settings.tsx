import type { AdminAccountView } from '@wbiz/contracts/account';
import { useState } from 'preact/hooks';
import { Confirm } from '../../parts/confirm.js';
import { useAccount } from '../account.js';
import { StatusBadge } from './account-status.js';
import './account-settings.css';
import { AtMeta } from './at-meta.js';
import { OperatorSettings } from './operator-settings.js';
import { OptOutWords } from './opt-out-words.js';
import { useAccountUpdate } from './use-account-update.js';

export function AccountSettings() {
  const { account } = useAccount();
  const paces = account.phoneNumbers.map(({ throughput }) => throughput).join();
  return (
    <>
      <div class="row apart">
        <h1>Settings</h1>
        <div class="row">
          <StatusBadge status={account.status} />
        </div>
      </div>
      <AtMeta account={account} />
      {/* Keyed by its values: remount after a change from elsewhere, so that no stale value is saved. */}
      <OperatorSettings
        key={`${account.plan} ${account.entitled} ${account.unknownOutcomePolicy} ${paces}`}
        account={account}
      />
      <OptOutWords key={JSON.stringify(account.optOutWords)} account={account} />
      <Suspension account={account} />
    </>
  );
}

function Suspension({ account }: { account: AdminAccountView }) {
  const [isAsking, setAsking] = useState(false);
  const isActive = account.status === 'active';
  const update = useAccountUpdate(
    account,
    isActive ? 'The account is suspended' : 'The account is active again',
  );
  if (account.status === 'disconnected') return null;
  const close = () => {
    setAsking(false);
    update.reset();
  };
  return (
    <section class="card settings-row">
      <div>
        <h2>{isActive ? 'Suspend the account' : 'The account is suspended'}</h2>
        <p class="soft">
          {isActive
            ? 'Every send is refused until it is active again. What people write still comes in, and keys go on reading.'
            : 'Every send is refused. Reactivating it also lifts a suspension of which Meta told us.'}
        </p>
      </div>
      <button type="button" class={isActive ? 'danger' : 'primary'} onClick={() => setAsking(true)}>
        {isActive ? 'Suspend' : 'Reactivate'}
      </button>
      {isAsking && (
        <Confirm
          title={isActive ? `Suspend ${account.name}?` : `Reactivate ${account.name}?`}
          action={isActive ? 'Suspend the account' : 'Reactivate the account'}
          isDangerous={isActive}
          request={update}
          onConfirm={() => update.mutate({ status: isActive ? 'suspended' : 'active' }, { onSuccess: close })}
          onClose={close}
        >
          <p>
            {isActive
              ? 'Sends of all its keys are refused from now on, and running campaigns stop sending. You can reactivate it at any time.'
              : 'Its keys can send again at once.'}
          </p>
        </Confirm>
      )}
    </section>
  );
}
