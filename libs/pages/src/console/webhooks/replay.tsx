import { useQueryClient } from '@tanstack/preact-query';
import { useState } from 'preact/hooks';
import { announce } from '../../parts/announce.js';
import { Fault } from '../../parts/fault.js';
import { Field } from '../../parts/field.js';
import { localTime } from '../../parts/local-time.js';
import { Modal } from '../../parts/modal.js';
import { useAction } from '../../parts/use-action.js';
import { useAccount } from '../account.js';
import { formFaults, useFaultFocus } from '../form-faults.js';
import { webhookKey, type Webhook } from './webhook-queries.js';

const FIELDS = ['since', 'until'];
const HOUR_MS = 3_600_000;

export function Replay({ webhook: { id }, onClose }: { webhook: Webhook; onClose: () => void }) {
  const { account, api } = useAccount();
  const queries = useQueryClient();
  const [since, setSince] = useState(() => localTime(new Date(Date.now() - HOUR_MS)));
  const [until, setUntil] = useState('');
  const [only, setOnly] = useState<'all' | 'failed'>('all');
  const replay = useAction({
    mutationFn: () =>
      api.request('POST', '/v1/webhooks/{id}/replay', {
        path: { id },
        body: {
          since: new Date(since).toISOString(),
          ...(until && { until: new Date(until).toISOString() }),
          only,
        },
      }),
    onSuccess: async () => {
      announce('Replay began');
      onClose();
      await queries.invalidateQueries({ queryKey: webhookKey(account.id, id) });
    },
  });
  const faults = formFaults(replay.error, FIELDS);
  const form = useFaultFocus(replay.error);
  return (
    <Modal title="Replay events" onClose={onClose}>
      <form
        ref={form}
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          replay.mutate();
        }}
      >
        <p>
          The events of this span are sent again, in order, beside what happens now. Each has the{' '}
          <code>webhook-id</code> and the bytes that it had: a receiver that drops what it has seen drops
          them.
        </p>
        <div class="span">
          <Field label="Since" fault={faults.of('since')}>
            <input
              type="datetime-local"
              required
              value={since}
              onInput={({ currentTarget }) => setSince(currentTarget.value)}
            />
          </Field>
          <Field label="Until" hint="Empty: now." fault={faults.of('until')}>
            <input
              type="datetime-local"
              value={until}
              onInput={({ currentTarget }) => setUntil(currentTarget.value)}
            />
          </Field>
        </div>
        <fieldset class="choice">
          <legend>Which</legend>
          <label>
            <input type="radio" name="only" checked={only === 'all'} onChange={() => setOnly('all')} />
            All, delivered ones as well
          </label>
          <label>
            <input type="radio" name="only" checked={only === 'failed'} onChange={() => setOnly('failed')} />
            Only what was given up
          </label>
        </fieldset>
        <Fault error={faults.rest} />
        <div class="actions">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button class="primary" disabled={replay.isPending}>
            Replay events
          </button>
        </div>
      </form>
    </Modal>
  );
}
