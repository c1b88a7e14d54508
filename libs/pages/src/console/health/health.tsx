import { useQuery } from '@tanstack/preact-query';
import type { DeadLettersView } from '@wbiz/contracts/dead-letter';
import type { ProjectionsView } from '@wbiz/contracts/projection';
import { CircleAlert, CircleCheck, TriangleAlert } from 'lucide-preact';
import { Fault } from '../../parts/fault.js';
import { Loading } from '../../parts/loading.js';
import { useNow } from '../../parts/use-now.js';
import { Table, type Column } from '../../parts/table.js';
import { When } from '../../parts/when.js';
import { askOperators } from '../operators-api.js';
import { DeadLetters } from './dead-letters.js';
import './health.css';
import { ParkedAccounts } from './parked-accounts.js';
import { HaltedPartitions } from './halted-partitions.js';
import { keepsWords, rowsOf, serviceName } from './service-words.js';
import { verdictOf, type Verdict } from './verdict.js';

const EVERY_MS = 4_000;
/** Less often than the rest: each request makes the gateway read the topic. */
const LETTERS_EVERY_MS = 15_000;

const SIGNS = { good: CircleCheck, warn: TriangleAlert, bad: CircleAlert } satisfies Record<
  Verdict['look'],
  unknown
>;

export function Health() {
  const projections = useQuery({
    queryKey: ['projections'],
    queryFn: () => askOperators<ProjectionsView>('GET', '/projections'),
    refetchInterval: EVERY_MS,
  });
  const waiting = useQuery({
    queryKey: ['dead-letters', 'waiting'],
    queryFn: () => askOperators<DeadLettersView>('GET', '/dead-letters?state=waiting'),
    refetchInterval: LETTERS_EVERY_MS,
  });
  useNow(EVERY_MS);
  const { data } = projections;
  const verdict = data && waiting.data && verdictOf(data, waiting.data.waiting);
  return (
    <>
      <div class="row apart">
        <h1>System health</h1>
        {data && (
          <span class="soft">
            Read <When at={new Date(projections.dataUpdatedAt).toISOString()} />
          </span>
        )}
      </div>
      {!verdict && !projections.error && !waiting.error && <Loading label="Asking the services" />}
      {verdict && <Summary {...verdict} />}
      <Fault error={projections.error} />
      <Fault error={waiting.error} />
      {data && (
        <>
          <HaltedPartitions projections={data.projections} />
          <ParkedAccounts projections={data.projections} />
          <section class="stack" aria-labelledby="lag">
            <div>
              <h2 id="lag">How far the log is read</h2>
              <p class="soft">
                What each service has not read yet, in records, by partition. Small numbers that change are
                work under way.
              </p>
            </div>
            <Table
              label="Lag by service"
              columns={LAG}
              rows={rowsOf(data)}
              keyOf={({ service, projection }) => `${service} ${projection ?? ''}`}
            />
          </section>
        </>
      )}
      {waiting.data && <DeadLetters waiting={waiting.data} />}
    </>
  );
}

function Summary({ look, faults, runbooks }: Verdict) {
  const Sign = SIGNS[look];
  return (
    <div class={`notice ${look} verdict`} role="status">
      <Sign size={20} aria-hidden="true" />
      <div>
        <strong>
          {faults.length === 0
            ? 'All is well: everything is read, nothing is parked, no dead letter waits.'
            : `${faults.join('; ')}.`}
        </strong>
        {faults.length > 0 && (
          <p class="soft">
            What to look at and what to do is in <code>docs/runbooks.md</code>: {runbooks.join(', ')}.
          </p>
        )}
      </div>
    </div>
  );
}

const LAG: readonly Column<ReturnType<typeof rowsOf>[number]>[] = [
  {
    name: 'Service',
    cell: (row) => (
      <span>
        <strong>{serviceName(row.service)}</strong>{' '}
        {row.projection === null ? (
          <span class="soft wrapped">
            Its process is gone or hangs. Its log and its <code>/health/ready</code> say what it waits for.
          </span>
        ) : (
          <span class="soft">
            {keepsWords(row)} <code>{row.projection}</code>
          </span>
        )}
      </span>
    ),
  },
  {
    name: 'Behind',
    number: true,
    cell: (row) =>
      row.projection === null ? <span class="badge bad">No answer</span> : row.lag.toLocaleString(),
  },
  {
    name: 'By partition',
    cell: (row) =>
      row.projection !== null && (
        <ol class="partitions">
          {row.partitions.map(({ partition, offset, lag, halted }) => (
            <li
              key={partition}
              class={halted !== null ? 'bad' : lag > 0 ? 'warn' : undefined}
              title={`Partition ${partition}: ${lag} behind, reads offset ${offset} next${halted !== null ? '; stands still' : ''}`}
            >
              <span class="unseen">Partition {partition}: </span>
              {lag.toLocaleString()}
              {halted !== null && <span class="unseen"> stands still</span>}
            </li>
          ))}
        </ol>
      ),
  },
];
