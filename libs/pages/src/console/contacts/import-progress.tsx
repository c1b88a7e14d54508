import { Download } from 'lucide-preact';
import { useEffect } from 'preact/hooks';
import { Fault } from '../../parts/fault.js';
import { saveAs } from '../../parts/save-as.js';
import { csvLine } from './csv-line.js';
import type { ImportState } from './use-import.js';

export const count = new Intl.NumberFormat();

const STATES = {
  running: 'Importing…',
  done: 'The import is done.',
  stopped: 'The import was stopped; what was sent until then stays.',
  failed: 'The import broke off; what was sent until then stays. To import the file again does no harm.',
} as const satisfies Record<ImportState['state'], string>;

export function ImportProgress({
  current,
  list,
  onAgain,
}: {
  current: ImportState;
  list: string;
  onAgain: () => void;
}) {
  const { plan, state, share, created, updated, failed, error, stop } = current;
  useEffect(() => {
    if (state !== 'running') return undefined;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [state]);
  return (
    <div class="card stack">
      <p role="status">
        <strong>{plan.file.name}:</strong> {STATES[state]}
      </p>
      <progress class="import-progress" value={share} aria-label="Import" />
      <dl class="counts">
        {(
          [
            ['Created', created],
            ['Updated', updated],
            ['Failed', failed.length],
          ] as const
        ).map(([name, value]) => (
          <div key={name}>
            <dt class="soft">{name}</dt>
            <dd>{count.format(value)}</dd>
          </div>
        ))}
      </dl>
      <Fault error={error} />
      {failed.length > 0 && (
        <ul class="reasons">
          {byLine(failed)
            .slice(0, 5)
            .map(({ line, cells, reason }) => (
              <li key={line}>
                Line {count.format(line)}:{' '}
                <code>{cells.filter(Boolean).slice(0, 2).join(', ') || 'an empty row'}</code>{' '}
                <span class="soft">{reason}</span>
              </li>
            ))}
          {failed.length > 5 && <li class="soft">and {count.format(failed.length - 5)} more</li>}
        </ul>
      )}
      <div class="row">
        {state === 'running' ? (
          <>
            <button type="button" onClick={stop}>
              Stop
            </button>
            <span class="soft">It goes on while you look at other pages of this account.</span>
          </>
        ) : (
          <>
            {failed.length > 0 && (
              <button type="button" onClick={() => saveFailed(current)}>
                <Download size={16} aria-hidden="true" /> Failed rows as CSV
              </button>
            )}
            <a class="button primary" href={list}>
              See the contacts
            </a>
            <button type="button" onClick={onAgain}>
              Import another file
            </button>
          </>
        )}
      </div>
    </div>
  );
}

/** Rows fail out of order: some here, the others once the API has answered. */
const byLine = (failed: ImportState['failed']) => failed.toSorted((one, other) => one.line - other.line);

/** Saves the failed rows as a file, each with its reason; once corrected, the file can be imported. */
function saveFailed({ plan, failed }: ImportState) {
  const lines = byLine(failed).map(({ line, cells, reason }) =>
    csvLine([...plan.heads.map((_, column) => cells[column] ?? ''), reason, String(line)]),
  );
  // Excel needs the byte order mark to recognise UTF-8.
  const bytes = new Blob(['\uFEFF', csvLine([...plan.heads, 'reason', 'line']), ...lines], {
    type: 'text/csv',
  });
  saveAs(bytes, `failed-${plan.file.name}`);
}
