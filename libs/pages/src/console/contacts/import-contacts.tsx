import { useQuery } from '@tanstack/preact-query';
import { Download, Upload } from 'lucide-preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { allOf } from '../../parts/all-of.js';
import { Fault } from '../../parts/fault.js';
import { Field } from '../../parts/field.js';
import { saveAs } from '../../parts/save-as.js';
import { useAccount } from '../account.js';
import { contactOf, csvLine, guessed, type Meaning } from './import-rows.js';
import { inWords } from './run-import.js';
import { glance, useImport, type ImportState, type Plan } from './use-import.js';

/** Rows that are checked for the preview, before anything is sent. */
const LOOKED_AT = 50;
const SHOWN = 8;
const NAMES = {
  ignore: 'Leave out',
  phone: 'Phone number',
  name: 'Name',
  email: 'E-mail',
  tags: 'Tags',
  optedIn: 'Opt-in',
} as const satisfies Partial<Record<Meaning, string>>;
const count = new Intl.NumberFormat();

/** Imports contacts from a CSV file: choose it, say what its columns are, send. */
export function ImportContacts({ list }: { list: string }) {
  const { current, start, forget } = useImport();
  const [file, setFile] = useState<File>();
  return (
    <>
      <div class="row apart">
        <h1>Import contacts</h1>
        <a class="button" href={list}>
          All contacts
        </a>
      </div>
      {current ? (
        <Running
          current={current}
          list={list}
          onAgain={() => {
            setFile(undefined);
            forget();
          }}
        />
      ) : file ? (
        <Understanding key={file.name} file={file} onOther={() => setFile(undefined)} onStart={start} />
      ) : (
        <Choosing onFile={setFile} />
      )}
    </>
  );
}

function Choosing({ onFile }: { onFile: (file: File) => void }) {
  const picker = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  return (
    <div
      class={`card drop ${isOver ? 'is-over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const file = event.dataTransfer?.files[0];
        if (file) onFile(file);
      }}
    >
      <Upload size={26} aria-hidden="true" />
      <p>Drop a CSV file here, or choose one. Its first line names the columns, as a rule.</p>
      <p class="soft">
        A phone number with its country code is all that a line needs. Contacts that are on file are updated.
      </p>
      <input
        ref={picker}
        type="file"
        accept=".csv,.tsv,.txt,text/csv"
        hidden
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          if (file) onFile(file);
        }}
      />
      <button type="button" class="primary" onClick={() => picker.current!.click()}>
        Choose a file
      </button>
    </div>
  );
}

type UnderstandingProps = { file: File; onOther: () => void; onStart: (plan: Plan) => void };
function Understanding({ file, onOther, onStart }: UnderstandingProps) {
  const { account, api } = useAccount();
  const look = useQuery({
    queryKey: ['glance', file.name, file.lastModified, file.size],
    queryFn: () => glance(file, LOOKED_AT + 1),
    gcTime: 0,
  });
  const fields = useQuery({
    queryKey: [account.id, 'custom-fields', 'all'],
    queryFn: () => allOf(api.list('/v1/custom-fields')),
  });
  const [hasHeads, setHasHeads] = useState(true);
  const [chosen, choose] = useState<Readonly<Record<number, Meaning>>>({});
  const [tags, setTags] = useState('');
  const [optIn, setOptIn] = useState<'' | 'yes' | 'no'>('');

  if (!look.data || !fields.data)
    return look.error || fields.error ? (
      <Fault error={look.error ?? fields.error}>
        <button type="button" onClick={onOther}>
          Choose another file
        </button>
      </Fault>
    ) : (
      <span class="loading" role="progressbar" aria-label="Reading the file" />
    );
  const { lines, encoding } = look.data;
  const width = Math.max(0, ...lines.map(({ length }) => length));
  const first = Array.from({ length: width }, (_, column) => lines[0]?.[column] ?? '');
  const heads = first.map((head, column) => (hasHeads && head.trim()) || `Column ${column + 1}`);
  const guesses = hasHeads ? guessed(first, fields.data) : first.map((): Meaning => 'ignore');
  const meanings = guesses.map((guess, column) => chosen[column] ?? guess);
  const twice = meanings.find(
    (meaning, column) => meaning !== 'ignore' && meanings.indexOf(meaning) !== column,
  );
  const hasPhone = meanings.includes('phone');
  const rows = (hasHeads ? lines.slice(1) : lines).slice(0, LOOKED_AT);
  const read = rows.map((cells) => ({ cells, ...contactOf(cells, meanings, fields.data) }));
  const wrong = read.filter(({ faults }) => faults.length > 0);
  const names = (meaning: Meaning) =>
    meaning in NAMES
      ? NAMES[meaning as keyof typeof NAMES]
      : (fields.data.find(({ key }) => `field:${key}` === meaning)?.label ?? meaning);
  const defaultTags = tags
    .split(',')
    .map((tag) => tag.trim())
    .filter(Boolean);

  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        const defaults = {
          ...(defaultTags.length > 0 && { defaultTags }),
          ...(optIn && { defaultOptedIn: optIn === 'yes' }),
        };
        onStart({ file, encoding, hasHeads, heads, meanings, fields: fields.data, defaults });
      }}
    >
      <div class="card row apart">
        <p>
          <strong>{file.name}</strong>{' '}
          <span class="soft">{count.format(Math.ceil(file.size / 1024))} kB</span>
        </p>
        <label class="row">
          <input
            type="checkbox"
            checked={hasHeads}
            onChange={({ currentTarget }) => setHasHeads(currentTarget.checked)}
          />
          The first line names the columns
        </label>
        <button type="button" onClick={onOther}>
          Choose another file
        </button>
      </div>
      {width === 0 ? (
        <p class="notice bad" role="alert">
          The file has no lines.
        </p>
      ) : (
        <>
          <h2>What the columns are</h2>
          <div class="columns">
            {heads.map((head, column) => (
              <Field
                key={column}
                label={head}
                hint={`e.g. ${rows.find((cells) => cells[column]?.trim())?.[column] ?? 'nothing'}`}
              >
                <select
                  value={meanings[column]}
                  onChange={({ currentTarget }) =>
                    choose({ ...chosen, [column]: currentTarget.value as Meaning })
                  }
                >
                  {(Object.keys(NAMES) as (keyof typeof NAMES)[]).map((meaning) => (
                    <option key={meaning} value={meaning}>
                      {NAMES[meaning]}
                    </option>
                  ))}
                  {fields.data.length > 0 && (
                    <optgroup label="Custom fields">
                      {fields.data.map(({ key, label }) => (
                        <option key={key} value={`field:${key}`}>
                          {label}
                        </option>
                      ))}
                    </optgroup>
                  )}
                </select>
              </Field>
            ))}
          </div>
          <div class="columns">
            <Field label="Tags for every row" hint="Apart by commas.">
              <input value={tags} onInput={({ currentTarget }) => setTags(currentTarget.value)} />
            </Field>
            <Field label="Opt-in of new contacts" hint="For rows that say nothing of it.">
              <select
                value={optIn}
                onChange={({ currentTarget }) => setOptIn(currentTarget.value as typeof optIn)}
              >
                <option value="">Not known</option>
                <option value="yes">Opted in</option>
                <option value="no">Not opted in</option>
              </select>
            </Field>
          </div>
          <h2>How the first rows come out</h2>
          {!hasPhone && (
            <p class="notice bad" role="alert">
              Say which column has the phone number.
            </p>
          )}
          {twice && (
            <p class="notice bad" role="alert">
              Two columns are “{names(twice)}”; one can be.
            </p>
          )}
          {hasPhone && !twice && wrong.length > 0 && (
            <p class="notice warn" role="status">
              {wrong.length} of the first {read.length} rows cannot be imported and will be left out.
            </p>
          )}
          <Preview
            read={[...wrong, ...read.filter(({ faults }) => faults.length === 0)].slice(0, SHOWN)}
            meanings={meanings}
            heads={heads}
            names={names}
          />
          <div class="row">
            <button class="primary" disabled={!hasPhone || twice !== undefined || rows.length === 0}>
              Import
            </button>
          </div>
        </>
      )}
    </form>
  );
}

type PreviewProps = {
  read: readonly ({ cells: readonly string[] } & ReturnType<typeof contactOf>)[];
  meanings: readonly Meaning[];
  heads: readonly string[];
  names: (meaning: Meaning) => string;
};
function Preview({ read, meanings, heads, names }: PreviewProps) {
  const columns = meanings.flatMap((meaning, column) => (meaning === 'ignore' ? [] : [column]));
  return (
    <div class="table" tabIndex={0} role="region" aria-label="First rows">
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {names(meanings[column]!)}
              </th>
            ))}
            <th scope="col">Result</th>
          </tr>
        </thead>
        <tbody>
          {read.map(({ cells, faults }, index) => (
            <tr key={index}>
              {columns.map((column) => (
                <td key={column} class={faults.some((fault) => fault.column === column) ? 'wrong' : ''}>
                  {cells[column]}
                </td>
              ))}
              <td>
                {faults.length === 0 ? (
                  <span class="badge good">Good</span>
                ) : (
                  <span class="wrong">{faults.map(inWords(heads)).join('; ')}</span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const STATES = {
  running: 'Importing…',
  done: 'The import is done.',
  stopped: 'The import was stopped; what was sent until then stays.',
  failed: 'The import broke off; what was sent until then stays. To import the file again does no harm.',
} as const satisfies Record<ImportState['state'], string>;

function Running({ current, list, onAgain }: { current: ImportState; list: string; onAgain: () => void }) {
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
          {failed.slice(0, 5).map(({ cells, reason }, index) => (
            <li key={index}>
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

/** Saves the failed rows as a file, each with its reason; once corrected, the file can be imported. */
function saveFailed({ plan, failed }: ImportState) {
  const lines = failed.map(({ cells, reason }) =>
    csvLine([...plan.heads.map((_, column) => cells[column] ?? ''), reason]),
  );
  // Excel needs the byte order mark to recognise UTF-8.
  const bytes = new Blob(['\uFEFF', csvLine([...plan.heads, 'reason']), ...lines], { type: 'text/csv' });
  saveAs(bytes, `failed-${plan.file.name}`);
}
