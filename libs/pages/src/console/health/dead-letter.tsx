import { useQuery, useQueryClient } from '@tanstack/preact-query';
import type { MarkedDeadLetters, WholeDeadLetter } from '@wbiz/contracts/dead-letter';
import { Fragment } from 'preact';
import { useState } from 'preact/hooks';
import { announce } from '../../parts/announce.js';
import { Fault } from '../../parts/fault.js';
import { Field } from '../../parts/field.js';
import { Loading } from '../../parts/loading.js';
import { Modal } from '../../parts/modal.js';
import { useAction } from '../../parts/use-action.js';
import { When } from '../../parts/when.js';
import { formFaults } from '../form-faults.js';
import { askOperators } from '../operators-api.js';

/** The localStorage key of the name of the person who handles dead letters in this browser. */
const OPERATOR = 'wbiz.operator';

/** One dead letter, with its actions. */
export function DeadLetter({ id, onClose }: { id: string; onClose: () => void }) {
  const letter = useQuery({
    queryKey: ['dead-letter', id],
    queryFn: () => askOperators<WholeDeadLetter>('GET', `/dead-letters/${id}`),
  });
  return (
    <Modal title={`Dead letter ${id}`} onClose={onClose}>
      {letter.isPending && <Loading label="Loading the letter" />}
      <Fault error={letter.error} />
      {letter.data && (
        <>
          <Content letter={letter.data} />
          {letter.data.state === 'waiting' && <Decide letter={letter.data} onDone={onClose} />}
        </>
      )}
    </Modal>
  );
}

function Content({ letter }: { letter: WholeDeadLetter }) {
  const { at, topic, group, type, commandId, accountId, code, reason, attempts, retryOf, mark } = letter;
  const facts: readonly (readonly [string, string | number | null])[] = [
    ['Type', type],
    ['From topic', topic],
    ['Consumer group', group],
    ['Account', accountId],
    ['Command', commandId],
    ['Fault code', code],
    ['Attempts', attempts],
    ['Retry of', retryOf],
  ];
  return (
    <>
      <p class="why">{reason ?? 'It does not say why.'}</p>
      <dl class="facts">
        <dt>Put aside</dt>
        <dd>
          <When at={at} />
        </dd>
        {facts.map(([name, value]) =>
          value === null ? null : (
            <Fragment key={name}>
              <dt>{name}</dt>
              <dd>
                <code>{value}</code>
              </dd>
            </Fragment>
          ),
        )}
        {mark && (
          <>
            <dt>{letter.state === 'retried' ? 'Retried' : 'Discarded'}</dt>
            <dd>
              by {mark.by} <When at={mark.at} />
              {mark.reason && `: ${mark.reason}`}
            </dd>
          </>
        )}
      </dl>
      <Written name="Content" text={contentOf(letter)} />
      <Written name="Headers" text={JSON.stringify(letter.headers, null, 2)} />
    </>
  );
}

const contentOf = ({ body, text, base64 }: WholeDeadLetter) =>
  body === null ? (text ?? base64 ?? '') : JSON.stringify(body, null, 2);

const Written = ({ name, text }: { name: string; text: string }) => (
  <details class="written" open={name === 'Content'}>
    <summary>{name}</summary>
    <pre tabIndex={0} role="region" aria-label={name}>
      {text}
    </pre>
  </details>
);

type Decision = {
  readonly what: 'retry' | 'discard';
  readonly by: string;
  readonly reason?: string;
  readonly pastDeadline?: true;
};

function Decide({ letter: { id, refusal }, onDone }: { letter: WholeDeadLetter; onDone: () => void }) {
  const queries = useQueryClient();
  const [by, setBy] = useState(() => localStorage.getItem(OPERATOR) ?? '');
  const [reason, setReason] = useState('');
  const [pastDeadline, setPastDeadline] = useState(false);
  const decide = useAction({
    mutationFn: async ({ what, ...more }: Decision) => {
      localStorage.setItem(OPERATOR, more.by);
      const marked = await askOperators<MarkedDeadLetters>('POST', `/dead-letters/${what}`, {
        ids: [id],
        ...more,
      });
      if (marked.refusals[0]) throw new Error(marked.refusals[0].detail);
      return what;
    },
    onSuccess: async (what) => {
      announce(what === 'retry' ? 'The letter was put back on its topic' : 'The letter was discarded');
      await Promise.all(
        ['dead-letters', 'dead-letter'].map((kind) => queries.invalidateQueries({ queryKey: [kind] })),
      );
      onDone();
    },
  });
  const faults = formFaults(decide.error, ['by', 'reason']);
  const isLate = refusal?.includes('pastDeadline') ?? false;
  const canRetry = refusal === null || (isLate && pastDeadline);
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        const what = event.submitter?.getAttribute('value') === 'discard' ? 'discard' : 'retry';
        decide.mutate({
          what,
          by: by.trim(),
          ...(reason.trim() && { reason: reason.trim() }),
          ...(what === 'retry' && pastDeadline && { pastDeadline }),
        });
      }}
    >
      {refusal !== null && <p class="notice warn">{refusal}</p>}
      {isLate && (
        <label class="row">
          <input type="checkbox" checked={pastDeadline} onChange={() => setPastDeadline(!pastDeadline)} />
          Retry it past its deadline: its caller may have asked again
        </label>
      )}
      <div class="letter-fields">
        <Field label="Who you are" hint="It is kept with the letter." fault={faults.of('by')}>
          <input
            required
            maxLength={200}
            autocomplete="name"
            value={by}
            onInput={({ currentTarget }) => setBy(currentTarget.value)}
          />
        </Field>
        <Field label="Reason" hint="To discard it, one is needed." fault={faults.of('reason')}>
          <input
            maxLength={500}
            value={reason}
            onInput={({ currentTarget }) => setReason(currentTarget.value)}
          />
        </Field>
      </div>
      <Fault error={faults.rest} />
      <div class="actions">
        <button class="danger" value="discard" disabled={decide.isPending || reason.trim() === ''}>
          Discard
        </button>
        <button class="primary" value="retry" disabled={decide.isPending || !canRetry}>
          Retry
        </button>
      </div>
    </form>
  );
}
