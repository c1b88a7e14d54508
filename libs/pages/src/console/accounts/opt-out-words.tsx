import type { AdminAccountView } from '@wbiz/contracts/account';
import { Plus, Trash2 } from 'lucide-preact';
import { useState } from 'preact/hooks';
import { Fault } from '../../parts/fault.js';
import { Field } from '../../parts/field.js';
import { useAccountUpdate } from './use-account-update.js';
import { doubled, listsOf, writtenOf, type WrittenList } from './word-lists.js';

/** Opt-out and opt-in words by language. */
export function OptOutWords({ account }: { account: AdminAccountView }) {
  const [written, setWritten] = useState(() => writtenOf(account.optOutWords));
  const update = useAccountUpdate(account, 'The opt-out words were saved');
  const twice = doubled(written);
  const isChanged =
    JSON.stringify(listsOf(written)) !== JSON.stringify(listsOf(writtenOf(account.optOutWords)));
  const change = (at: number, changes: Partial<WrittenList>) =>
    setWritten(written.map((list, index) => (index === at ? { ...list, ...changes } : list)));
  return (
    <form
      class="card stack"
      onSubmit={(event) => {
        event.preventDefault();
        update.mutate({ optOutWords: listsOf(written) });
      }}
    >
      <div>
        <h2>Opt-out words</h2>
        <p class="soft">
          Who writes one of them and nothing else opts out of marketing, or in again. A language given here
          replaces its built-in words (en, es, pt, fr, de, id, hi, ar).
        </p>
      </div>
      {written.map(({ language, stop, start }, index) => (
        <fieldset key={index} class="words">
          <legend class="unseen">Words in {language || 'another language'}</legend>
          <Field
            label="Language"
            hint="en, pt_BR"
            fault={twice !== undefined && language.trim() === twice ? 'It is there twice.' : undefined}
          >
            <input
              required
              pattern="[a-z]{2,3}(_[A-Za-z]{2,4})?"
              title="A language as in en or pt_BR"
              autocapitalize="none"
              spellcheck={false}
              value={language}
              onInput={({ currentTarget }) => change(index, { language: currentTarget.value })}
            />
          </Field>
          <Field label="Opt out" hint="One a line">
            <textarea
              rows={3}
              value={stop}
              onInput={({ currentTarget }) => change(index, { stop: currentTarget.value })}
            />
          </Field>
          <Field label="Opt in again" hint="One a line">
            <textarea
              rows={3}
              value={start}
              onInput={({ currentTarget }) => change(index, { start: currentTarget.value })}
            />
          </Field>
          <button
            type="button"
            class="quiet"
            aria-label={`Remove ${language || 'this language'}`}
            onClick={() => setWritten(written.filter((_, at) => at !== index))}
          >
            <Trash2 size={16} aria-hidden="true" />
          </button>
        </fieldset>
      ))}
      {written.length === 0 && <p>The built-in words are in use.</p>}
      <Fault error={update.error} />
      <div class="row apart">
        <button type="button" onClick={() => setWritten([...written, { language: '', stop: '', start: '' }])}>
          <Plus size={16} aria-hidden="true" />
          Add a language
        </button>
        <button class="primary" disabled={update.isPending || !isChanged || twice !== undefined}>
          Save the words
        </button>
      </div>
    </form>
  );
}
