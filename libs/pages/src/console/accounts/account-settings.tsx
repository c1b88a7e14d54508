import type { AdminAccountView } from '@wbiz/contracts/account';
import { useState } from 'preact/hooks';
import { Fault } from '../../parts/fault.js';
import { Modal } from '../../parts/modal.js';
import { useAccount } from '../account.js';
import { StatusBadge } from './account-status.js';
import './account-settings.css';
import { AtMeta } from './at-meta.js';
import { Operation } from './operation.js';
import { OptOutWords } from './opt-out-words.js';
import { useUpdate } from './use-update.js';

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
      <Operation
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
  const update = useUpdate(account, isActive ? 'The account is suspended' : 'The account is active again');
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
        <Modal title={isActive ? `Suspend ${account.name}?` : `Reactivate ${account.name}?`} onClose={close}>
          <p>
            {isActive
              ? 'Sends of all its keys are refused from now on, and running campaigns stop sending. You can reactivate it at any time.'
              : 'Its keys can send again at once.'}
          </p>
          <Fault error={update.error} />
          <div class="actions">
            <button type="button" onClick={close}>
              Cancel
            </button>
            <button
              type="button"
              class={isActive ? 'danger primary' : 'primary'}
              disabled={update.isPending}
              onClick={() =>
                update.mutate({ status: isActive ? 'suspended' : 'active' }, { onSuccess: close })
              }
            >
              {isActive ? 'Suspend the account' : 'Reactivate the account'}
            </button>
          </div>
        </Modal>
      )}
    </section>
  );
}
