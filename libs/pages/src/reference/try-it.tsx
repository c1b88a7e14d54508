import { useState } from 'preact/hooks';
import { Fault } from '../parts/fault.js';
import { Field } from '../parts/field.js';
import { useObjectUrl } from '../parts/use-object-url.js';
import type { Operation, Parameter } from './open-api.js';
import { Status } from './badges.js';
import { isForm, pathExample, type Call } from './call.js';
import { CredentialField } from './credential-field.js';
import { Folded } from './folded.js';
import { Words } from './prose.js';
import type { Schema } from './schema.js';
import { send, type Sent } from './send-call.js';
import { Source } from './source.js';
import { useReference } from './state.js';

type Problem = {
  readonly detail: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
};
type Outcome = Sent | Error | 'sending' | undefined;

/** A form that sends the call to this server and shows the answer. */
export function TryIt({ call, onChange }: { call: Call; onChange: (call: Call) => void }) {
  const { base, credentials } = useReference();
  const [outcome, setOutcome] = useState<Outcome>();
  const { operation, values, body } = call;
  const credential = operation.operators ? 'operatorsToken' : 'apiKey';
  const problem = problemOf(outcome);
  const faultOf = (name: string) => problem?.errors?.find(({ pointer }) => pointer === `?${name}`)?.detail;
  const submit = () => {
    setOutcome('sending');
    send(call, base, credentials[credential]).then(setOutcome, (fault: unknown) =>
      setOutcome(new Error('This server gave no answer.', { cause: fault })),
    );
  };
  const headers = operation.parameters.filter(({ in: where }) => where === 'header');
  const taken = operation.parameters.filter((one) => !headers.includes(one));
  const fields = (parameters: readonly Parameter[]) =>
    parameters.map((parameter) => (
      <ParameterField
        key={parameter.name}
        operation={operation}
        parameter={parameter}
        value={values[parameter.name] ?? ''}
        fault={faultOf(parameter.name)}
        onInput={(value) => onChange({ ...call, values: { ...values, [parameter.name]: value } })}
      />
    ));
  const isDelete = operation.method === 'DELETE';
  return (
    <form
      class="stack"
      aria-label="Try it"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <CredentialField key={credential} kind={credential} />
      {fields(taken)}
      {isForm(operation) && (
        <Field label="file">
          <input
            type="file"
            required
            onChange={({ currentTarget }) => onChange({ ...call, file: currentTarget.files?.[0] })}
          />
        </Field>
      )}
      {body !== undefined && (
        <Field label="Body (JSON)">
          <textarea
            class="mono"
            spellcheck={false}
            rows={Math.min(16, body.split('\n').length + 1)}
            value={body}
            onInput={({ currentTarget: { value } }) => onChange({ ...call, body: value })}
          />
        </Field>
      )}
      {headers.length > 0 && <Folded summary="Headers">{fields(headers)}</Folded>}
      <div>
        <button class={isDelete ? 'danger' : 'primary'} disabled={outcome === 'sending'}>
          {outcome === 'sending' ? 'Waiting for the answer…' : isDelete ? 'Send DELETE' : 'Send'}
        </button>
      </div>
      <div role="status" class="unseen">
        {outcome && outcome !== 'sending' && !(outcome instanceof Error)
          ? `Answered ${outcome.status} in ${Math.round(outcome.milliseconds)} milliseconds`
          : ''}
      </div>
      {outcome instanceof Error && <Fault error={outcome} />}
      {problem && (
        <Fault error={Object.assign(new Error(problem.detail), { details: problem.errors ?? [] })} />
      )}
      {outcome && outcome !== 'sending' && !(outcome instanceof Error) && <Received sent={outcome} />}
    </form>
  );
}

const problemOf = (outcome: Outcome): Problem | undefined =>
  outcome && outcome !== 'sending' && !(outcome instanceof Error) && outcome.status >= 400
    ? (outcome.json as Problem | undefined)
    : undefined;

type ParameterFieldProps = {
  readonly operation: Operation;
  readonly parameter: Parameter;
  readonly value: string;
  readonly fault: string | undefined;
  readonly onInput: (value: string) => void;
};

function ParameterField({ operation, parameter, value, fault, onInput }: ParameterFieldProps) {
  const { name, in: where, schema, required } = parameter;
  const choices = choicesOf(schema);
  return (
    <Field
      label={name}
      fault={fault}
      {...(schema.type === 'array' && { hint: 'Several are separated by commas.' })}
    >
      {choices ? (
        <select value={value} onChange={({ currentTarget }) => onInput(currentTarget.value)}>
          <option value="">(not given)</option>
          {choices.map((choice) => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </select>
      ) : (
        <input
          value={value}
          required={required === true}
          autocomplete="off"
          spellcheck={false}
          inputMode={schema.type === 'integer' ? 'numeric' : 'text'}
          placeholder={where === 'path' ? pathExample(operation, name) : ''}
          onInput={({ currentTarget }) => onInput(currentTarget.value)}
        />
      )}
    </Field>
  );
}

const choicesOf = ({ type, enum: values }: Schema): readonly string[] | undefined =>
  type === 'boolean' ? ['true', 'false'] : type === 'string' && values ? values.map(String) : undefined;

function Received({ sent }: { sent: Sent }) {
  const { status, milliseconds, headers, type, json, body } = sent;
  return (
    <section class="stack tight" aria-label="Answer">
      <p class="row">
        <Status status={status} />
        <span class="soft">in {Math.round(milliseconds)} ms</span>
      </p>
      {headers.length > 0 && (
        <dl class="headers">
          {headers.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <code>{value}</code>
              </dd>
            </div>
          ))}
        </dl>
      )}
      {json !== undefined ? (
        <Source text={JSON.stringify(json, null, 2)} what="Answer's body" />
      ) : (
        body.size > 0 && <Bytes body={body} type={type} />
      )}
    </section>
  );
}

/** An answer that is a file: can be saved, and is shown if it is a picture. */
function Bytes({ body, type }: { body: Blob; type: string }) {
  const url = useObjectUrl(body);
  return (
    <div class="stack tight">
      <p>
        <Words text={`${body.size.toLocaleString('en')} bytes of \`${type}\``} />
      </p>
      {url && (
        <p>
          <a href={url} download="answer">
            Save the file
          </a>
        </p>
      )}
      {url && type.startsWith('image/') && <img class="received" src={url} alt="What was answered" />}
    </div>
  );
}
