import { useState } from 'preact/hooks';
import { Field } from '../parts/field.js';
import { judge, type Credential } from './credentials.js';
import { useReference } from './state.js';

const FIELDS = {
  apiKey: { label: 'API key', placeholder: 'wa_…', whence: 'From the console, under API keys.' },
  operatorsToken: {
    label: "Operators' token",
    placeholder: '',
    whence: (
      <>
        <code>ADMIN_TOKEN</code> of this installation.
      </>
    ),
  },
} as const;

/** An input for a key or token. The wrong kind is refused. */
export function CredentialField({ kind }: { kind: Credential }) {
  const { credentials, setCredential } = useReference();
  const [text, setText] = useState(credentials[kind]);
  const { label, placeholder, whence } = FIELDS[kind];
  return (
    <Field
      label={label}
      hint={<>{whence} Kept in this tab's memory alone: it is gone when you close or reload the tab.</>}
      fault={judge(kind, text).fault}
    >
      <input
        type="password"
        class="mono"
        autocomplete="off"
        spellcheck={false}
        placeholder={placeholder}
        value={text}
        onInput={({ currentTarget: { value } }) => {
          setText(value);
          setCredential(kind, judge(kind, value).value);
        }}
      />
    </Field>
  );
}
