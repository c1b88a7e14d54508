import { useQuery } from '@tanstack/preact-query';
import type { DeadLettersView, DeadLetterView } from '@wbiz/contracts/dead-letter';
import { useLocation } from 'preact-iso';
import { useState } from 'preact/hooks';
import { Fault } from '../../parts/fault.js';
import { Table, type Column } from '../../parts/table.js';
import { When } from '../../parts/when.js';
import { askOperators } from '../operators-api.js';
import { DeadLetter } from './dead-letter.js';

type State = DeadLetterView['state'];
const NAMES: Readonly<Record<State, string>> = {
  waiting: 'Waiting',
  retried: 'Retried',
  discarded: 'Discarded',
};
const STATES = Object.keys(NAMES) as State[];
const LOOKS = { waiting: 'warn', retried: 'good', discarded: '' } as const;

/** Lists dead letters: the waiting ones, or those in the state that the address names. */
export function DeadLetters({ waiting }: { waiting: DeadLettersView }) {
  const { query, route } = useLocation();
  const state = STATES.find((one) => one === query['letters']) ?? 'waiting';
  const others = useQuery({
    queryKey: ['dead-letters', state],
    queryFn: () => askOperators<DeadLettersView>('GET', `/dead-letters?state=${state}`),
    enabled: state !== 'waiting',
  });
  const shown = state === 'waiting' ? waiting : others.data;
  const [opened, setOpened] = useState<string | null>(null);
  return (
    <section class="stack" aria-labelledby="letters">
      <div class="row apart">
        <div>
          <h2 id="letters">Dead letters</h2>
          <p class="soft">
            Commands and reports of Meta's that no service could handle. They are kept for 30 days.
          </p>
        </div>
        <select
          class="letters-state"
          aria-label="Which dead letters"
          value={state}
          onChange={({ currentTarget: { value } }) =>
            route(value === 'waiting' ? '/console/health' : `/console/health?letters=${value}`, true)
          }
        >
          {STATES.map((one) => (
            <option key={one} value={one}>
              {NAMES[one]}
            </option>
          ))}
        </select>
      </div>
      <Fault error={state === 'waiting' ? null : others.error} />
      {shown?.deadLetters.length === 0 && (
        <p class="card soft">{state === 'waiting' ? 'No dead letters are waiting.' : 'There are none.'}</p>
      )}
      {shown && shown.deadLetters.length > 0 && (
        <>
          <Table
            label="Letters"
            columns={columnsFor(setOpened)}
            rows={shown.deadLetters}
            keyOf={({ id }) => id}
          />
          {shown.found > shown.deadLetters.length && (
            <p class="soft">
              The newest {shown.deadLetters.length} of {shown.found.toLocaleString()};{' '}
              <code>wbiz dead-letters list</code> shows more.
            </p>
          )}
        </>
      )}
      {opened !== null && <DeadLetter id={opened} onClose={() => setOpened(null)} />}
    </section>
  );
}

const columnsFor = (open: (id: string) => void): readonly Column<DeadLetterView>[] => [
  {
    name: 'Letter',
    cell: ({ type, topic, id }) => (
      <span class="letter-name">
        <strong>{type ?? topic ?? id}</strong>
        <code class="soft">{id}</code>
      </span>
    ),
  },
  { name: 'Put aside', cell: ({ at }) => <When at={at} /> },
  { name: 'Account', cell: ({ accountId }) => (accountId ? <code>{accountId}</code> : '–') },
  { name: 'Why', cell: ({ reason }) => <span class="why">{reason ?? '–'}</span> },
  { name: 'State', cell: ({ state }) => <span class={`badge ${LOOKS[state]}`}>{NAMES[state]}</span> },
  {
    name: '',
    cell: ({ id }) => (
      <button type="button" class="quiet" aria-label={`Look at ${id}`} onClick={() => open(id)}>
        Look
      </button>
    ),
  },
];
