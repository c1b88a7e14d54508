import { useId, useMemo, useState } from 'preact/hooks';
import type { Answer, Area, Operation, Parameter, Problem } from './open-api.js';
import { Method, Status } from './badges.js';
import { exampleCall, isForm } from './call.js';
import { CodeSamples } from './code-samples.js';
import { exampleOf } from './example.js';
import { Fields, Line } from './fields.js';
import { Folded } from './folded.js';
import { Prose, Words } from './prose.js';
import { fieldList, nameOf } from './schema.js';
import { Json } from './source.js';
import { useReference } from './state.js';
import { TryIt } from './try-it.js';

/** One operation: description, parameters and answers. */
export function OperationPage({ area, operation }: { area: Area; operation: Operation }) {
  const { api } = useReference();
  const { schemas } = api;
  const [call, setCall] = useState(() => exampleCall(operation, schemas));
  const { method, path, summary, description, parameters, body, answers, problems } = operation;
  const headers = parameters.filter(({ in: where }) => where === 'header');
  const taken = parameters.filter((one) => !headers.includes(one));
  return (
    <article class="operation">
      <header class="stack tight">
        <p class="crumb">
          <a href={`/docs/${area.slug}`}>{area.name}</a>
        </p>
        <h1 tabIndex={-1}>{summary}</h1>
        <p class="route">
          <Method method={method} /> <code>{breakable(path)}</code>
        </p>
        <p class="row soft">
          <Access operation={operation} />
        </p>
        <Prose text={description} />
      </header>
      <div class="beside stack">
        <CodeSamples call={call} />
        <Folded class="card" summary={<h2>Try it</h2>}>
          <TryIt call={call} onChange={setCall} />
        </Folded>
        <Examples answers={answers} problems={problems} />
      </div>
      <div class="told stack">
        {taken.length > 0 && (
          <section class="stack tight">
            <h2>Parameters</h2>
            <ParameterList parameters={taken} />
          </section>
        )}
        {body && (
          <section class="stack tight">
            <h2>
              Body <span class="soft">{isForm(operation) ? 'a form' : 'JSON'}</span>
            </h2>
            <Fields schema={body.schema} schemas={schemas} side="written" />
          </section>
        )}
        {headers.length > 0 && (
          <div class="folds">
            <Folded
              summary={
                <>
                  Headers <span class="soft">{headers.map(({ name }) => name).join(', ')}</span>
                </>
              }
            >
              <ParameterList parameters={headers} />
            </Folded>
          </div>
        )}
        <section class="stack tight">
          <h2>Answers</h2>
          <div class="folds">
            {answers.map((answer) => (
              <AnswerFields key={answer.status} answer={answer} />
            ))}
            <Folded
              summary={
                <>
                  <Status status={errorRange(problems)} /> Errors{' '}
                  <span class="soft">{problems.length} codes</span>
                </>
              }
            >
              <Problems problems={problems} />
            </Folded>
          </div>
        </section>
      </div>
    </article>
  );
}

/** Lets a path break before each segment. */
const breakable = (path: string) =>
  path.split('/').flatMap((part, index) => (index === 0 ? [part] : [<wbr key={index} />, `/${part}`]));

const errorRange = (problems: readonly Problem[]) =>
  [...new Set(problems.map(({ status }) => `${Math.floor(status / 100)}xx`))].join(' ');

function Access({ operation: { scopes, operators } }: { operation: Operation }) {
  if (operators) return <>Needs the operators' token</>;
  if (scopes.length === 0) return <>Any valid API key</>;
  return (
    <>
      Scope{' '}
      {scopes.map((scope) => (
        <span key={scope} class="badge mono">
          {scope}
        </span>
      ))}
    </>
  );
}

function ParameterList({ parameters }: { parameters: readonly Parameter[] }) {
  const { schemas } = useReference().api;
  const properties = Object.fromEntries(
    parameters.map(({ name, schema, description }) => [
      name,
      { ...schema, ...(description !== undefined && { description }) },
    ]),
  );
  const required = parameters.filter(({ required }) => required).map(({ name }) => name);
  return (
    <ul class="fields">
      {fieldList({ properties, required }, schemas).map((field) => (
        <Line key={field.name} side="written" {...field} />
      ))}
    </ul>
  );
}

function AnswerFields({ answer: { status, description, bodies, headers } }: { answer: Answer }) {
  const { schemas } = useReference().api;
  const kinds = bodies.map(({ schema, type }) =>
    type === 'application/json' ? nameOf(schema, schemas) : type,
  );
  return (
    <Folded
      summary={
        <>
          <Status status={status} /> {description} <span class="soft">{kinds.join(' or ')}</span>
        </>
      }
    >
      <div class="stack tight">
        {bodies
          .filter(({ type }) => type === 'application/json')
          .map(({ type, schema }) => (
            <Fields key={type} schema={schema} schemas={schemas} />
          ))}
        {headers.length > 0 && (
          <Folded summary={`Headers of ${status}`}>
            <ul class="fields">
              {headers.map(({ name, description }) => (
                <li key={name}>
                  <div>
                    <code class="name">{name}</code>
                  </div>
                  <div>
                    <p>
                      <Words text={description} />
                    </p>
                  </div>
                </li>
              ))}
            </ul>
          </Folded>
        )}
        {bodies.length === 0 && headers.length === 0 && <p class="soft">There is no body.</p>}
      </div>
    </Folded>
  );
}

export const Problems = ({ problems }: { problems: readonly Problem[] }) => (
  <ul class="fields problems">
    {problems.map(({ status, code, title }) => (
      <li key={code}>
        <Status status={status} />
        <div>
          <code class="name">{code}</code>
          <p>{title}.</p>
        </div>
      </li>
    ))}
  </ul>
);

/** An example of every answer, refusals included. */
function Examples({ answers, problems }: Pick<Operation, 'answers' | 'problems'>) {
  const { schemas } = useReference().api;
  const examples = useMemo(
    () => [
      ...answers.flatMap(({ status, description, bodies }) =>
        bodies
          .filter(({ type }) => type === 'application/json')
          .map(({ schema, example }) => ({
            name: `${status} ${description.replace(/[.,;].*$/, '')}`,
            value: example ?? exampleOf(schema, schemas),
          })),
      ),
      ...problems.map(({ status, code, example }) => ({ name: `${status} ${code}`, value: example })),
    ],
    [answers, problems, schemas],
  );
  const [chosen, setChosen] = useState(0);
  const id = useId();
  const example = examples[chosen];
  if (!example) return null;
  return (
    <section class="stack tight">
      <h2 id={id}>Example of an answer</h2>
      <Json value={example.value} what={`Example of ${example.name}`}>
        <select
          class="examples"
          aria-labelledby={id}
          value={chosen}
          onChange={({ currentTarget }) => setChosen(Number(currentTarget.value))}
        >
          {examples.map(({ name }, index) => (
            <option key={name} value={index}>
              {name}
            </option>
          ))}
        </select>
      </Json>
    </section>
  );
}
