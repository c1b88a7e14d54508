import { useQueryClient } from '@tanstack/preact-query';
import type { ParkedAccount, ProjectionView, RetriedAccount } from '@wbiz/contracts/projection';
import { useState } from 'preact/hooks';
import { announce } from '../../parts/announce.js';
import { Fault } from '../../parts/fault.js';
import { Field } from '../../parts/field.js';
import { Modal } from '../../parts/modal.js';
import { useAction } from '../../parts/use-action.js';
import { When } from '../../parts/when.js';
import { formFaults } from '../form-faults.js';
import { askOperators } from '../operators-api.js';
import { projectionWords, serviceName } from './service-words.js';

type Case = ParkedAccount & { readonly service: string; readonly projection: string };

/** Lists accounts whose events wait behind one that a projection cannot apply. */
export function ParkedAccounts({ projections }: { projections: readonly ProjectionView[] }) {
  const [skipped, setSkipped] = useState<Case | null>(null);
  const cases = projections.flatMap(({ service, projection, parked }): Case[] =>
    parked.map((one) => ({ ...one, service, projection })),
  );
  if (cases.length === 0) return null;
  return (
    <section class="stack" aria-labelledby="parked">
      <div>
        <h2 id="parked">Parked accounts</h2>
        <p class="soft">
          The events of these accounts wait, in their order, behind one that cannot be applied. Other accounts
          go on.
        </p>
      </div>
      <ul class="cases">
        {cases.map((one) => (
          <ParkedCase
            key={`${one.service} ${one.projection} ${one.accountId}`}
            parked={one}
            onSkip={() => setSkipped(one)}
          />
        ))}
      </ul>
      {skipped && <Skip parked={skipped} onClose={() => setSkipped(null)} />}
    </section>
  );
}

/** Tries a parked account again: `retry` its event, or `skip` it with a reason. */
function useParkedAction({ service, projection, accountId }: Case, what: 'retry' | 'skip') {
  const queries = useQueryClient();
  return useAction({
    mutationFn: (more: { reason?: string }) =>
      askOperators<RetriedAccount>('POST', `/projections/${service}/${projection}/${what}`, {
        accountId,
        ...more,
      }),
    onSuccess: ({ applied, parked }) => {
      const events = `${applied} ${applied === 1 ? 'event was' : 'events were'} applied`;
      announce(parked ? `${events}; the next one cannot be` : `${events}; the account is no longer parked`);
      return queries.invalidateQueries({ queryKey: ['projections'] });
    },
  });
}

function ParkedCase({ parked, onSkip }: { parked: Case; onSkip: () => void }) {
  const retry = useParkedAction(parked, 'retry');
  const { accountId, service, projection, events, since, eventType, eventId, reason, attempts, retryAt } =
    parked;
  return (
    <li class="card case">
      <div>
        <a href={`/console/accounts/${accountId}/events`}>
          <code>{accountId}</code>
        </a>{' '}
        <span class="soft">in {projectionWords({ service, projection })}</span>
        <p class="why">{reason}</p>
        <p class="soft">
          {events} {events === 1 ? 'event waits' : 'events wait'} since <When at={since} />, the first is{' '}
          <code>{eventType}</code> (<code>{eventId}</code>). Tried {attempts}{' '}
          {attempts === 1 ? 'time' : 'times'}, by itself again <When at={retryAt} />.
        </p>
        <Fault error={retry.error} />
      </div>
      <div class="row">
        <button type="button" disabled={retry.isPending} onClick={() => retry.mutate({})}>
          Retry
        </button>
        <button type="button" class="danger" onClick={onSkip}>
          Skip the event
        </button>
      </div>
    </li>
  );
}

function Skip({ parked, onClose }: { parked: Case; onClose: () => void }) {
  const skip = useParkedAction(parked, 'skip');
  const [reason, setReason] = useState('');
  const faults = formFaults(skip.error, ['reason']);
  return (
    <Modal title="Skip the event?" onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          skip.mutate({ reason: reason.trim() }, { onSuccess: onClose });
        }}
      >
        <p>
          {serviceName(parked.service)} passes over <code>{parked.eventType}</code> (
          <code>{parked.eventId}</code>) for good and goes on with the others. What it shows of the account
          lacks this event from then on.
        </p>
        <Field label="Reason" hint="It is kept with the event." fault={faults.of('reason')}>
          <textarea
            required
            autofocus
            rows={2}
            maxLength={500}
            value={reason}
            onInput={({ currentTarget }) => setReason(currentTarget.value)}
          />
        </Field>
        <Fault error={faults.rest} />
        <div class="actions">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button class="danger primary" disabled={skip.isPending || reason.trim() === ''}>
            Skip the event
          </button>
        </div>
      </form>
    </Modal>
  );
}
