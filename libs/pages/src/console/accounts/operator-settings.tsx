import type { AdminAccountView, UnknownOutcomePolicy, UpdateAccount } from '@wbiz/contracts/account';
import { useState } from 'preact/hooks';
import { Fault } from '../../parts/fault.js';
import { Field } from '../../parts/field.js';
import { formFaults, useFaultFocus } from '../form-faults.js';
import { PlanField } from './plan-field.js';
import { useAccountUpdate } from './use-account-update.js';

const FIELDS = ['plan', 'throughput', 'unknownOutcomePolicy', 'entitled'];
const POLICIES: Readonly<Record<UnknownOutcomePolicy, string>> = {
  fail: 'Report it as failed',
  resend: 'Send it again, perhaps twice',
};

/** The settings of an account that operators decide. */
export function OperatorSettings({ account }: { account: AdminAccountView }) {
  const [plan, setPlan] = useState(account.plan);
  const [entitled, setEntitled] = useState(account.entitled);
  const [policy, setPolicy] = useState(account.unknownOutcomePolicy);
  const [throughput, setThroughput] = useState('');
  const update = useAccountUpdate(account, 'The settings were saved');
  const changes: UpdateAccount = {
    ...(plan !== account.plan && { plan }),
    ...(entitled !== account.entitled && { entitled }),
    ...(policy !== account.unknownOutcomePolicy && { unknownOutcomePolicy: policy }),
    ...(throughput !== '' && { throughput: Number(throughput) }),
  };
  const faults = formFaults(update.error, FIELDS);
  const form = useFaultFocus(update.error);
  const paces = [...new Set(account.phoneNumbers.map((number) => number.throughput))];
  return (
    <form
      ref={form}
      class="card stack"
      onSubmit={(event) => {
        event.preventDefault();
        update.mutate(changes);
      }}
    >
      <h2>Operation</h2>
      <div class="settings-fields">
        <PlanField plan={plan} fault={faults.of('plan')} onChange={setPlan} />
        <Field
          label="If the outcome of a send stays unknown"
          hint="Meta was called and never told what became of it."
          fault={faults.of('unknownOutcomePolicy')}
        >
          <select
            value={policy}
            onChange={({ currentTarget }) => setPolicy(currentTarget.value as UnknownOutcomePolicy)}
          >
            {Object.entries(POLICIES).map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </Field>
        <Field
          label="Messages a second, each number"
          hint={`Now ${paces.join(' and ')}. Only where Meta allows more or less than it reports; empty: as it is.`}
          fault={faults.of('throughput')}
        >
          <input
            type="number"
            inputMode="numeric"
            min="1"
            max="100000"
            value={throughput}
            onInput={({ currentTarget }) => setThroughput(currentTarget.value)}
          />
        </Field>
        <div class="field">
          <span class="like-label">Sends</span>
          <label class="row">
            <input type="checkbox" checked={entitled} onChange={() => setEntitled(!entitled)} />
            May send messages
          </label>
          <span class="hint">If off, the account can receive, but every message it sends is refused.</span>
        </div>
      </div>
      <Fault error={faults.rest} />
      <div class="actions">
        <button class="primary" disabled={update.isPending || Object.keys(changes).length === 0}>
          Save changes
        </button>
      </div>
    </form>
  );
}
