import type { AdminAccountView } from '@wbiz/contracts/account';
import type { CreateApiKey, NewApiKey } from '@wbiz/contracts/api-key';
import { SCOPES, type Scope } from '@wbiz/contracts/scopes';
import { useId, useState } from 'preact/hooks';
import { Fault } from '../../parts/fault.js';
import { Field } from '../../parts/field.js';
import { Modal } from '../../parts/modal.js';
import { useAction } from '../../parts/use-action.js';
import { formFaults, useFaultFocus } from '../form-faults.js';
import { askOperators } from '../operators-api.js';
import { EXPIRIES, expiryOf, type Expiry } from './key-state.js';
import { AREAS, meaningOf, scopesOf } from './scope-areas.js';

const FIELDS = ['name', 'scopes', 'expiresAt', 'limit/perMinute', 'limit/burst'];

export function CreateKey({
  account,
  onClose,
  onMade,
}: {
  readonly account: AdminAccountView;
  readonly onClose: () => void;
  readonly onMade: (key: NewApiKey) => void;
}) {
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<ReadonlySet<Scope>>(new Set());
  const [expiry, setExpiry] = useState<Expiry>('never');
  const [date, setDate] = useState('');
  const [hasLimit, setHasLimit] = useState(false);
  const [perMinute, setPerMinute] = useState('');
  const [burst, setBurst] = useState('');
  const create = useAction({
    mutationFn: (body: CreateApiKey) => askOperators<NewApiKey>('POST', `/accounts/${account.id}/keys`, body),
    onSuccess: onMade,
  });
  const submit = () => {
    const expiresAt = expiryOf(expiry, date, Date.now());
    create.mutate({
      name: name.trim(),
      scopes: SCOPES.filter((scope) => scopes.has(scope)),
      ...(expiresAt !== undefined && { expiresAt }),
      ...(hasLimit && { limit: { perMinute: Number(perMinute), burst: Number(burst) } }),
    });
  };
  const faults = formFaults(create.error, FIELDS);
  const form = useFaultFocus(create.error);
  const why = useId();
  return (
    <Modal title="Create a key" onClose={onClose}>
      <form
        ref={form}
        class="stack create-key"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <div class="key-fields">
          <Field label="Name" hint="What it is for: a program, a team." fault={faults.of('name')}>
            <input
              required
              autofocus
              maxLength={120}
              autocomplete="off"
              value={name}
              onInput={({ currentTarget }) => setName(currentTarget.value)}
            />
          </Field>
          <Field label="Expires" fault={expiry === 'date' ? undefined : faults.of('expiresAt')}>
            <select value={expiry} onChange={({ currentTarget }) => setExpiry(currentTarget.value as Expiry)}>
              {Object.entries(EXPIRIES).map(([value, words]) => (
                <option key={value} value={value}>
                  {words}
                </option>
              ))}
            </select>
          </Field>
          {expiry === 'date' && (
            <Field label="Last day" fault={faults.of('expiresAt')}>
              <input
                required
                type="date"
                min={new Date().toISOString().slice(0, 10)}
                value={date}
                onInput={({ currentTarget }) => setDate(currentTarget.value)}
              />
            </Field>
          )}
        </div>
        <ScopeChoice chosen={scopes} onChoose={setScopes} fault={faults.of('scopes')} />
        <label class="row">
          <input type="checkbox" checked={hasLimit} onChange={() => setHasLimit(!hasLimit)} />A limit of its
          own, in place of the plan's
        </label>
        {hasLimit && (
          <div class="key-fields">
            <Field label="Requests a minute" fault={faults.of('limit/perMinute')}>
              <input
                required
                type="number"
                min="1"
                max="10000000"
                value={perMinute}
                onInput={({ currentTarget }) => setPerMinute(currentTarget.value)}
              />
            </Field>
            <Field label="Requests in 10 seconds" fault={faults.of('limit/burst')}>
              <input
                required
                type="number"
                min="1"
                max="10000000"
                value={burst}
                onInput={({ currentTarget }) => setBurst(currentTarget.value)}
              />
            </Field>
          </div>
        )}
        <Fault error={faults.rest} />
        <div class="actions">
          {scopes.size === 0 && (
            <span id={why} class="soft">
              Choose at least one scope.
            </span>
          )}
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button
            class="primary"
            disabled={create.isPending || scopes.size === 0}
            aria-describedby={scopes.size === 0 ? why : undefined}
          >
            Create key
          </button>
        </div>
      </form>
    </Modal>
  );
}

function ScopeChoice({
  chosen,
  onChoose,
  fault,
}: {
  readonly chosen: ReadonlySet<Scope>;
  readonly onChoose: (scopes: ReadonlySet<Scope>) => void;
  readonly fault: string | undefined;
}) {
  const id = useId();
  const put = (scopes: readonly Scope[], isIn: boolean) => {
    const next = new Set(chosen);
    for (const scope of scopes)
      if (isIn) next.add(scope);
      else next.delete(scope);
    onChoose(next);
  };
  return (
    <fieldset class="scopes" aria-describedby={fault ? id : undefined}>
      <legend>
        Scopes <span class="soft">{chosen.size === 0 ? 'at least one' : `${chosen.size} chosen`}</span>
      </legend>
      <div class="row">
        <AllOrNone what="all areas" scopes={SCOPES} chosen={chosen} onPut={put} />
      </div>
      {fault && (
        <span id={id} class="fault">
          {fault}
        </span>
      )}
      <div class="areas">
        {AREAS.map((area) => (
          <fieldset key={area}>
            <legend class="unseen">{area}</legend>
            <div class="row apart">
              <h3 aria-hidden="true">{area}</h3>
              <AllOrNone what={area} scopes={scopesOf(area)} chosen={chosen} onPut={put} />
            </div>
            {scopesOf(area).map((scope) => (
              <label key={scope} title={scope}>
                <input
                  type="checkbox"
                  checked={chosen.has(scope)}
                  onChange={({ currentTarget }) => put([scope], currentTarget.checked)}
                />
                <span>
                  {meaningOf(scope)} <code class="soft">{scope}</code>
                </span>
              </label>
            ))}
          </fieldset>
        ))}
      </div>
    </fieldset>
  );
}

function AllOrNone({
  what,
  scopes,
  chosen,
  onPut,
}: {
  readonly what: string;
  readonly scopes: readonly Scope[];
  readonly chosen: ReadonlySet<Scope>;
  readonly onPut: (scopes: readonly Scope[], isIn: boolean) => void;
}) {
  const isAll = scopes.every((scope) => chosen.has(scope));
  return (
    <button
      type="button"
      class="quiet small"
      aria-label={isAll ? `None of ${what}` : `All of ${what}`}
      onClick={() => onPut(scopes, !isAll)}
    >
      {isAll ? 'None' : 'All'}
    </button>
  );
}
