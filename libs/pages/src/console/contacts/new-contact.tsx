import { useQuery, useQueryClient } from '@tanstack/preact-query';
import { LIMITS } from '@wbiz/contracts/limits';
import { useLocation } from 'preact-iso';
import { useState } from 'preact/hooks';
import { allOf } from '../../parts/all-of.js';
import { Fault } from '../../parts/fault.js';
import { Field } from '../../parts/field.js';
import { Modal } from '../../parts/modal.js';
import { useAction } from '../../parts/use-action.js';
import { useAccount } from '../account.js';
import { formFaults } from '../form-faults.js';
import { changedValues, CustomValues, placesOf, shownValues } from './contact-fields.js';

const EMPTY = { phone: '', name: '', email: '', tags: '', optedIn: '' };

export function NewContact({ base, onClose }: { base: string; onClose: () => void }) {
  const { account, api } = useAccount();
  const { route } = useLocation();
  const queries = useQueryClient();
  const [given, setGiven] = useState(EMPTY);
  const fields = useQuery({
    queryKey: [account.id, 'custom-fields', 'all'],
    queryFn: () => allOf(api.list('/v1/custom-fields')),
  });
  const definitions = fields.data ?? [];
  const nothing = shownValues(definitions, {});
  const [entered, setValues] = useState(nothing);
  const values = { ...nothing, ...entered };
  const create = useAction({
    mutationFn: () => {
      const tags = given.tags
        .split(',')
        .map((tag) => tag.trim())
        .filter(Boolean);
      const customFields = changedValues(definitions, nothing, values);
      return api.request('POST', '/v1/contacts', {
        body: {
          phone: given.phone.trim(),
          ...(given.name.trim() && { name: given.name.trim() }),
          ...(given.email.trim() && { email: given.email.trim() }),
          ...(tags.length > 0 && { tags }),
          ...(given.optedIn && { optedIn: given.optedIn === 'yes' }),
          ...(Object.keys(customFields).length > 0 && { customFields }),
        },
      });
    },
    onSuccess: (contact) => {
      for (const changed of ['contacts', 'tags'])
        void queries.invalidateQueries({ queryKey: [account.id, changed] });
      route(`${base}/${contact.id}`);
    },
  });
  const faults = formFaults(create.error, [...Object.keys(EMPTY), ...placesOf(definitions)]);
  const take =
    (name: keyof typeof EMPTY) =>
    ({ currentTarget }: { currentTarget: HTMLInputElement | HTMLSelectElement }) =>
      setGiven({ ...given, [name]: currentTarget.value });
  return (
    <Modal title="New contact" onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <Field
          label="Phone number"
          hint="With its country code. A contact that has this number already is updated."
          fault={faults.of('phone')}
        >
          <input type="tel" required value={given.phone} onInput={take('phone')} />
        </Field>
        <Field label="Name" fault={faults.of('name')}>
          <input maxLength={LIMITS.contactName.max} value={given.name} onInput={take('name')} />
        </Field>
        <Field label="E-mail" fault={faults.of('email')}>
          <input maxLength={LIMITS.contactEmail.max} value={given.email} onInput={take('email')} />
        </Field>
        <Field label="Tags" hint="Separate them with commas." fault={faults.of('tags')}>
          <input value={given.tags} onInput={take('tags')} />
        </Field>
        <Field label="Opt-in" fault={faults.of('optedIn')}>
          <select value={given.optedIn} onChange={take('optedIn')}>
            <option value="">Not known</option>
            <option value="yes">Opted in</option>
            <option value="no">Not opted in</option>
          </select>
        </Field>
        <CustomValues fields={definitions} values={values} faultOf={faults.of} onChange={setValues} />
        <Fault error={faults.rest ?? fields.error} />
        <div class="row">
          <button class="primary" disabled={create.isPending}>
            Create contact
          </button>
        </div>
      </form>
    </Modal>
  );
}
