import { useQueryClient } from '@tanstack/preact-query';
import type { AdminAccountView, ConnectAccount as ConnectAccountBody, Plan } from '@wbiz/contracts/account';
import { useState } from 'preact/hooks';
import { announce } from '../../parts/announce.js';
import { Fault } from '../../parts/fault.js';
import { Field } from '../../parts/field.js';
import { Modal } from '../../parts/modal.js';
import { useAction } from '../../parts/use-action.js';
import { formFaults, useFaultFocus } from '../form-faults.js';
import { askOperators } from '../operators-api.js';
import { PlanField } from './plan-field.js';

const FIELDS = ['wabaId', 'accessToken', 'name', 'plan'];

/** The account of the simulator that `npm start` runs in place of Meta. */
export const SIMULATOR_ACCOUNT = { wabaId: '1000000000000001', accessToken: 'simulator-token' };

type Given = { readonly wabaId?: string; readonly accessToken?: string };

/** Connects a WABA; with `again` gives that account another token. */
export function ConnectAccount({
  given = {},
  again,
  onClose,
  onConnected,
}: {
  readonly given?: Given;
  readonly again?: AdminAccountView;
  readonly onClose: () => void;
  readonly onConnected: (account: AdminAccountView) => void;
}) {
  const queries = useQueryClient();
  const [wabaId, setWabaId] = useState(again?.wabaId ?? given.wabaId ?? '');
  const [accessToken, setAccessToken] = useState(given.accessToken ?? '');
  const [name, setName] = useState('');
  const [plan, setPlan] = useState<Plan>('starter');
  const connect = useAction({
    mutationFn: (body: ConnectAccountBody) => askOperators<AdminAccountView>('POST', '/accounts', body),
    onSuccess: (account) => {
      queries.setQueryData(['accounts', account.id], account);
      void queries.invalidateQueries({ queryKey: ['accounts'] });
      announce(again ? 'The token was replaced' : `${account.name} is connected`);
      onConnected(account);
    },
  });
  const faults = formFaults(connect.error, FIELDS);
  const form = useFaultFocus(connect.error);
  return (
    <Modal title={again ? 'Replace the access token' : 'Connect an account'} onClose={onClose}>
      <form
        ref={form}
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          connect.mutate({
            wabaId: wabaId.trim(),
            accessToken: accessToken.trim(),
            ...(!again && { plan, ...(name.trim() && { name: name.trim() }) }),
          });
        }}
      >
        {!again && (
          <Field
            label="WABA id"
            hint="The digits that Meta gives a WhatsApp Business Account: Business settings, Accounts, WhatsApp accounts."
            fault={faults.of('wabaId')}
          >
            <input
              required
              autofocus
              inputMode="numeric"
              autocomplete="off"
              value={wabaId}
              onInput={({ currentTarget }) => setWabaId(currentTarget.value)}
            />
          </Field>
        )}
        <Field
          label="Access token"
          hint="Of a system user, with whatsapp_business_management and whatsapp_business_messaging. It is checked with Meta and kept sealed."
          fault={faults.of('accessToken')}
        >
          <input
            required
            autofocus={again !== undefined}
            type="password"
            autocomplete="off"
            spellcheck={false}
            value={accessToken}
            onInput={({ currentTarget }) => setAccessToken(currentTarget.value)}
          />
        </Field>
        {!again && (
          <div class="connect-more">
            <Field label="Name" hint="Left empty: the name that it has at Meta." fault={faults.of('name')}>
              <input
                maxLength={200}
                autocomplete="off"
                value={name}
                onInput={({ currentTarget }) => setName(currentTarget.value)}
              />
            </Field>
            <PlanField plan={plan} fault={faults.of('plan')} onChange={setPlan} />
          </div>
        )}
        <Fault error={faults.rest} />
        <div class="actions">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button class="primary" disabled={connect.isPending}>
            {connect.isPending ? 'Asking Meta…' : again ? 'Replace the token' : 'Connect'}
          </button>
        </div>
      </form>
    </Modal>
  );
}
