import { useQuery } from '@tanstack/preact-query';
import type { Schemas } from '@wbiz/sdk/operations';
import { useState } from 'preact/hooks';
import { allOf } from '../../parts/all-of.js';
import { Fault } from '../../parts/fault.js';
import { Field } from '../../parts/field.js';
import { Loading } from '../../parts/loading.js';
import { useAccount } from '../account.js';
import { ImportPreview } from './import-preview.js';
import { count } from './import-progress.js';
import { contactOf, guessed, type Meaning } from './map-columns.js';
import { glance } from './parse-csv.js';
import type { Plan } from './use-import.js';

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

type UnderstandingProps = { file: File; onOther: () => void; onStart: (plan: Plan) => void };
export function ChooseColumns({ file, onOther, onStart }: UnderstandingProps) {
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
      <Loading label="Reading the file" />
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
          <MeaningFields
            heads={heads}
            rows={rows}
            meanings={meanings}
            fields={fields.data}
            onChoose={(column, meaning) => choose({ ...chosen, [column]: meaning })}
          />
          <div class="columns">
            <Field label="Tags for every row" hint="Separate them with commas.">
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
          <ImportPreview
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

type MeaningFieldsProps = {
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly meanings: readonly Meaning[];
  readonly fields: readonly Schemas['CustomFieldView'][];
  readonly onChoose: (column: number, meaning: Meaning) => void;
};

/** A choice for each column of what it means, with an example from the file. */
function MeaningFields({ heads, rows, meanings, fields, onChoose }: MeaningFieldsProps) {
  return (
    <div class="columns">
      {heads.map((head, column) => (
        <Field
          key={column}
          label={head}
          hint={`e.g. ${rows.find((cells) => cells[column]?.trim())?.[column] ?? 'nothing'}`}
        >
          <select
            value={meanings[column]}
            onChange={({ currentTarget }) => onChoose(column, currentTarget.value as Meaning)}
          >
            {(Object.keys(NAMES) as (keyof typeof NAMES)[]).map((meaning) => (
              <option key={meaning} value={meaning}>
                {NAMES[meaning]}
              </option>
            ))}
            {fields.length > 0 && (
              <optgroup label="Custom fields">
                {fields.map(({ key, label }) => (
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
  );
}
